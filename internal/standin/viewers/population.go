// Package viewers is a seeded population of viewers: the traffic that CloudFront's metrics tell of, request by request
// through the edge, so that what it is like follows from configs, content and origins.
//
// The model. Viewers come to each point of presence (POP) at a rate, enter the site at its root, and click from page to page
// along the links that the documents they got have in them; with a document they load what it refers to. Those who do the
// same at the same moment are a cohort, which the edge answers together (edge.Request.Count), and which continuous
// deployment may part. A minute happens at its middle: what flips within a minute counts for all of it or not at all.
//
// Each site draws from a generator of its own, made of the seed and the site's id, so that who comes to one does not depend
// on the others.
package viewers

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/sample"
)

// Edge answers viewers; *edge.Edge is one.
type Edge interface {
	Serve(r edge.Request) []edge.Answer
}

// Rate is how many requests per minute viewers send to a site at this time.
type Rate func(at time.Time) float64

// Site is what viewers come to.
type Site struct {
	// ID is the primary distribution's.
	ID string
	// Host is the name that viewers know it by: its domain name or an alias.
	Host string
	Rate Rate
	// PerVisit is how many requests a visit has on average: who gives a Rate counts requests, and visits is what arrives.
	PerVisit float64
	// Testers is the share of the visitors whose requests carry TestHeader, for a policy that routes by header.
	Testers    float64
	TestHeader http.Header
	// IdleTTL and MaximumTTL are those of the policy's session stickiness, to tell who keeps to a session; zero without.
	IdleTTL, MaximumTTL time.Duration
}

// Population is the viewers of one simulation. It is used on the goroutine of the simulation only.
type Population struct {
	clock *simtime.Clock
	edge  Edge
	pops  int
	seed  uint64
	links *index
	sites []*site
	next  time.Time // the first minute that has not been lived through
	stop  func()
}

type site struct {
	Site

	random  *rand.Rand
	cohorts [][]cohort // by POP
	loads   []load     // of the POP whose minute it is
	spare   []cohort
	last    *Minute
	total   Minute
	lived   []Counts // of the primary, minute by minute since Forget; at most pattern of them
}

// pattern is how many minutes the past is made of.
const pattern = 60

// New returns a population without sites that has not started; the POPs are numbered from zero.
func New(clock *simtime.Clock, edge Edge, pops int, seed uint64) *Population {
	return &Population{clock: clock, edge: edge, pops: pops, seed: seed, links: newIndex()}
}

// Add makes viewers come to a site.
func (p *Population) Add(s Site) {
	name := fnv.New64a()
	_, _ = name.Write([]byte(s.ID)) // a hash never fails
	p.sites = append(p.sites, &site{
		Site: s, random: rand.New(rand.NewPCG(p.seed, name.Sum64())), total: Minute{Start: p.clock.Now()},
	})
}

// SetRate changes how many requests a site gets from now on. Those who are there already finish their visits.
func (p *Population) SetRate(id string, rate Rate) {
	if s := p.site(id); s != nil {
		s.Rate = rate
	}
}

// Leave lets everybody who is at a site leave it now.
func (p *Population) Leave(id string) {
	if s := p.site(id); s != nil {
		s.cohorts = nil
	}
}

func (p *Population) site(id string) *site {
	i := slices.IndexFunc(p.sites, func(s *site) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return p.sites[i]
}

// Start lives through every minute from the one that holds the present time on. There is always a next minute in the
// clock's queue until Stop.
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
			lived := p.live(s, minute)
			s.last = &lived
			if len(s.lived) < pattern {
				s.lived = append(s.lived, lived.Primary)
			}
			s.total.Primary = s.total.Primary.Plus(lived.Primary)
			s.total.Staging = s.total.Staging.Plus(lived.Staging)
			s.total.Sessions, s.total.Strayed = s.total.Sessions+lived.Sessions, s.total.Strayed+lived.Strayed
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

// Ask is one more request of one viewer, for an asset that a page asks for late. It counts with the others.
func (p *Population) Ask(id, path string, session edge.Session) {
	s := p.site(id)
	if s == nil {
		return
	}
	for _, a := range p.edge.Serve(edge.Request{Host: s.Host, Path: path, Session: session, Count: 1}) {
		s.total.add(a, anAsset)
	}
}

// Last is the minute of a site that was lived through last, and whether there is one.
func (p *Population) Last(id string) (Minute, bool) {
	if s := p.site(id); s != nil && s.last != nil {
		return *s.last, true
	}
	return Minute{}, false
}

// Total is everything that happened to a site since it was added, or since Forget.
func (p *Population) Total(id string) Minute {
	if s := p.site(id); s != nil {
		return s.total
	}
	return Minute{}
}

// Backfill records minutes before the first that was lived through since Forget, as they would have been: by the site's rate,
// with as many requests to it as were seen since, and each minute with the shares of errors of one that was, drawn at random.
// So errors come in the bursts that they really come in. Nobody has been on staging then. It saves living through a past of
// which only metrics are read.
func (p *Population) Backfill(minutes int, metrics edge.Recorder) {
	for _, s := range p.sites {
		first := s.total.Start.Truncate(time.Minute)
		attained := s.attained(first, p.clock.Now())
		for n := minutes; n > 0; n-- {
			at := first.Add(-time.Duration(n) * time.Minute)
			requests := sample.Poisson(s.random, attained*s.Rate(at))
			like := Counts{}
			if len(s.lived) > 0 {
				like = s.lived[s.random.IntN(len(s.lived))]
			}
			metrics.Record(s.ID, at, requests, part(like.Errors4xx, like.Requests, requests), part(like.Errors5xx, like.Requests, requests))
		}
	}
}

// part is as much of other as n is of whole.
func part(n, whole, other int64) int64 {
	return int64(math.Round(share(n, whole) * float64(other)))
}

// attained is how many requests there were for each that the rate promised: fewer where documents fail, because nothing is
// loaded for them. A thousand that came as promised are counted in, because a few viewers tell nothing.
func (s *site) attained(from, to time.Time) float64 {
	const promised = 1000
	expected := 0.0
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		expected += s.Rate(at)
	}
	return (float64(s.total.Primary.Requests) + promised) / (expected + promised)
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Forget begins Total anew and leaves Last empty.
func (p *Population) Forget() {
	for _, s := range p.sites {
		s.last, s.total, s.lived = nil, Minute{Start: p.clock.Now()}, nil
	}
}
