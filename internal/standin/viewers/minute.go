package viewers

import "time"

// AllPOPs as the number of a POP means every one.
const AllPOPs = -1

type override struct {
	pop      int
	from, to time.Time
}

// Override lets one POP, or AllPOPs, send everybody to the primary from one time to another, as CloudFront does at peak
// traffic "regardless of the setting in your continuous deployment policy" (CloudFront Developer Guide, "Quotas and
// other considerations for continuous deployment"). That this happens per POP is one user's report of AWS's words
// (dhfrost, 2026-04).
func (p *Population) Override(pop int, from, to time.Time) {
	p.overrides = append(p.overrides, override{pop, from, to})
}

// EndOverrides ends all that have been set.
func (p *Population) EndOverrides() { p.overrides = nil }

func (p *Population) overridden(pop int, at time.Time) bool {
	for _, o := range p.overrides {
		if (o.pop == AllPOPs || o.pop == pop) && !at.Before(o.from) && at.Before(o.to) {
			return true
		}
	}
	return false
}

// draw decides what happens to a site in one minute, and records it.
func (p *Population) draw(s *site, minute time.Time) Minute {
	drawn := Minute{Start: minute, PrimaryID: s.id}
	at := minute.Add(time.Minute / 2)
	pops := p.edge.POPs()
	if len(s.shares) != pops {
		s.shares = make([]float64, pops)
	}
	mean := s.rate(at) / float64(pops)
	for pop := range pops {
		serving, ok := p.edge.Serving(pop, s.id)
		if !ok {
			s.shares[pop] = 0
			continue
		}
		share := p.share(&s.shares[pop], serving)
		if p.overridden(pop, at) {
			share = 0
			drawn.Overridden++
		}
		arrivals := poisson(s.random, mean)
		toStaging := binomial(s.random, arrivals, share)
		primary := p.serve(s, arrivals-toStaging, p.health(Primary, serving.Primary, pop, at))
		drawn.Primary = drawn.Primary.Plus(primary)
		if toStaging == 0 {
			continue
		}
		rates := p.health(Staging, serving.Staging, pop, at)
		if serving.CustomErrorResponses && !serving.HeaderPolicy {
			rates.E5xx += p.CustomErrorResponseBug
		}
		staging := p.serve(s, toStaging, rates)
		drawn.Staging = drawn.Staging.Plus(staging)
		// Recorded by POP: two POPs may know policies with different staging distributions.
		p.record(serving.StagingID, minute, staging)
	}
	seen := drawn.Primary
	if p.RequestsIncludeStaging {
		seen = seen.Plus(drawn.Staging)
	}
	p.record(s.id, minute, seen)
	return drawn
}

// share is the part of a POP's viewers that goes to staging now; reached is what it was the minute before.
func (p *Population) share(reached *float64, serving Serving) float64 {
	target := serving.Weight
	switch {
	case !serving.PolicyEnabled || serving.StagingID == "":
		target = 0
	case serving.HeaderPolicy:
		target = p.HeaderShare
	case serving.Sticky && target > 0 && *reached > 0 && p.StickyLag > time.Minute:
		target = *reached + (target-*reached)*float64(time.Minute)/float64(p.StickyLag)
	}
	*reached = target
	return target
}

func (p *Population) serve(s *site, requests int64, rates Rates) Counts {
	c := Counts{Requests: requests}
	c.Errors5xx = binomial(s.random, requests, rates.E5xx)
	if rates.E5xx < 1 {
		c.Errors4xx = binomial(s.random, requests-c.Errors5xx, rates.E4xx/(1-rates.E5xx))
	}
	return c
}

func (p *Population) record(distributionID string, minute time.Time, c Counts) {
	if c.Requests > 0 {
		p.recorder.Record(distributionID, minute, c.Requests, c.Errors4xx, c.Errors5xx)
	}
}
