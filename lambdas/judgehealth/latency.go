package judgehealth

import (
	"fmt"
	"time"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// latency is the verdict on this step's latencies, at a look at which everything else is healthy; without a gate nothing
// speaks against them. They are compared as soon as there are minutes enough to tell anything. If that is inconclusive, they
// are compared once more at the deadline, and not in between. A verdict stands: a step that is judged again, because its
// traffic stopped before the promotion, is not given a third chance to be found slow by accident, or fast.
func latency(doc release.Document, part *release.Judgement, deadline time.Time) judge.Verdict {
	if doc.Plan.Gates.Latency == nil {
		return judge.Healthy
	}
	evidence := metrics.Latencies(doc, doc.Preflight.Staging.ID, doc.Deployed.At, sides())
	needed, last := judge.LatencyMinutes(evidence.Alpha), !part.At.Before(deadline)
	switch before := part.Latency; {
	case before == nil && evidence.Ready() < needed:
		part.Reasons = append(part.Reasons, fmt.Sprintf("latency: %d minutes with a datapoint on both sides, of the %d below which nothing can be told → %s",
			evidence.Ready(), needed, judge.Inconclusive))
		return judge.Inconclusive
	case before == nil, last && before.Verdict == string(judge.Inconclusive):
		verdict, reasons := judge.CompareLatencies(evidence)
		part.Latency = &release.LatencyVerdict{Step: part.Step, Verdict: string(verdict), Reasons: reasons, At: part.At}
	}
	part.Reasons = append(part.Reasons, part.Latency.Reasons...)
	verdict := judge.Verdict(part.Latency.Verdict)
	if verdict == judge.Inconclusive && !last {
		part.Reasons = append(part.Reasons, fmt.Sprintf("latency: compared at %s, and once more at the step's deadline at %s",
			part.Latency.At.UTC().Format("15:04"), deadline.UTC().Format("15:04 MST")))
	}
	return verdict
}

// latencyBefore is what an earlier look of this step found.
func latencyBefore(doc release.Document) *release.LatencyVerdict {
	if doc.Judgement == nil || doc.Judgement.Latency == nil || doc.Judgement.Latency.Step != doc.Step.Index {
		return nil
	}
	return doc.Judgement.Latency
}

func sides() metrics.Names { return metrics.Names{Canary: "staging", Baseline: "primary"} }
