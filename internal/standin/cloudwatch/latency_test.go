package cloudwatch_test

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestOriginLatencyHasPercentilesOnly(t *testing.T) {
	t.Parallel()
	server, client, clock := world()
	// A thousand latencies of 1 to 1,000 ms in the first minute, one of 500 ms in the third, nothing that counts in the fourth.
	for ms := range 1000 {
		server.RecordLatency("E1", minute(0), time.Duration(ms+1)*time.Millisecond, 1)
	}
	server.RecordLatency("E1", minute(2), 500*time.Millisecond, 7)
	server.RecordLatency("E1", minute(3), 500*time.Millisecond, 0)
	server.RecordLatency("E1", minute(56), 500*time.Millisecond, 1)
	clock.Advance(time.Hour - time.Second) // so that the minute at :56 has been over for less than three
	inUnit := func(q types.MetricDataQuery, unit types.StandardUnit) types.MetricDataQuery {
		q.MetricStat.Unit = unit
		return q
	}
	hourly := ask("hourly", "E1", "OriginLatency", "p50")
	hourly.MetricStat.Period = aws.Int32(3600)
	out, err := client.GetMetricData(t.Context(), hour(
		ask("p50", "E1", "OriginLatency", "p50"), ask("p95", "E1", "OriginLatency", "p95"), ask("p999", "E1", "OriginLatency", "p99.9"),
		ask("p100", "E1", "OriginLatency", "p100"), inUnit(ask("ms", "E1", "OriginLatency", "p50"), types.StandardUnitMilliseconds), hourly,
		ask("average", "E1", "OriginLatency", "Average"), ask("sum", "E1", "OriginLatency", "Sum"), ask("p101", "E1", "OriginLatency", "p101"),
		inUnit(ask("seconds", "E1", "OriginLatency", "p50"), types.StandardUnitSeconds), ask("other", "E2", "OriginLatency", "p50"),
		ask("requests", "E1", "Requests", "p50"),
	))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{
		"p50": {500, 500}, "p95": {950, 500}, "p999": {999, 500}, "p100": {1000, 500}, "ms": {500, 500}, "hourly": {500},
		"average": nil, "sum": nil, "p101": nil, "seconds": nil, "other": nil, "requests": nil,
	}
	for _, r := range out.MetricDataResults {
		values, ok := want[*r.Id]
		if !ok || len(r.Values) != len(values) || r.StatusCode != types.StatusCodeComplete {
			t.Errorf("%s: got %v (%s), want %v", *r.Id, r.Values, r.StatusCode, values)
			continue
		}
		for i, v := range r.Values {
			if math.Abs(v/values[i]-1) > 0.02 {
				t.Errorf("%s: got %v, want about %v", *r.Id, v, values[i])
			}
			if i == 1 && !r.Timestamps[i].Equal(minute(2)) {
				t.Errorf("%s: got the second at %s", *r.Id, r.Timestamps[i])
			}
		}
	}
	if len(out.MetricDataResults) != len(want) {
		t.Errorf("got %d results of %d", len(out.MetricDataResults), len(want))
	}
}
