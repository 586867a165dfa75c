package cloudfront

import (
	"slices"
	"time"
)

// A server may run for days under clients that write all the time, so what nobody can see any more is forgotten. AWS does not
// say for how long it remembers; these are ours.
const (
	// remembered is for how long readers that lag still find what has been deleted.
	remembered = 7 * 24 * time.Hour
	// invalidationLimit is how many invalidations a distribution has, those on their way apart.
	invalidationLimit = 1000
)

// release drops the configs that every POP has left behind.
func (d *distribution) release() {
	oldest := slices.MinFunc(d.pops, func(a, b pop) int { return a.have - b.have }).have
	for ; d.released < oldest; d.released++ {
		d.revisions[d.released].config = nil
	}
}

// forgetDeleted drops what was deleted long ago.
func (s *Server) forgetDeleted() {
	before := s.clock.Now().Add(-max(remembered, s.ReadLag))
	s.distributions = slices.DeleteFunc(s.distributions, func(d *distribution) bool { return d.gone && d.past.olderThan(before) })
	s.policies = slices.DeleteFunc(s.policies, func(p *policy) bool { return p.gone && p.past.olderThan(before) })
}

// forgetInvalidation drops the oldest invalidation that has ended, if there are too many.
func (d *distribution) forgetInvalidation() {
	if len(d.invalidations) < invalidationLimit {
		return
	}
	if i := slices.IndexFunc(d.invalidations, func(v *invalidation) bool { return !v.running() }); i >= 0 {
		d.invalidations = slices.Delete(d.invalidations, i, i+1)
	}
}

func (h history[T]) olderThan(at time.Time) bool { return len(h) == 0 || h[len(h)-1].at.Before(at) }
