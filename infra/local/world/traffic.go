package world

import (
	"cmp"
	"time"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/viewers"
)

const (
	// settle is how long it takes until as many viewers leave the site as come, lived how long they are watched then, and
	// before how many minutes of metrics there are from before that: as many as Preflight looks back.
	settle = 15 * time.Minute
	lived  = 20 * time.Minute
	before = release.PastMinutes
)

// addEdge puts the points of presence in front of the origins. Their metrics begin when the site has settled.
func (w *World) addEdge(o Options) {
	metrics := settled{w.CloudWatch, w.Clock.Now().Add(settle)}
	w.Edge = edge.New(w.Clock, w.CloudFront, w.origin, metrics, o.Seed)
	w.Edge.Latencies = metrics
	w.addSecrets(o.Primary)
}

// settled records nothing from before a time.
type settled struct {
	to    *cloudwatch.Server
	since time.Time
}

// Record implements edge.Recorder.
func (s settled) Record(distributionID string, minute time.Time, requests, errors4xx, errors5xx int64) {
	if !minute.Before(s.since) {
		s.to.Record(distributionID, minute, requests, errors4xx, errors5xx)
	}
}

// RecordLatency implements edge.LatencyRecorder.
func (s settled) RecordLatency(distributionID string, minute time.Time, took time.Duration, count int64) {
	if !minute.Before(s.since) {
		s.to.RecordLatency(distributionID, minute, took, count)
	}
}

// addViewers gives the site its viewers, and the past that its metrics tell of.
func (w *World) addViewers(o Options) {
	rate := cmp.Or(o.RequestsPerMinute, 60_000)
	w.Viewers = viewers.New(w.Clock, w.Edge, len(w.CloudFront.POPs()), o.Seed)
	policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
	w.Viewers.Add(viewers.Site{
		ID: w.Pair.PrimaryID, Host: w.Host(), Rate: viewers.Daily(rate),
		PerVisit: viewers.PerVisit(site.Shared, site.Own+len(calls(o.Primary))),
		IdleTTL:  policy.IdleTTL, MaximumTTL: policy.MaximumTTL,
	})
	w.Viewers.Start()
	w.Clock.Advance(settle)
	w.Viewers.Forget()
	w.Clock.Advance(lived)
	w.Viewers.Backfill(before, w.CloudWatch)
	w.Viewers.Forget()
}

// domain is the primary's own name.
func (w *World) domain() string {
	config, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	return config.DomainName
}

// Host is the name that viewers know the primary by.
func (w *World) Host() string {
	config, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	if aliases := config.Tree().Child("Aliases").Items(); len(aliases) > 0 {
		return aliases[0].Text
	}
	return config.DomainName
}
