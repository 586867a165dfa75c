package metrics

import (
	"context"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// originLatency is "the total time spent, in milliseconds, from when CloudFront receives a request to when it starts providing
// a response to the network (not the viewer), for requests that are served from the origin, not the CloudFront cache", with
// Percentile as its only valid statistic (CloudFront Developer Guide, "Types of metrics for CloudFront",
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html). GetMetricData takes
// "any CloudWatch statistic or extended statistic", which p50 and p95 are (CloudWatch API Reference, MetricStat).
const originLatency = "OriginLatency"

// CountsAndLatency is Counts with the percentiles that a gate judges, in the same call; without a gate it is Counts.
func CountsAndLatency(
	ctx context.Context, api cloudwatch.GetMetricDataAPIClient, w Window, gate *release.Latency, distributions ...string,
) ([]release.Series, error) {
	names := []string{requests, errors4xx, errors5xx}
	counted := len(names)
	for _, p := range gate.Percentiles() {
		names = append(names, p.Name)
	}
	read, err := query(ctx, api, w, distributions, names...)
	if err != nil {
		return nil, err
	}
	all := make([]release.Series, len(distributions))
	for i, id := range distributions {
		all[i] = counts(id, w, read[i][0], read[i][1], read[i][2])
		for n, name := range names[counted:] {
			all[i].SetLatency(name, hundredths(read[i][counted+n]))
		}
	}
	return all, nil
}

// hundredths rounds to what matters, so that the document stays small. A minute without a datapoint stays -1.
func hundredths(values []float64) []float64 {
	rounded := make([]float64, len(values))
	for i, v := range values {
		rounded[i] = math.Round(v*100) / 100
	}
	return rounded
}

// Latencies is what the judge compares of the observation of distribution canary since a time. Of an observation that is
// missing, failed, of another distribution or older there is nothing, which is never health.
func Latencies(doc release.Document, canary string, since time.Time, names Names) judge.Latencies {
	e := judge.Latencies{Canary: names.Canary, Baseline: names.Baseline, Alpha: doc.Plan.LatencyAlpha()}
	var observed release.Observation
	if o := doc.Observation; o != nil && o.Error == "" && o.Canary.Distribution == canary && !o.Canary.From.Before(since) {
		observed = *o
	}
	for _, p := range doc.Plan.Gates.Latency.Percentiles() {
		e.Percentiles = append(e.Percentiles, judge.Percentile{
			Name: p.Name, Tolerance: p.Tolerance,
			Canary: observed.Canary.LatencyOf(p.Name), Baseline: observed.Baseline.LatencyOf(p.Name),
		})
	}
	return e
}
