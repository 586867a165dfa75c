package cloudwatch

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// histogram counts latencies in buckets that each reach 2 % further than the one before, so that a percentile is off by less
// than a percent however many there are. CloudWatch keeps percentiles in some such form itself; which, it does not say.
type histogram map[int]int64

const (
	growth = 1.02
	// fastest is where the buckets begin, in milliseconds.
	fastest = 0.1
)

func bucketOf(ms float64) int {
	return int(math.Floor(math.Log(max(ms, fastest)/fastest) / math.Log(growth)))
}

// RecordLatency adds to the minute that holds this time how long an origin took to answer count requests. CloudFront publishes
// OriginLatency only where the distribution's additional metrics are switched on: that is for the caller to know.
func (s *Server) RecordLatency(distributionID string, minute time.Time, took time.Duration, count int64) {
	if count <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	minutes := s.latencies[distributionID]
	if minutes == nil {
		minutes = map[int64]histogram{}
		s.latencies[distributionID] = minutes
	}
	at := minute.Truncate(time.Minute).Unix()
	if minutes[at] == nil {
		minutes[at] = histogram{}
	}
	minutes[at][bucketOf(float64(took)/float64(time.Millisecond))] += count
}

// percentile is the latency in milliseconds that the share of all does not exceed. Within a bucket they are taken for evenly
// spread.
func percentile(minutes []histogram, share float64) float64 {
	sum, total := histogram{}, int64(0)
	for _, h := range minutes {
		for bucket, count := range h {
			sum[bucket] += count
			total += count
		}
	}
	wanted := share * float64(total)
	buckets := slices.Sorted(maps.Keys(sum))
	for _, bucket := range buckets {
		count := float64(sum[bucket])
		if wanted <= count || bucket == buckets[len(buckets)-1] {
			return fastest * math.Pow(growth, float64(bucket)+min(1, wanted/count))
		}
		wanted -= count
	}
	return 0
}

// "Percentiles … p95" with up to ten decimals (CloudWatch User Guide, "CloudWatch statistics definitions").
var percentileStat = regexp.MustCompile(`^p(100|\d{1,2}(?:\.\d{1,10})?)$`)

// latencyStatistic is how a period's OriginLatency follows from its minutes, or nil where AWS has no data: its valid statistic
// is a percentile, its unit Milliseconds (CloudFront Developer Guide, "Types of metrics for CloudFront").
func latencyStatistic(q query) func([]histogram) float64 {
	found := percentileStat.FindStringSubmatch(q.stat)
	if found == nil || q.unit != "" && q.unit != "Milliseconds" {
		return nil
	}
	percent, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return nil
	}
	return func(minutes []histogram) float64 { return percentile(minutes, percent/100) }
}
