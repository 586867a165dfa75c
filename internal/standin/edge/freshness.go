package edge

import (
	"net/http"
	"strings"
	"time"
)

// errorTTL: "CloudFront caches error responses for a default duration of 10 seconds" (Developer Guide, "Control how long
// CloudFront caches errors").
const errorTTL = 10 * time.Second

// directives is what an origin says about caching.
type directives struct {
	refuses bool // no-store, no-cache or private
	has     bool // a lifetime is given
	age     time.Duration
	control bool // and it was given by Cache-Control
	shared  bool // by its s-maxage
}

// readDirectives reads Cache-Control and Expires. s-maxage is for shared caches and wins over max-age, which wins over
// Expires (Developer Guide, "Manage how long content stays in the cache (expiration)").
func readDirectives(h http.Header, now time.Time) directives {
	d := directives{}
	for _, line := range h["Cache-Control"] {
		d.readLine(line)
	}
	if text := first(h, "Expires"); !d.has && text != "" {
		// A time that has passed, or that cannot be read, is a lifetime of nothing (RFC 9111, section 5.3).
		d.has = true
		if at, err := http.ParseTime(text); err == nil && at.After(now) {
			d.age = at.Sub(now)
		}
	}
	return d
}

func (d *directives) readLine(line string) {
	for line != "" {
		var part string
		part, line, _ = strings.Cut(line, ",")
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "no-store", "no-cache", "private":
			d.refuses = true
		case "s-maxage":
			d.age, d.has, d.control, d.shared = seconds(value), true, true, true
		case "max-age":
			if !d.shared {
				d.age, d.has, d.control = seconds(value), true, true
			}
		}
	}
}

// lifetime is how long an answer of the origin stays fresh, and whether it is kept at all.
func (e *Edge) lifetime(v *visit, status int, h http.Header) (time.Duration, bool) {
	d := readDirectives(h, v.now)
	switch {
	case status >= http.StatusBadRequest:
		return v.errorLifetime(status, d)
	case status < http.StatusOK || status == http.StatusNotModified || !v.b.caches:
		return 0, false
	default:
		return v.b.lifetime(d)
	}
}

// lifetime is the table of the Developer Guide, "Manage how long content stays in the cache": the origin's figure between
// minimum and maximum, the default without one; a refusal counts unless there is a minimum.
func (b *behavior) lifetime(d directives) (time.Duration, bool) {
	switch {
	case d.refuses:
		return b.min, b.min > 0
	case d.has:
		return max(b.min, min(d.age, b.max)), true
	default:
		return max(b.min, b.def), true
	}
}

// errorLifetime: the longer of the origin's figure and the Error Caching Minimum TTL; of four codes a refusal counts
// ("Control how long CloudFront caches errors"). Which codes are kept at all: Developer Guide, "HTTP 4xx and 5xx status
// codes that CloudFront caches".
func (v *visit) errorLifetime(status int, d directives) (time.Duration, bool) {
	rule, listed := v.node.plan.errorRule(status)
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusRequestURITooLong, http.StatusNotImplemented:
		if d.refuses {
			return 0, false
		}
	case http.StatusMethodNotAllowed, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	case http.StatusBadRequest, http.StatusForbidden, http.StatusPreconditionFailed, http.StatusUnsupportedMediaType:
		// Kept if the origin gives a lifetime. That listing the code among the custom error responses is enough is assumed: of
		// the same page one section says so and another does not.
		if !d.control && !listed {
			return 0, false
		}
	default:
		return 0, false
	}
	ttl := rule.ttl
	if d.has && !d.refuses {
		ttl = max(ttl, min(d.age, v.b.max))
	}
	return ttl, ttl > 0
}
