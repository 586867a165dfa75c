package edge

import (
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
)

// holds reports whether a session still fixes the side. Sessions end after IdleTTL without a request and MaximumTTL after
// their start (API Reference, SessionStickinessConfig), and when all of them are reset. One from the future is nobody's.
func (s Session) holds(now time.Time, p *cloudfront.Policy, epoch uint64) bool {
	return s.Epoch == epoch &&
		!s.Start.After(s.Last) && !s.Last.After(now) &&
		now.Sub(s.Last) < p.IdleTTL && now.Sub(s.Start) < p.MaximumTTL
}

// next is the session for the viewer's next request.
func (n *node) next(r *Request, side Side, now time.Time, held bool) Session {
	if n.policy.MaximumTTL == 0 || !n.splits() || n.policy.Type != cloudfront.SingleWeight {
		return Session{}
	}
	s := Session{Side: side, Start: now, Last: now, Epoch: n.epoch}
	if held {
		s.Start = r.Session.Start
	}
	return s
}
