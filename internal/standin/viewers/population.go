// Package viewers is a seeded population of viewers, at the level of counts: it makes the traffic that the metrics tell
// of, without sending requests.
//
// Every simulated minute each site gets a number of requests from a Poisson distribution, spread evenly over the POPs.
// At each POP the policy state that this POP knows decides how many go to staging, and the health of the config in force
// there decides how many are answered with an error. A minute is drawn at its middle: what flips within a minute counts
// for all of it or not at all.
//
// Each site draws from its own generator, made of the seed and the site's id, so that the traffic of one site does not
// depend on the others.
package viewers

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"cloudfront-cd/internal/simtime"
)

// Population is the viewers of one simulation. Its switches may be changed at any time. It is used on the goroutine of
// the simulation only.
type Population struct {
	// HeaderShare is the share of viewers that send the header of a header policy; there are none unless it is set.
	HeaderShare float64

	// RequestsIncludeStaging makes the primary's metrics include what staging served for it. Unverified against live
	// AWS: the CloudFront Developer Guide does not say.
	RequestsIncludeStaging bool

	// CustomErrorResponseBug is the share of staging's requests that are answered 500 while a weight policy meets custom
	// error responses. Reported by M. Borgmeier (dev.to, September 2025: intermittent at a weight of 15 %, never with a
	// header policy); the share was not reported, and whether AWS has repaired it is unknown.
	CustomErrorResponseBug float64

	// StickyLag makes the share of a sticky policy approach a changed weight only gradually, as sessions end: each
	// minute by one minute's part of what is missing. Zero means at once. Switching a policy on or off always works at
	// once, because that resets all sessions (CloudFront Developer Guide, "Use CloudFront continuous deployment").
	StickyLag time.Duration

	clock     *simtime.Clock
	edge      Edge
	recorder  Recorder
	health    Health
	seed      uint64
	sites     []*site
	overrides []override
	next      time.Time // the first minute that has not been drawn
	stop      func()
}

type site struct {
	id     string
	rate   Rate
	random *rand.Rand
	shares []float64 // by POP; what a sticky policy's share had reached
	last   *Minute
	total  Minute
}

// New returns a population without sites that has not started.
func New(clock *simtime.Clock, edge Edge, recorder Recorder, health Health, seed uint64) *Population {
	return &Population{clock: clock, edge: edge, recorder: recorder, health: health, seed: seed}
}

// Add registers the site of a primary distribution.
func (p *Population) Add(primaryID string, rate Rate) {
	name := fnv.New64a()
	_, _ = name.Write([]byte(primaryID)) // a hash never fails
	p.sites = append(p.sites, &site{
		id: primaryID, rate: rate, random: rand.New(rand.NewPCG(p.seed, name.Sum64())),
		total: Minute{Start: p.clock.Now(), PrimaryID: primaryID},
	})
}

// SetRate changes how many requests a site gets from now on.
func (p *Population) SetRate(primaryID string, rate Rate) {
	for _, s := range p.sites {
		if s.id == primaryID {
			s.rate = rate
		}
	}
}

// Start draws every minute from the one that holds the present time on. There is always a next minute in the clock's
// queue until Stop.
func (p *Population) Start() {
	p.Stop()
	minute := p.clock.Now().Truncate(time.Minute)
	if minute.Before(p.next) {
		minute = p.next // stopped and started again within a minute
	}
	p.schedule(minute)
}

func (p *Population) schedule(minute time.Time) {
	p.stop = p.clock.At(minute.Add(time.Minute/2), func() {
		p.next = minute.Add(time.Minute)
		p.schedule(p.next)
		for _, s := range p.sites {
			drawn := p.draw(s, minute)
			s.last = &drawn
			s.total.Primary = s.total.Primary.Plus(drawn.Primary)
			s.total.Staging = s.total.Staging.Plus(drawn.Staging)
			s.total.Overridden = max(s.total.Overridden, drawn.Overridden)
		}
	})
}

// Stop ends the traffic.
func (p *Population) Stop() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// Backfill draws the given number of whole minutes before the present one, as if the edge had always been as it is now.
// They are in the metrics but in neither Last nor Total.
func (p *Population) Backfill(minutes int) {
	now := p.clock.Now().Truncate(time.Minute)
	for n := minutes; n > 0; n-- {
		for _, s := range p.sites {
			p.draw(s, now.Add(-time.Duration(n)*time.Minute))
		}
	}
}

// Last is the minute of a site that was drawn last, and whether there is one.
func (p *Population) Last(primaryID string) (Minute, bool) {
	for _, s := range p.sites {
		if s.id == primaryID && s.last != nil {
			return *s.last, true
		}
	}
	return Minute{}, false
}

// Total is everything that happened to a site since it was added, with the largest number of POPs in override.
func (p *Population) Total(primaryID string) Minute {
	for _, s := range p.sites {
		if s.id == primaryID {
			return s.total
		}
	}
	return Minute{}
}
