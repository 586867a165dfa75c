package metrics

import (
	"fmt"
	"math"
	"time"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// Names are what the judge's sentences call the two sides.
type Names struct {
	Canary   string
	Baseline string
}

// Evidence is what the judge needs, taken from the document: the observation of distribution canary since a time, the plan's
// gates, and how the primary's errors came before. An observation that is missing, failed, of another distribution or older
// is unreadable, so it can never be taken for health.
func Evidence(doc release.Document, canary string, since time.Time, names Names, alarms []judge.Alarm) judge.Evidence {
	gates, past := doc.Plan.Gates, doc.Preflight.Past
	e := judge.Evidence{
		Gates: judge.Gates{
			MinimumRequests: gates.MinimumRequests, Tolerance4xx: gates.Tolerance.Errors4xx, Tolerance5xx: gates.Tolerance.Errors5xx,
			Alpha: doc.Plan.AlphaPerGate(), Confidence: gates.Confidence(),
			Dispersion4xx: past.Errors4xx.Dispersion, Dispersion5xx: past.Errors5xx.Dispersion,
		},
		Excluded: []string{
			fmt.Sprintf("the first %s after the deployment (warm-up)", release.Duration(release.WarmUp)),
			fmt.Sprintf("the newest %s (metric delay)", release.Duration(release.MetricDelay)),
		},
		Alarms: alarms,
	}
	o := doc.Observation
	switch {
	case o == nil:
		e.Unreadable = "no observation was made"
	case o.Error != "":
		failure := release.Failure{Error: o.Error, Cause: o.Cause}
		e.Unreadable = failure.Error + ": " + failure.Message()
	case o.Canary.Distribution != canary || o.Canary.From.Before(since):
		e.Unreadable = "the observation is not of " + canary + " since " + since.UTC().Format(time.RFC3339)
	default:
		e.Canary, e.Baseline = side(names.Canary, o.Canary), side(names.Baseline, o.Baseline)
		e.SameMinutes = o.Canary.From.Equal(o.Baseline.From)
	}
	return e
}

// Gates are the judge's verdicts on error rates as the document keeps them.
func Gates(rates []judge.Rate) []release.Gate {
	gates := make([]release.Gate, len(rates))
	for i, r := range rates {
		gates[i] = release.Gate{
			Gate: r.Gate, Verdict: string(r.Verdict),
			Canary:   release.Share{Errors: r.Canary.Errors, Requests: r.Canary.Requests},
			Baseline: release.Share{Errors: r.Baseline.Errors, Requests: r.Baseline.Requests},
			Estimate: rounded(r.Interval.Estimate), Lower: rounded(r.Interval.Lower), Upper: rounded(r.Interval.Upper),
			LogE: rounded(r.LogE), Dispersion: rounded(r.Dispersion), Tolerance: r.Tolerance, Alpha: r.Alpha,
		}
	}
	return gates
}

// rounded keeps the document short; no digit beyond the sixth tells anything.
func rounded(x float64) float64 { return math.Round(1e6*x) / 1e6 }

func side(name string, s release.Series) judge.Side {
	return judge.Side{Name: name, Requests: s.Requests, Errors4xx: s.Errors4xx, Errors5xx: s.Errors5xx}
}
