package scenario_test

import (
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/origin"
)

// latencyRows are paths of releases with a latency gate, beside those of the scenarios slow-origin and latency-healthy.
func latencyRows() map[string]row {
	const p95 = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
		"gates": {"latency": {"p95": 30}}, "acknowledge": ["custom-error-responses"]}`
	return map[string]row{
		"a latency gate without additional metrics is refused": {
			request: p95, end: release.Rejected, cause: "additional-metrics-off", after: time.Minute,
		},
		"latencies close to the tolerance are compared once more at the deadline, and then it goes back": {
			scenario: "slow-origin", request: p95,
			prepare: func(w *world.World) {
				w.Mend()
				w.Break(origin.Fault{Prefix: "/api/next/", Slower: 1.27})
			},
			end: release.RolledBack, cause: "which it may still exceed", after: time.Hour,
		},
		"latencies that nobody publishes any more are no health": {
			scenario: "latency-healthy",
			prepare: func(w *world.World) {
				w.When("Shift Traffic", 1, func(*asl.Execution) { w.Edge.Latencies = nil })
			},
			end: release.RolledBack, cause: "latency: 0 minutes with a datapoint on both sides", after: time.Hour,
		},
	}
}
