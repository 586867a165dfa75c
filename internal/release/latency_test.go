package release_test

import (
	"math"
	"slices"
	"testing"

	"cloudfront-cd/internal/release"
)

func TestALatencyGateJudgesWhatItNames(t *testing.T) {
	t.Parallel()
	for request, want := range map[string][]release.Percentile{
		`{}`:                                    nil,
		`{"latency": null}`:                     nil,
		`{"latency": {"p95": 30}}`:              {{Name: "p95", Tolerance: 30}},
		`{"latency": {"p95": 30, "p50": 12.5}}`: {{Name: "p50", Tolerance: 12.5}, {Name: "p95", Tolerance: 30}},
	} {
		plan, err := release.ParsePlan([]byte(`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "gates": ` + request + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.Gates.Latency.Percentiles(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", request, got, want)
		}
		// The default plan has two steps and the bake; each percentile is a gate more, and is looked at twice.
		gates := float64(2 + len(want))
		if alpha := plan.AlphaPerGate(); math.Abs(alpha-0.01/(3*gates)) > 1e-12 || math.Abs(plan.LatencyAlpha()-alpha/2) > 1e-12 {
			t.Errorf("%s: got alphas %v and %v", request, alpha, plan.LatencyAlpha())
		}
	}
}

func TestASeriesKeepsItsPercentilesApart(t *testing.T) {
	t.Parallel()
	var s release.Series
	s.SetLatency(release.P50, []float64{1})
	s.SetLatency(release.P95, []float64{2})
	if got := s.LatencyOf(release.P50); !slices.Equal(got, []float64{1}) {
		t.Errorf("got p50 %v", got)
	}
	if got := s.LatencyOf(release.P95); !slices.Equal(got, []float64{2}) {
		t.Errorf("got p95 %v", got)
	}
}
