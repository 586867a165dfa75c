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
)

// PerVisit is how many requests a visit has on average, on a site whose pages all refer to so many resources that they share
// and so many of their own.
func PerVisit(shared, own int) float64 { return float64(shared) + float64(1+own)/(1-stays) }

// cohort is viewers at one POP who will do the same: look at the same page next, with the same session.
type cohort struct {
	viewers int64
	path    string
	tester  bool
	begins  bool // has not seen a page yet
	session edge.Session
}

// load is viewers of one POP who load the same for a page. A session stands for all of its side: which of them it is makes no
// difference to what they get.
type load struct {
	resource *resource
	side     edge.Side
	tester   bool
	session  edge.Session
	viewers  int64
}

// live lets a site's viewers do what they do in one minute.
func (p *Population) live(s *site, minute time.Time) Minute {
	lived := Minute{Start: minute}
	if len(s.cohorts) != p.pops {
		s.cohorts = make([][]cohort, p.pops)
	}
	mean := s.Rate(p.clock.Now()) / s.PerVisit / float64(p.pops)
	for pop := range p.pops {
		cohorts := arrive(s, mean, s.cohorts[pop])
		staying := s.spare[:0]
		s.loads = s.loads[:0]
		for _, c := range cohorts {
			staying = p.view(s, pop, c, &lived, staying)
		}
		for _, l := range s.loads {
			p.load(s, pop, l, &lived)
		}
		s.cohorts[pop], s.spare = leave(s, staying), cohorts
	}
	return lived
}

func arrive(s *site, mean float64, cohorts []cohort) []cohort {
	n := sample.Poisson(s.random, mean)
	testers := sample.Binomial(s.random, n, s.Testers)
	return append(cohorts,
		cohort{viewers: n - testers, path: entry, begins: true},
		cohort{viewers: testers, path: entry, begins: true, tester: true})
}

// leave keeps those who look at another page.
func leave(s *site, cohorts []cohort) []cohort {
	kept := cohorts[:0]
	for _, c := range cohorts {
		if c.viewers = sample.Binomial(s.random, c.viewers, stays); c.viewers > 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// view is one page view of a cohort. It adds the cohort, in as many parts as it got different sessions or documents, to
// those who may stay.
func (p *Population) view(s *site, pop int, c cohort, lived *Minute, staying []cohort) []cohort {
	if c.viewers == 0 {
		return staying
	}
	answers := p.edge.Serve(edge.Request{
		POP: pop, Host: s.Host, Path: c.path, Header: s.header(c.tester), Session: c.session, Count: c.viewers,
	})
	for _, a := range answers {
		lived.add(a, aPage)
		lived.follow(&s.Site, p.clock.Now(), c.session, a)
		next := cohort{viewers: a.Count, path: c.path, begins: c.begins, tester: c.tester, session: a.Session}
		if links := p.links.of(a); links != nil {
			s.want(links, c, a)
			next.path, next.begins = links.next(c.path), false
		}
		staying = join(staying, next)
	}
	return staying
}

// join adds viewers to those who go on in the same way, if there are some.
func join(cohorts []cohort, c cohort) []cohort {
	for i := range cohorts {
		o := &cohorts[i]
		if o.path == c.path && o.session == c.session && o.begins == c.begins && o.tester == c.tester {
			o.viewers += c.viewers
			return cohorts
		}
	}
	return append(cohorts, c)
}

// want notes what viewers of a document load: what all pages share only with the first of them, because a browser keeps it.
func (s *site) want(l *links, c cohort, a edge.Answer) {
	wanted := l.own
	if c.begins {
		wanted = l.all
	}
	for _, r := range wanted {
		s.addLoad(load{resource: r, side: a.Side, tester: c.tester, session: a.Session, viewers: a.Count})
	}
}

func (s *site) addLoad(l load) {
	for i := range s.loads {
		o := &s.loads[i]
		if o.resource == l.resource && o.side == l.side && o.tester == l.tester {
			o.viewers += l.viewers
			return
		}
	}
	s.loads = append(s.loads, l)
}

func (p *Population) load(s *site, pop int, l load, lived *Minute) {
	answers := p.edge.Serve(edge.Request{
		POP: pop, Host: s.Host, Path: l.resource.path, Query: l.resource.query,
		Header: s.header(l.tester), Session: l.session, Count: l.viewers,
	})
	of := anAsset
	if l.resource.called {
		of = aCall
	}
	for _, a := range answers {
		lived.add(a, of)
	}
}

func (s *site) header(tester bool) http.Header {
	if tester {
		return s.TestHeader
	}
	return nil
}
