package storm

import (
	"math/rand/v2"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/origin"
	"cloudfront-cd/internal/standin/transport"
)

const (
	ofPrimary = "primary"
	ofStaging = "staging"
)

// side is the distribution that a fault's target names.
func (s *storm) side(target string) string {
	if target == ofStaging {
		return s.staging()
	}
	return s.w.Pair.PrimaryID
}

// staging is the pair's staging distribution: the world's, or the one that enroll has made.
func (s *storm) staging() string {
	if s.w.Pair.StagingID != "" {
		return s.w.Pair.StagingID
	}
	return world.StagingID
}

// fleetKinds are what the points of presence, the control plane and the origins do.
func fleetKinds() []kind { //nolint:funlen // a table
	return []kind{
		{"reads-lag", 3, func(d *drawer) Fault {
			f := d.somewhere()
			f.Size, f.For = float64(1+d.IntN(75)), d.minutes(1, 120) // seconds
			return f
		}, func(s *storm, f Fault) func() {
			s.w.CloudFront.ReadLag = time.Duration(f.Size) * time.Second
			return func() { s.w.CloudFront.ReadLag = 0 }
		}},
		// Every read is of some replica: the next one may show an older state than the last.
		{"reads-jump", 3, func(d *drawer) Fault {
			f := d.somewhere()
			f.Size, f.For = float64(1+d.IntN(75)), d.minutes(1, 120) // seconds that a replica is behind at most
			return f
		}, func(s *storm, f Fault) func() {
			replica := rand.New(rand.NewPCG(s.plan.Seed, 0x1A6))
			end := s.onRequests(func(c transport.Call) transport.Outcome {
				if c.Service == "CloudFront" {
					s.w.CloudFront.ReadLag = time.Duration(replica.Float64() * f.Size * float64(time.Second))
				}
				return transport.Outcome{}
			})
			return func() { end(); s.w.CloudFront.ReadLag = 0 }
		}},
		{"propagation-slow", 2, func(d *drawer) Fault {
			f := d.somewhere()
			f.Target, f.Size, f.For = d.oneOf(ofPrimary, ofStaging), float64(5+d.IntN(36)), d.minutes(5, 180) // minutes
			return f
		}, func(s *storm, f Fault) func() {
			id, long := s.side(f.Target), time.Duration(f.Size)*time.Minute
			s.w.CloudFront.SpreadOf[id] = cloudfront.Spread{Min: long / 2, Max: long}
			return func() { delete(s.w.CloudFront.SpreadOf, id) }
		}},
		{"pop-stuck", 2, func(d *drawer) Fault {
			f := d.somewhere()
			f.Target, f.Size = d.oneOf(ofPrimary, ofStaging), float64(d.IntN(d.plan.Weather.POPs))
			if d.IntN(2) == 0 {
				f.For = d.minutes(1, 120)
			}
			return f
		}, func(s *storm, f Fault) func() {
			id, pop := s.side(f.Target), s.w.CloudFront.POPs()[int(f.Size)]
			s.w.CloudFront.Stick(id, pop)
			return func() { s.w.CloudFront.Unstick(id, pop) }
		}},
		{"override", 4, func(d *drawer) Fault {
			f := d.inLoop()
			f.Size, f.For = float64(1+d.IntN(d.plan.Weather.POPs)), d.minutes(1, 120) // points of presence
			if d.IntN(2) == 0 {
				f.Size = float64(d.plan.Weather.POPs)
			}
			return f
		}, func(s *storm, f Fault) func() {
			for pop := range int(f.Size) {
				s.w.Edge.Override(pop, s.w.Clock.Now(), s.w.Clock.Now().Add(f.For))
			}
			return s.w.Edge.EndOverrides
		}},
		{"origin-fails", 1, func(d *drawer) Fault {
			f := d.somewhere()
			f.Size, f.For = 0.02+0.2*d.Float64(), d.minutes(1, 20)
			return f
		}, func(s *storm, f Fault) func() {
			s.unfair["viewers"] = true
			s.w.Break(origin.Fault{Prefix: "/", Share5xx: f.Size})
			return func() { s.w.Mend(); s.breakChange() }
		}},
		{"viewers-vanish", 2, func(d *drawer) Fault {
			f := d.inLoop()
			f.For = d.minutes(1, 120)
			return f
		}, func(s *storm, _ Fault) func() {
			if s.w.Viewers == nil {
				return nil
			}
			rate := s.plan.Weather.Rate
			s.w.Viewers.SetRate(s.w.Pair.PrimaryID, func(time.Time) float64 { return 0 })
			s.w.Viewers.Leave(s.w.Pair.PrimaryID)
			return func() { s.w.Viewers.SetRate(s.w.Pair.PrimaryID, func(time.Time) float64 { return rate }) }
		}},
	}
}
