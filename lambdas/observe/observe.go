// Package observe reads what the judge compares, minute by minute: counts, and latencies where a gate wants them.
package observe

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudWatch cloudwatch.GetMetricDataAPIClient
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. The first minutes after a deployment are left out, because a cache
// starts cold, and the newest, because their metrics may be incomplete.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Observation, error) {
	doc := in.Document
	now := h.Now()
	since := metrics.Between(doc.Deployed.At.Add(release.WarmUp), metrics.Visible(now))
	var part release.Observation
	var err error
	switch in.Which {
	case release.CountsOfStaging:
		part, err = h.staging(ctx, doc, since)
	case release.CountsOfPrimary:
		part, err = h.primary(ctx, doc, since)
	default:
		return part, fault.Errorf(fault.Unexpected, "there is no %q to observe", in.Which)
	}
	if err != nil {
		return release.Observation{}, err
	}
	part.At = now
	return part, nil
}

func (h Handler) staging(ctx context.Context, doc release.Document, since metrics.Window) (release.Observation, error) {
	series, err := metrics.CountsAndLatency(ctx, h.CloudWatch, since, doc.Plan.Gates.Latency, doc.Preflight.Staging.ID, doc.Preflight.Primary.ID)
	if err != nil {
		return release.Observation{}, err
	}
	return release.Observation{Canary: series[0], Baseline: series[1]}, nil
}

// primary takes two calls: a call has one time range.
func (h Handler) primary(ctx context.Context, doc release.Document, since metrics.Window) (release.Observation, error) {
	id, latency := doc.Preflight.Primary.ID, doc.Plan.Gates.Latency
	after, err := metrics.CountsAndLatency(ctx, h.CloudWatch, since, latency, id)
	if err != nil {
		return release.Observation{}, err
	}
	end := doc.Preflight.At.Truncate(time.Minute)
	past := metrics.Between(end.Add(-release.BaselineMinutes*time.Minute), end)
	before, err := metrics.CountsAndLatency(ctx, h.CloudWatch, past, latency, id)
	if err != nil {
		return release.Observation{}, err
	}
	return release.Observation{Canary: after[0], Baseline: before[0]}, nil
}
