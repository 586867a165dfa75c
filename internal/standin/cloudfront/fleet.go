package cloudfront

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Spread is how long a POP takes to receive a write: uniformly between Min and Max, or as Draw says. AWS promises no
// figure; reports range from 4 to 10 minutes until the last POP.
type Spread struct {
	Min, Max time.Duration
	Draw     func(*rand.Rand) time.Duration
}

// draw is rounded to milliseconds, so that simulated times stay readable.
func (p Spread) draw(r *rand.Rand) time.Duration {
	d := p.Min
	if p.Draw != nil {
		d = p.Draw(r)
	} else if p.Max > p.Min {
		d += time.Duration(r.Int64N(int64(p.Max - p.Min + 1)))
	}
	return max(0, d).Round(time.Millisecond)
}

// revision is what a write deploys: a config and, for a primary distribution, the state of its policy at that time.
type revision struct {
	config *Config
	policy Policy
}

// pop is how far one POP is with one distribution. Revisions reach it in order; what is due but not yet had is held back
// because the POP is stuck.
type pop struct {
	have, due int
	last      time.Time // when the newest revision on its way arrives
}

type stuckKey struct {
	distribution string
	pop          int
}

func defaultPOPs() []string {
	return []string{
		"FRA56-P1", "FRA60-P2", "AMS58-P4", "LHR61-P3", "CDG52-P1", "MXP53-P2", "WAW51-P1", "ARN52-P1", "IAD55-P6", "IAD61-P2",
		"JFK52-P5", "ORD58-P3", "DFW57-P4", "LAX54-P2", "SEA90-P1", "GRU3-P5", "NRT57-P3", "SIN52-P4", "SYD62-P1", "BOM78-P6",
	}
}

// POPs are the names of the points of presence; their order is that of the numbers which Serving takes.
func (s *Server) POPs() []string { return slices.Clone(s.pops) }

// SetPOPs replaces the fleet. It must be called before the first distribution is created.
func (s *Server) SetPOPs(names ...string) {
	if len(names) == 0 || len(s.distributions) > 0 {
		panic("cloudfront: the fleet is set once, before the first distribution, and is not empty")
	}
	s.pops = slices.Clone(names)
}

// Stick makes a POP receive no more revisions and invalidations of a distribution, so that it stays InProgress after the next write. An
// unknown POP is a mistake of the caller and panics.
func (s *Server) Stick(distributionID, popName string) {
	s.stuck[s.stuckKey(distributionID, popName)] = true
}

// Unstick lets a POP catch up at once with everything that has been due in the meantime.
func (s *Server) Unstick(distributionID, popName string) {
	key := s.stuckKey(distributionID, popName)
	delete(s.stuck, key)
	if d := s.distribution(distributionID); d != nil {
		s.settle(d, key.pop)
		s.clear(d, key.pop)
	}
}

func (s *Server) stuckKey(distributionID, popName string) stuckKey {
	i := slices.Index(s.pops, popName)
	if i < 0 {
		panic(fmt.Sprintf("cloudfront: no POP is called %q", popName))
	}
	return stuckKey{distributionID, i}
}

// deploy sends the newest config, with the state of the attached policy, to every POP. A write made while another is on its
// way queues behind it: the Developer Guide ("Update a distribution") describes successive changes that propagate in order.
func (s *Server) deploy(d *distribution) {
	now := s.clock.Now()
	rev := s.revise(d)
	d.status = statusInProgress
	d.publish(now)
	spread, ok := s.SpreadOf[d.id]
	if !ok {
		spread = s.Spread
	}
	// A stream of its own for each revision: a change of one distribution's story does not move the flips of another's.
	r := rand.New(rand.NewPCG(s.seed, d.serial<<32|uint64(rev))) //nolint:gosec // a revision number is small and positive
	for i := range d.pops {
		at := now.Add(spread.draw(r))
		if at.Before(d.pops[i].last) {
			at = d.pops[i].last
		}
		d.pops[i].last = at
		s.clock.At(at, func() { s.arrive(d, i, rev) })
	}
}

// revise appends the newest state as a revision and returns its number.
func (s *Server) revise(d *distribution) int {
	next := revision{config: d.config}
	if p := s.policy(d.policyID()); p != nil {
		next.policy = p.now
	}
	d.revisions = append(d.revisions, next)
	return len(d.revisions) - 1
}

func (s *Server) arrive(d *distribution, i, rev int) {
	if d.gone {
		return
	}
	d.pops[i].due = rev
	s.settle(d, i)
}

// settle lets a POP have what is due, unless it is stuck. With the last POP the distribution is Deployed.
func (s *Server) settle(d *distribution, i int) {
	p := &d.pops[i]
	if p.have == p.due || s.stuck[stuckKey{d.id, i}] {
		return
	}
	p.have = p.due
	d.release()
	have, all := d.progress()
	if have == all && d.status != statusDeployed {
		d.status = statusDeployed
		d.publish(s.clock.Now())
	}
	if s.OnFlip != nil {
		s.OnFlip(d.id, s.pops[i], have, all)
	}
}

func (d *distribution) progress() (have, all int) {
	newest := len(d.revisions) - 1
	for _, p := range d.pops {
		if p.have == newest {
			have++
		}
	}
	return have, len(d.pops)
}

// Progress is how many of all POPs have the newest revision of a distribution; both are 0 where there is none.
func (s *Server) Progress(distributionID string) (have, all int) {
	d := s.distribution(distributionID)
	if d == nil {
		return 0, 0
	}
	return d.progress()
}

// Serving is what one POP serves for a primary distribution. Staging is nil unless a policy is attached whose staging
// distribution the POP knows; whether it is to get viewers is Policy's to say. A Policy without an ID means that none is
// attached.
type Serving struct {
	Primary, Staging *Config
	Policy           Policy
}

// Serving is what the POP of that number serves for a distribution now, and whether it knows the distribution yet.
func (s *Server) Serving(popNumber int, primaryID string) (Serving, bool) {
	d := s.distribution(primaryID)
	if d == nil || popNumber < 0 || popNumber >= len(d.pops) || d.pops[popNumber].have < 0 {
		return Serving{}, false
	}
	rev := d.revisions[d.pops[popNumber].have]
	out := Serving{Primary: rev.config, Policy: rev.policy}
	if rev.policy.ID == "" {
		return out, true
	}
	if st := s.byDomain(rev.policy.StagingDomain); st != nil && st.pops[popNumber].have >= 0 {
		out.Staging = st.revisions[st.pops[popNumber].have].config
	}
	return out, true
}
