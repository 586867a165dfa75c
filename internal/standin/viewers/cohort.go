package viewers

import (
	"net/http"
	"time"

	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/sample"
)

const (
	entry = "/"
	// stays is the share of the viewers who, after a page, look at another one within a minute.
	stays = 0.75
	// longest is after how many pages a visit ends at the latest.
	longest = 10
)

// PerVisit is how many requests a visit has on average, on a site whose pages all refer to so many resources that they share
// and so many of their own.
func PerVisit(shared, own int) float64 {
	pages, looking := 0.0, 1.0
	for range longest {
		pages += looking
		looking *= stays
	}
	return float64(shared) + pages*float64(1+own)
}

// cohort is viewers who came to one POP in the same minute and whom nothing has parted since.
type cohort struct {
	pop     int
	viewers int64
	pages   int // how many they have seen
	path    string
	header  http.Header
	session edge.Session
}

// load is viewers of one POP who load what a document refers to.
type load struct {
	pop     int
	session edge.Session
	side    edge.Side
	header  http.Header
	tester  bool
	links   *links
	first   bool
	viewers int64
}

// live lets a site's viewers do what they do in one minute.
func (p *Population) live(s *site, minute time.Time) Minute {
	lived := Minute{Start: minute}
	p.arrive(s)
	var loads []load
	var staying []cohort
	for _, c := range s.cohorts {
		for _, parted := range p.view(s, c, &lived, &loads) {
			parted.viewers = sample.Binomial(s.random, parted.viewers, stays)
			if parted.pages++; parted.viewers > 0 && parted.pages < longest {
				staying = append(staying, parted)
			}
		}
	}
	s.cohorts = staying
	for _, l := range loads {
		p.load(s, l, &lived)
	}
	return lived
}

func (p *Population) arrive(s *site) {
	mean := s.Rate(p.clock.Now()) / s.PerVisit / float64(p.pops)
	for pop := range p.pops {
		n := sample.Poisson(s.random, mean)
		testers := sample.Binomial(s.random, n, s.Testers)
		for _, c := range [...]cohort{{viewers: n - testers}, {viewers: testers, header: s.TestHeader}} {
			if c.viewers > 0 {
				c.pop, c.path = pop, entry
				s.cohorts = append(s.cohorts, c)
			}
		}
	}
}

// view is one page view of a cohort. It returns the cohort, in as many parts as the sessions that it was given.
func (p *Population) view(s *site, c cohort, lived *Minute, loads *[]load) []cohort {
	parts := make([]cohort, 0, 2)
	answers := p.edge.Serve(edge.Request{
		POP: c.pop, Host: s.Host, Path: c.path, Header: c.header, Session: c.session, Count: c.viewers,
	})
	for _, a := range answers {
		lived.add(a)
		links := p.links.of(a)
		if links.loads() {
			*loads = addLoad(*loads, load{
				pop: c.pop, session: a.Session, side: a.Side, header: c.header, tester: c.header != nil,
				links: links, first: c.pages == 0, viewers: a.Count,
			})
		}
		next := c
		next.viewers, next.session, next.path = a.Count, a.Session, links.page(c.pages, c.path)
		parts = join(parts, next)
	}
	return parts
}

// join adds viewers to the part that goes on in the same way, if there is one.
func join(parts []cohort, c cohort) []cohort {
	for i := range parts {
		if parts[i].session == c.session && parts[i].path == c.path {
			parts[i].viewers += c.viewers
			return parts
		}
	}
	return append(parts, c)
}

// addLoad adds viewers to those of the same POP who load the same. A session stands for all of its side: which of them it is
// makes no difference to what they get.
func addLoad(loads []load, l load) []load {
	for i := len(loads) - 1; i >= 0 && loads[i].pop == l.pop; i-- {
		o := &loads[i]
		if o.side == l.side && o.tester == l.tester && o.links == l.links && o.first == l.first {
			o.viewers += l.viewers
			return loads
		}
	}
	return append(loads, l)
}

// load loads what a document refers to; what all pages share only with the first of them, because a browser keeps it.
func (p *Population) load(s *site, l load, lived *Minute) {
	paths := l.links.each
	if l.first {
		paths = l.links.all
	}
	for _, r := range paths {
		answers := p.edge.Serve(edge.Request{
			POP: l.pop, Host: s.Host, Path: r.path, Query: r.query, Header: l.header, Session: l.session, Count: l.viewers,
		})
		for _, a := range answers {
			lived.add(a)
		}
	}
}
