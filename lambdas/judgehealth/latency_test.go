package judgehealth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/judgehealth"
)

// gated is the document of a release that judges p95, with so many minutes of latencies around these.
func gated(minutes int, staging, primary float64) release.Document {
	doc := document()
	tolerance := 30.0
	doc.Plan.Gates.Latency, doc.Plan.Gates.Alpha = &release.Latency{P95: &tolerance}, 0.01
	doc.Preflight.Past = release.Past{Errors5xx: release.PastErrors{Dispersion: 1}, Errors4xx: release.PastErrors{Dispersion: 1}}
	for i := range minutes {
		doc.Observation.Canary.LatencyP95 = append(doc.Observation.Canary.LatencyP95, staging*(1+float64(i%5)/50))
		doc.Observation.Baseline.LatencyP95 = append(doc.Observation.Baseline.LatencyP95, primary*(1+float64(i%5)/50))
	}
	return doc
}

func TestLatencyIsComparedAtTheEndOfAStep(t *testing.T) {
	t.Parallel()
	const early, late = 30 * time.Minute, 55 * time.Minute
	before := func(step int, verdict string) func(*release.Document) {
		return func(d *release.Document) {
			d.Judgement.Latency = &release.LatencyVerdict{Step: step, Verdict: verdict, Reasons: []string{"latency p95: as found before → " + verdict}, At: deployed.Add(20 * time.Minute)}
		}
	}
	cases := map[string]struct {
		doc      release.Document
		change   func(*release.Document)
		after    time.Duration
		arrow    string
		verdict  string
		compared string // verdict that is kept; empty: none
		reason   string
	}{
		"no slower: the step passes": {
			doc: gated(15, 181, 180), after: early, arrow: releaseHealthy, verdict: "healthy", compared: "healthy",
			reason: "latency p95: staging 188 ms, primary 187 ms in the median of 15 minutes: +0.6 %; tolerance 30 %, kept with p",
		},
		"slower: it stops, although nothing fails": {
			doc: gated(15, 400, 180), after: early, arrow: stop, verdict: "unhealthy", compared: "unhealthy",
			reason: "exceeded, and slower with p",
		},
		"close to the tolerance: looks on until the deadline": {
			doc: gated(15, 232, 180), after: early, arrow: observe, verdict: "inconclusive", compared: "inconclusive",
			reason: "latency: compared at 12:30, and once more at the step's deadline at 12:55 UTC",
		},
		"in between nothing is compared, whatever the minutes show": {
			doc: gated(15, 400, 180), change: before(1, "inconclusive"), after: early, arrow: observe, verdict: "inconclusive", compared: "inconclusive",
			reason: "latency p95: as found before → inconclusive",
		},
		"at the deadline it is compared once more: slower": {
			doc: gated(15, 400, 180), change: before(1, "inconclusive"), after: late, arrow: stop, verdict: "unhealthy", compared: "unhealthy",
		},
		"at the deadline it is compared once more: no slower": {
			doc: gated(15, 181, 180), change: before(1, "inconclusive"), after: late, arrow: releaseHealthy, verdict: "healthy", compared: "healthy",
		},
		"at the deadline it is compared once more: still not known": {
			doc: gated(15, 232, 180), change: before(1, "inconclusive"), after: late, arrow: stop, verdict: "inconclusive", compared: "inconclusive",
			reason: "the step's deadline of 55m after its deployment has come",
		},
		"the verdict of the step before counts for nothing": {
			doc: gated(15, 400, 180), change: before(0, "healthy"), after: early, arrow: stop, verdict: "unhealthy", compared: "unhealthy",
		},
		"a step that is judged again keeps its verdict": {
			doc: gated(15, 400, 180), change: before(1, "healthy"), after: early, arrow: releaseHealthy, verdict: "healthy", compared: "healthy",
		},
		"with too few minutes no look is spent": {
			doc: gated(6, 400, 180), after: early, arrow: observe, verdict: "inconclusive",
			reason: "latency: 6 minutes with a datapoint on both sides, of the 7 below which nothing can be told → inconclusive",
		},
		"without any latency the deadline comes inconclusive": {
			doc: gated(0, 0, 0), after: late, arrow: stop, verdict: "inconclusive", reason: "latency: 0 minutes",
		},
		"while observe is not complete nothing is compared": {
			doc: gated(15, 400, 180), after: early, arrow: observe, verdict: "inconclusive", reason: "observe: 10 judged minutes of 15m",
			change: func(d *release.Document) {
				d.Observation.Canary.Requests, d.Observation.Baseline.Requests = slices.Repeat([]int64{1000}, 10), slices.Repeat([]int64{1000}, 10)
				for _, s := range []*release.Series{&d.Observation.Canary, &d.Observation.Baseline} {
					s.Errors4xx, s.Errors5xx = s.Errors4xx[:10], s.Errors5xx[:10]
				}
			},
		},
		"errors stop it before": {
			doc: gated(15, 180, 180), after: early, arrow: stop, verdict: "unhealthy", reason: "5xx: staging 1,500 of 15,000",
			change: func(d *release.Document) {
				d.Observation.Canary.Errors5xx = slices.Repeat([]int64{100}, 15)
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.change != nil {
				c.change(&c.doc)
			}
			h := judgehealth.Handler{CloudWatch: fakeAlarm{}, Now: func() time.Time { return deployed.Add(c.after) }}
			got, err := h.Handle(t.Context(), release.Input{Document: c.doc})
			if err != nil {
				t.Fatal(err)
			}
			if arrow(t, got) != c.arrow || got.Verdict != c.verdict {
				t.Errorf("got %s by %s, want %s by %s; %q", got.Verdict, arrow(t, got), c.verdict, c.arrow, got.Reasons)
			}
			if kept := got.Latency; c.compared == "" && kept != nil || c.compared != "" && (kept == nil || kept.Verdict != c.compared || kept.Step != 1) {
				t.Errorf("keeps %+v, want %q", kept, c.compared)
			}
			if !slices.ContainsFunc(got.Reasons, func(r string) bool { return strings.Contains(r, c.reason) }) {
				t.Errorf("got reasons\n%s\nwant one with %q", strings.Join(got.Reasons, "\n"), c.reason)
			}
			if again, err := h.Handle(t.Context(), release.Input{Document: c.doc}); err != nil || !slices.Equal(again.Reasons, got.Reasons) {
				t.Errorf("a second call says %q, %v", again.Reasons, err)
			}
		})
	}
}
