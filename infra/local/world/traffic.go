package world

import (
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/viewers"
)

// Look is one config at one point of presence at one time, for Health.
type Look struct {
	Side   viewers.Side
	Config *cloudfront.Config
	POP    int
	At     time.Time
}

// Usual are the error rates of a site that is well: the background that every site has.
func Usual() viewers.Rates { return viewers.Rates{E4xx: 0.01, E5xx: 0.001} }

// edge lets the viewers see what each point of presence serves.
type edge struct{ cf *cloudfront.Server }

// POPs implements viewers.Edge.
func (e edge) POPs() int { return len(e.cf.POPs()) }

// Serving implements viewers.Edge.
func (e edge) Serving(pop int, primaryID string) (viewers.Serving, bool) {
	now, ok := e.cf.Serving(pop, primaryID)
	if !ok {
		return viewers.Serving{}, false
	}
	s := viewers.Serving{
		PrimaryID: primaryID, Primary: now.Primary,
		PolicyEnabled: now.Policy.Enabled, Sticky: now.Policy.MaximumTTL > 0,
		HeaderPolicy: now.Policy.Type == cloudfront.SingleHeader,
	}
	if now.Policy.Type == cloudfront.SingleWeight {
		s.Weight = now.Policy.Weight
	}
	if now.Staging != nil {
		s.StagingID, s.Staging = now.Staging.ID, now.Staging
		s.CustomErrorResponses = now.Staging.Text("CustomErrorResponses/Quantity") > "0"
	}
	return s, true
}

// addViewers gives the site its traffic, two hours of it in the past.
func (w *World) addViewers(o Options) {
	rate := o.RequestsPerMinute
	if rate == 0 {
		rate = 60_000
	}
	health := func(side viewers.Side, config any, pop int, at time.Time) viewers.Rates {
		served, ok := config.(*cloudfront.Config)
		if !ok || w.Health == nil {
			return Usual()
		}
		return w.Health(Look{Side: side, Config: served, POP: pop, At: at})
	}
	w.Viewers = viewers.New(w.Clock, edge{w.CloudFront}, w.CloudWatch, health, o.Seed)
	w.Viewers.Add(w.Pair.PrimaryID, func(time.Time) float64 { return rate })
	w.Viewers.Backfill(120)
	w.Viewers.Start()
}
