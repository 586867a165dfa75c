package preflight_test

import (
	"slices"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

func TestAdditionalMetricsAreReadOnlyWhereAGateNeedsThem(t *testing.T) {
	t.Parallel()
	const operation = "GetMonitoringSubscription"
	w := newWorld(t)
	w.look()
	if slices.Contains(w.calls, operation) {
		t.Error("asked without a gate on latency")
	}
	w = newWorld(t)
	w.request(fast)
	if got := names(w.look().Findings); !slices.Equal(got, []string{release.TrafficEstimate}) || !slices.Contains(w.calls, operation) {
		t.Errorf("got findings %v after calls %v", got, w.calls)
	}
	w.fail[operation] = answer("Throttling")
	if part, err := w.try(); fault.NameOf(err) != fault.Throttled {
		t.Errorf("got %+v, %v, want it asked again", part.Findings, err)
	}
}
