package cloudwatch

import (
	"maps"
	"slices"
	"time"
)

// Counts is what one distribution served in one minute, or in several.
type Counts struct {
	// Requests is how many requests there were, whatever their answer.
	Requests int64
	// Errors4xx and Errors5xx are those of them that were answered with an error.
	Errors4xx, Errors5xx int64
}

// Plus is the sum of two counts.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Requests + d.Requests, c.Errors4xx + d.Errors4xx, c.Errors5xx + d.Errors5xx}
}

// Record adds what a distribution served in the minute that holds this time. Nothing is recorded for no requests, so
// that such a minute has no datapoint.
func (s *Server) Record(distributionID string, minute time.Time, requests, errors4xx, errors5xx int64) {
	if requests <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.series[distributionID] == nil {
		s.series[distributionID] = map[int64]Counts{}
	}
	at := minute.Truncate(time.Minute).Unix()
	s.series[distributionID][at] = s.series[distributionID][at].Plus(Counts{requests, errors4xx, errors5xx})
}

// originLatency is the one additional metric that there is here.
const originLatency = "OriginLatency"

// query is one metric asked for.
type query struct {
	id, label, metric, stat, unit string
	distribution                  string // empty when namespace or dimensions name nothing that has data
	period                        time.Duration
	hidden                        bool
}

type datapoint struct {
	at    time.Time
	value float64
}

// datapoints are those of [start, end) that were visible at the time asOf, oldest first. Periods are counted from start.
func (s *Server) datapoints(q query, start, end, asOf time.Time) []datapoint {
	asOf = asOf.Add(-s.Delay)
	if q.metric == originLatency {
		return periods(s.latencies[q.distribution], latencyStatistic(q), q.period, start, end, asOf)
	}
	return periods(s.series[q.distribution], s.statistic(q), q.period, start, end, asOf)
}

// periods are the values of the periods that have a minute, of minutes that are over by asOf.
func periods[M any](minutes map[int64]M, value func([]M) float64, period time.Duration, start, end, asOf time.Time) []datapoint {
	if value == nil {
		return nil
	}
	points := []datapoint{}
	bucket := []M{}
	flush := func(at time.Time) {
		if len(bucket) > 0 {
			points = append(points, datapoint{at, value(bucket)})
			bucket = bucket[:0]
		}
	}
	current := start
	for _, unix := range slices.Sorted(maps.Keys(minutes)) {
		minute := time.Unix(unix, 0).UTC()
		if minute.Before(start) || !minute.Before(end) || minute.Add(time.Minute).After(asOf) {
			continue
		}
		if at := start.Add(minute.Sub(start).Truncate(period)); !at.Equal(current) {
			flush(current)
			current = at
		}
		bucket = append(bucket, minutes[unix])
	}
	flush(current)
	return points
}

// statistic is how a period's value follows from its minutes, or nil where AWS has no data: "only one statistic is
// applicable for each metric" (CloudFront Developer Guide, "Get metrics using the CloudWatch API"), and a unit that the
// metric was not published with matches nothing (GetMetricData, CloudWatch API Reference).
func (s *Server) statistic(q query) func([]Counts) float64 {
	errors := map[string]func(Counts) int64{
		"4xxErrorRate":   func(c Counts) int64 { return c.Errors4xx },
		"5xxErrorRate":   func(c Counts) int64 { return c.Errors5xx },
		"TotalErrorRate": func(c Counts) int64 { return c.Errors4xx + c.Errors5xx },
	}[q.metric]
	switch {
	case q.metric == "Requests" && q.stat == "Sum" && (q.unit == "" || q.unit == "None"):
		return func(minutes []Counts) float64 { return float64(total(minutes).Requests) }
	case errors != nil && q.stat == "Average" && (q.unit == "" || q.unit == "Percent"):
		return func(minutes []Counts) float64 {
			if s.WeightByRequests {
				minutes = []Counts{total(minutes)}
			}
			sum := 0.0
			for _, m := range minutes {
				sum += 100 * float64(errors(m)) / float64(m.Requests)
			}
			return sum / float64(len(minutes))
		}
	default:
		return nil
	}
}

func total(minutes []Counts) Counts {
	sum := Counts{}
	for _, m := range minutes {
		sum = sum.Plus(m)
	}
	return sum
}
