package edge

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SessionCookie is the name of the cookie that keeps a session. The name is ours: CloudFront uses a cookie for session
// stickiness, and AWS documents neither its name nor its value. It is not signed, so that a viewer can choose a side by
// forging it; one that could not have been sent is ignored.
const SessionCookie = "Standin-CD-Session"

// cookieOf is the value that says what a session says, to the millisecond.
func cookieOf(s Session) string {
	if s.Epoch == 0 {
		return ""
	}
	const base = 36
	return strings.Join([]string{
		strconv.Itoa(int(s.Side)), strconv.FormatInt(s.Start.UnixMilli(), base), strconv.FormatInt(s.Last.UnixMilli(), base),
		strconv.FormatUint(s.Epoch, base),
	}, ".")
}

// sessionOf reads a cookie's value. Only what cookieOf writes is a session; anything else is none.
func sessionOf(value string) Session {
	parts := strings.Split(value, ".")
	const fields, base, bits = 4, 36, 64
	if len(parts) != fields {
		return Session{}
	}
	side, err1 := strconv.Atoi(parts[0])
	start, err2 := strconv.ParseInt(parts[1], base, bits)
	last, err3 := strconv.ParseInt(parts[2], base, bits)
	epoch, err4 := strconv.ParseUint(parts[3], base, bits)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || side < int(Primary) || side > int(Staging) {
		return Session{}
	}
	s := Session{Side: Side(side), Start: time.UnixMilli(start).UTC(), Last: time.UnixMilli(last).UTC(), Epoch: epoch}
	if cookieOf(s) != value {
		return Session{}
	}
	return s
}

func sessionFrom(r *http.Request) Session {
	if c, err := r.Cookie(SessionCookie); err == nil {
		return sessionOf(c.Value)
	}
	return Session{}
}
