package storm

import (
	"time"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/viewers"
)

// minutes are what viewers really got, minute by minute, whatever the metrics say.
type minutes struct {
	s    *storm
	past []viewers.Minute // of the last half hour
}

func newMinutes(s *storm) *minutes { return &minutes{s: s} }

// look is the minute that was lived through last, and whether it is one that was not looked at.
func (m *minutes) look() (viewers.Minute, bool) {
	if m.s.w.Viewers == nil {
		return viewers.Minute{}, false
	}
	now, found := m.s.w.Viewers.Last(m.s.w.Pair.PrimaryID)
	if !found || len(m.past) > 0 && !now.Start.After(m.past[len(m.past)-1].Start) {
		return now, false
	}
	const most = 30
	if m.past = append(m.past, now); len(m.past) > most {
		m.past = m.past[1:]
	}
	return now, true
}

// flowed reports whether a proof of traffic at that time could have rested on what viewers did: in some window of ProofMinutes
// staging had nearly a third of the lowest weight.
func (m *minutes) flowed(proof time.Time, lowest float64) bool {
	const nearly = 0.3
	least := nearly * lowest
	oldest := proof.Add(-release.MetricDelay - (release.ProofMinutes+2)*time.Minute)
	for i := range m.past {
		var sum viewers.Minute
		for n := range min(release.ProofMinutes, len(m.past)-i) {
			sum.Primary, sum.Staging = sum.Primary.Plus(m.past[i+n].Primary), sum.Staging.Plus(m.past[i+n].Staging)
		}
		if !m.past[i].Start.Before(oldest) && sum.Share() >= least {
			return true
		}
	}
	return false
}
