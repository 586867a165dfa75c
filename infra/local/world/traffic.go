package world

import (
	"cmp"
	"time"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/viewers"
)

// Past is how long the pair has existed, and its site has had viewers, when a world begins.
const Past = 65 * time.Minute

// addEdge puts the points of presence in front of the origins.
func (w *World) addEdge(o Options) {
	w.Edge = edge.New(w.Clock, w.CloudFront, w.origin, w.CloudWatch, o.Seed)
	w.addSecrets(o.Primary)
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

// host is the name that viewers know the primary by.
func (w *World) host() string {
	config, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	if aliases := config.Tree().Child("Aliases").Items(); len(aliases) > 0 {
		return aliases[0].Text
	}
	return config.DomainName
}
