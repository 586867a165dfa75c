package metrics_test

import (
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/simtime"
	standin "cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/transport"
)

func gate(p50, p95 float64) *release.Latency {
	var l release.Latency
	if p50 > 0 {
		l.P50 = &p50
	}
	if p95 > 0 {
		l.P95 = &p95
	}
	return &l
}

func TestLatenciesComeWithTheCountsAndKeepTheirOwnGaps(t *testing.T) {
	t.Parallel()
	none := math.NaN()
	api := &pages{answers: []*sdk.GetMetricDataOutput{page(
		"",
		result("d0m0", complete, 1000, 1000, none), result("d0m1", complete, 0, 0, 0), result("d0m2", complete, 0, 0, 0),
		result("d0m3", complete, 40.123456, none, 41), result("d0m4", complete, 180.5, none, 12_345.678),
	)}}
	got, err := metrics.CountsAndLatency(t.Context(), api, window(3), gate(20, 30), "ESTAGING")
	if err != nil {
		t.Fatal(err)
	}
	s := got[0]
	if !slices.Equal(s.Requests, []int64{1000, 1000, -1}) || !slices.Equal(s.LatencyP50, []float64{40.12, -1, 41}) ||
		!slices.Equal(s.LatencyP95, []float64{180.5, -1, 12_345.68}) {
		t.Errorf("got %+v", s)
	}
	asked := api.asked[0].MetricDataQueries
	if len(api.asked) != 1 || len(asked) != 5 {
		t.Fatalf("got %d calls, %d queries in the first", len(api.asked), len(asked))
	}
	for i, want := range map[int]string{3: release.P50, 4: release.P95} {
		if m := asked[i].MetricStat; *m.Metric.MetricName != "OriginLatency" || *m.Stat != want || *m.Period != 60 || m.Unit != "" {
			t.Errorf("asked for %s of %s every %d s", *m.Stat, *m.Metric.MetricName, *m.Period)
		}
	}
}

func TestWithoutAGateNoLatencyIsAskedFor(t *testing.T) {
	t.Parallel()
	api := &pages{answers: []*sdk.GetMetricDataOutput{page(
		"", result("d0m0", complete, 1), result("d0m1", complete, 0), result("d0m2", complete, 0),
	)}}
	got, err := metrics.CountsAndLatency(t.Context(), api, window(1), nil, "ESTAGING")
	if err != nil || got[0].LatencyP50 != nil || got[0].LatencyP95 != nil || len(api.asked[0].MetricDataQueries) != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLatenciesOfTheDocument(t *testing.T) {
	t.Parallel()
	observation := &release.Observation{
		Canary:   release.Series{Distribution: "ESTAGING", From: noon, LatencyP95: []float64{200, -1}},
		Baseline: release.Series{Distribution: "EPRIMARY", From: noon, LatencyP95: []float64{180, 181}},
	}
	failed, older := *observation, *observation
	failed.Error = "States.Timeout"
	older.Canary.From = noon.Add(-time.Minute)
	cases := map[string]struct {
		observation *release.Observation
		canary      string
		want        []float64
	}{
		"an observation of this step":   {observation, "ESTAGING", []float64{200, -1}},
		"none":                          {nil, "ESTAGING", nil},
		"a failed one":                  {&failed, "ESTAGING", nil},
		"one of the step before":        {&older, "ESTAGING", nil},
		"one of another distribution":   {observation, "EPRIMARY", nil},
		"a percentile that nobody read": {&release.Observation{Canary: release.Series{Distribution: "ESTAGING", From: noon}}, "ESTAGING", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := release.Plan{Ramp: make([]release.RampStep, 2), Gates: release.Gates{Alpha: 0.03, Latency: gate(0, 30)}}
			got := metrics.Latencies(release.Document{Plan: &plan, Observation: c.observation}, c.canary, noon, metrics.Names{Canary: "staging", Baseline: "primary"})
			if len(got.Percentiles) != 1 || got.Percentiles[0].Name != "p95" || got.Percentiles[0].Tolerance != 30 || !slices.Equal(got.Percentiles[0].Canary, c.want) {
				t.Errorf("got %+v, want %v", got.Percentiles, c.want)
			}
			// 3 gates of 2 steps and the bake share 3 %, and two looks each share that.
			if want := 0.03 / 9 / 2; math.Abs(got.Alpha-want) > 1e-12 || got.Canary != "staging" || got.Baseline != "primary" {
				t.Errorf("got alpha %v, want %v; sides %s and %s", got.Alpha, want, got.Canary, got.Baseline)
			}
		})
	}
}

func TestLatencyThroughTheUnmodifiedClient(t *testing.T) {
	t.Parallel()
	clock := simtime.New(noon)
	server := standin.New(clock)
	client := sdk.NewFromConfig(transport.Config(&transport.Transport{
		Hosts: map[string]http.Handler{"monitoring.us-east-1.amazonaws.com": server},
	}))
	for minute := range 3 {
		at := noon.Add(time.Duration(minute) * time.Minute)
		server.Record("ESTAGING", at, 100, 0, 0)
		if minute != 1 {
			server.RecordLatency("ESTAGING", at, 40*time.Millisecond, 90)
			server.RecordLatency("ESTAGING", at, 200*time.Millisecond, 10)
		}
	}
	clock.Advance(8 * time.Minute)
	got, err := metrics.CountsAndLatency(t.Context(), client, metrics.Between(noon, noon.Add(3*time.Minute)), gate(20, 30), "ESTAGING", "EPRIMARY")
	if err != nil {
		t.Fatal(err)
	}
	near := func(got []float64, want ...float64) bool {
		return slices.EqualFunc(got, want, func(a, b float64) bool { return a == b || math.Abs(a/b-1) < 0.02 })
	}
	if s := got[0]; !near(s.LatencyP50, 40, -1, 40) || !near(s.LatencyP95, 200, -1, 200) || !slices.Equal(s.Requests, []int64{100, 100, 100}) {
		t.Errorf("got %+v", s)
	}
	if s := got[1]; !near(s.LatencyP95, -1, -1, -1) {
		t.Errorf("got %v of a distribution without", s.LatencyP95)
	}
}
