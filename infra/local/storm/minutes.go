package storm

import (
	"time"

	"cloudfront-cd/internal/standin/viewers"
)

// minutes are what viewers really got, minute by minute, whatever the metrics say.
type minutes struct {
	s    *storm
	last time.Time
	// staging is when the last minute began in which somebody was on staging.
	staging time.Time
}

func newMinutes(s *storm) *minutes { return &minutes{s: s} }

// look is the minute that was lived through last, and whether it is one that was not looked at.
func (m *minutes) look() (viewers.Minute, bool) {
	if m.s.w.Viewers == nil {
		return viewers.Minute{}, false
	}
	now, found := m.s.w.Viewers.Last(m.s.w.Pair.PrimaryID)
	if !found || !now.Start.After(m.last) {
		return now, false
	}
	m.last = now.Start
	if now.Staging.Requests > 0 {
		m.staging = now.Start
	}
	return now, true
}

// onStaging reports whether somebody was on staging within a time.
func (m *minutes) onStaging(within time.Duration) bool {
	return m.s.w.Clock.Now().Sub(m.staging) <= within
}
