// Package judgeprimary decides after each look whether the primary is as healthy after the promotion as it was before.
package judgeprimary

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.ConfigReader
	CloudWatch cloudwatch.DescribeAlarmsAPIClient
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. The bake runs by the clock from the promotion's deployment, but
// health at its end must rest on judged minutes, which lag by the warm-up and the metric delay: without any the judge is
// inconclusive. An inconclusive bake is doubled once; after that the promotion stands, and says so. At the end the config
// is compared with the promoted one: an edit by someone else since is theirs, but it is not hidden. So are the latencies that a
// gate asked for: they are told and not judged, since those before the release are of another hour, with another load and other
// caches, and a test would take that for the release's doing.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Bake, error) {
	doc := in.Document
	alarms := metrics.AlarmsNow(ctx, h.CloudWatch, doc.Plan.Gates.Alarms)
	names := metrics.Names{Canary: "primary after the promotion", Baseline: "primary before the release"}
	gates := judge.Judge(metrics.Evidence(doc, doc.Preflight.Primary.ID, doc.Deployed.At, names, alarms))
	part := release.Bake{Verdict: string(gates.Verdict), Reasons: gates.Reasons, Gates: metrics.Gates(gates.Rates), Since: doc.Deployed.At, At: h.Now()}
	if before := doc.Bake; before != nil {
		part.Extended = before.Extended
		if !before.Since.IsZero() {
			part.Since = before.Since
		}
	}
	end := part.Since.Add(doc.Plan.Bake.Std())
	extendedEnd := end.Add(doc.Plan.Bake.Std())
	switch {
	case gates.Verdict == judge.Unhealthy:
		part.Regressed = true
	case part.At.Before(end):
		part.Continue = true
	case gates.Verdict == judge.Healthy:
		part.Done = true
	case part.At.Before(extendedEnd):
		part.Continue, part.Extended = true, true
	default:
		part.Done, part.Extended, part.Inconclusive = true, true, true
	}
	if !part.Done {
		return part, nil
	}
	part.Reasons = append(part.Reasons, judge.DescribeLatency(metrics.Latencies(doc, doc.Preflight.Primary.ID, doc.Deployed.At, names))...)
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Primary.ID)
	if err != nil {
		return release.Bake{}, err
	}
	part.ChangedSince = primary.Fingerprint != doc.Staging.Fingerprint
	return part, nil
}
