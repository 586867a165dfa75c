package edge

import (
	"math"
	"math/rand/v2"
	"time"
)

// Latency is how long an origin takes to begin its answers: log-normally distributed around its median, Spread being the
// standard deviation of the logarithm. The zero value takes no time.
type Latency struct {
	Median time.Duration
	Spread float64
}

// Times is the same distribution, slower by a factor.
func (l Latency) Times(factor float64) Latency {
	return Latency{time.Duration(float64(l.Median) * factor), l.Spread}
}

func (l Latency) draw(r *rand.Rand) time.Duration {
	return time.Duration(float64(l.Median) * math.Exp(l.Spread*r.NormFloat64()))
}

// LatencyRecorder takes how long origins took for a distribution; the CloudWatch stand-in is one.
type LatencyRecorder interface {
	RecordLatency(distributionID string, minute time.Time, took time.Duration, count int64)
}

// mostDraws is how many latencies are drawn for identical requests that go to the origin together: enough for a percentile.
const mostDraws = 16

// recordLatency is OriginLatency, for "requests that are served from the origin, not the CloudFront cache", where the
// additional metrics of the distribution are switched on, "for each distribution separately" (Developer Guide, "Types of
// metrics for CloudFront" and "Monitor CloudFront metrics with Amazon CloudWatch"). Left out: the way between POP and origin,
// and what the members of an origin group took that failed before the one that answered. The draws come from a generator of
// their own, so that switching the metrics on moves nothing else.
func (e *Edge) recordLatency(v *visit, answers []OriginAnswer, stale *entry) {
	if !v.node.site.AdditionalMetrics() {
		return
	}
	for _, a := range answers {
		if a.Status == 0 || stale != nil && e.RevalidationsHaveNoLatency {
			continue
		}
		for i, left := int64(0), min(a.Count, mostDraws); left > 0; left-- {
			share := (a.Count - i) / left
			i += share
			took := a.Latency.draw(v.node.took)
			e.Latencies.RecordLatency(v.node.id, v.now, took, share)
			if v.node != v.primary && e.RequestsIncludeStaging {
				e.Latencies.RecordLatency(v.primary.id, v.now, took, share)
			}
		}
	}
}
