package scenario_test

import (
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// latencyRows are paths of releases with a latency gate, beside those of the scenarios slow-origin and latency-healthy.
func latencyRows() map[string]row {
	const p95 = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
		"gates": {"latency": {"p95": 30}}, "acknowledge": ["custom-error-responses"]}`
	return map[string]row{
		"a latency gate without additional metrics is refused": {
			request: p95, end: release.Rejected, cause: "additional-metrics-off", after: time.Minute,
		},
		"latencies that nobody publishes any more are no health": {
			scenario: "latency-healthy",
			prepare: func(w *world.World) {
				w.When("Shift Traffic", 1, func(*asl.Execution) { w.Edge.Latencies = nil })
			},
			end: release.RolledBack, cause: "latency: 0 minutes with a datapoint on both sides", after: 45 * time.Minute,
		},
	}
}
