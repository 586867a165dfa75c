package world

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
	"cloudfront-cd/internal/standin/viewers"
)

// Past is how long the pair has existed, and its site has had viewers, when a world begins.
const Past = 2 * time.Hour

// UsualErrors are the background that every API has: the shares of its requests that it answers with 4xx and with 5xx.
const (
	usual4xx = 0.04
	usual5xx = 0.004
)

// addEdge puts the points of presence in front of the origins: buckets, and an API at every other domain name.
func (w *World) addEdge(o Options) {
	w.Edge = edge.New(w.Clock, w.CloudFront, w.origin, w.CloudWatch, o.Seed)
	w.API = &API{Script: origin.NewAPI(w.Clock, o.Seed)}
}

// addViewers gives the site its viewers, and lets them live through the past.
func (w *World) addViewers(o Options) {
	rate := cmp.Or(o.RequestsPerMinute, 60_000)
	w.Viewers = viewers.New(w.Clock, w.Edge, len(w.CloudFront.POPs()), o.Seed)
	w.Viewers.Add(viewers.Site{
		ID: w.Pair.PrimaryID, Host: w.host(), Rate: viewers.Daily(rate),
		PerVisit: viewers.PerVisit(site.Shared, site.Own+len(calls(o.Primary))),
	})
	w.Viewers.Start()
	w.Clock.Advance(Past)
	w.Viewers.Forget()
}
