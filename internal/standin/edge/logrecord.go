package edge

import "time"

// LogRecord is a line of a distribution's standard log.
type LogRecord struct {
	Time           time.Time
	DistributionID string
	Count          int64
}

// SessionCookie is the name of the cookie that keeps a session.
const SessionCookie = "CloudFront-CD-Session"

func (e *Edge) log(primary *node, r *Request, answers []Answer) {
	_, _, _ = primary, r, answers
}
