package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rate is one gate on an error rate, in numbers: with them and the formulas of Difference a verdict can be worked out again
// by hand.
type Rate struct {
	// Gate is 5xx or 4xx.
	Gate             string
	Canary, Baseline Tally
	Interval         Interval
	// LogE is the evidence of a difference (excess); beyond ln(2/Alpha) it is one.
	LogE float64
	// Dispersion is the one that the interval was made with, Tolerance in percentage points, Alpha this gate's own.
	Dispersion, Tolerance, Alpha float64
	Verdict                      Verdict
}

// above stands for the lower end of an interval that is known to be above zero and not by how much.
const above = math.SmallestNonzeroFloat64

// Compare is a gate in numbers; past is the dispersion of the primary's past. Both sides must have requests.
//
// It is unhealthy when the whole interval is above zero and the estimate beyond the tolerance, and healthy when the whole
// interval is below the tolerance. Whether it is above zero the e-value says (excess), as that is exact for few errors, too.
func Compare(canary, baseline Tally, past, tolerance, alpha float64) Rate {
	r := Rate{Canary: canary, Baseline: baseline, Tolerance: tolerance, Alpha: alpha, Verdict: Inconclusive}
	if !(tolerance > 0 && tolerance <= 100) || !(alpha > 0 && alpha < 1) {
		return r
	}
	r.Dispersion = dispersion(past, baseline)
	r.Interval = Difference(canary, baseline, r.Dispersion, tolerance, alpha)
	r.LogE = excess(canary, baseline, r.Dispersion)
	// Half of alpha is for calling equal sides different, half for the upper end.
	if differs := r.LogE >= math.Log(2/alpha) && r.Interval.Estimate > 0; differs {
		r.Interval.Lower = max(r.Interval.Lower, above)
	} else {
		r.Interval.Lower = min(r.Interval.Lower, 0)
	}
	switch i := r.Interval; {
	case i.Lower > 0 && i.Estimate > tolerance:
		r.Verdict = Unhealthy
	case i.Upper < tolerance && canary.Errors < canary.Requests:
		r.Verdict = Healthy
	}
	return r
}

// counted judges the counts: whether there are enough, and the two error rates. It also returns the canary's minutes with
// requests.
func counted(e Evidence) (opinions []opinion, rates []Rate, minutes int) {
	if e.Unreadable != "" {
		return []opinion{concluded(Inconclusive, "metrics: could not be read ("+e.Unreadable+")")}, nil, 0
	}
	canary, baseline, problem := e.sides()
	if problem != "" {
		return []opinion{concluded(Inconclusive, "metrics: "+problem)}, nil, 0
	}
	g := e.Gates
	least := max(1, g.MinimumRequests)
	enough := canary.requests() >= least
	if !enough {
		opinions = append(opinions, concluded(Inconclusive, fmt.Sprintf("requests: %s %s of the %s needed",
			canary.name, grouped(canary.requests()), grouped(least))))
	}
	if enough && baseline.requests() == 0 {
		opinions = append(opinions, concluded(Inconclusive, fmt.Sprintf("requests: %s %s, but %s none to compare with",
			canary.name, grouped(canary.requests()), baseline.name)))
	}
	if canary.requests() == 0 || baseline.requests() == 0 {
		return opinions, nil, canary.minutes()
	}
	for _, r := range []Rate{
		Compare(canary.errors5xx, baseline.errors5xx, g.Dispersion5xx, g.Tolerance5xx, g.Alpha),
		Compare(canary.errors4xx, baseline.errors4xx, g.Dispersion4xx, g.Tolerance4xx, g.Alpha),
	} {
		r.Gate = []string{"5xx", "4xx"}[len(rates)]
		opinions, rates = append(opinions, concluded(r.Verdict, r.sentence(e))), append(rates, r)
	}
	return append(opinions, e.excluded(canary)...), rates, canary.minutes()
}

// excluded is the note on what the verdicts do not rest on.
func (e Evidence) excluded(canary tallies) []opinion {
	parts := slices.Clone(e.Excluded)
	if canary.missing > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d minutes without a datapoint", canary.missing, canary.missing+canary.minutes()))
	}
	if len(parts) == 0 {
		return nil
	}
	return []opinion{{sentence: "excluded: " + strings.Join(parts, ", ")}}
}

// sentence says the gate's numbers for people, without the verdict.
func (r Rate) sentence(e Evidence) string {
	sides := fmt.Sprintf("%s: %s, %s", r.Gate, share(e.Canary.Name, r.Canary), share(e.Baseline.Name, r.Baseline))
	if r.Dispersion == 0 {
		return fmt.Sprintf("%s: cannot be judged with a tolerance of %v points and an alpha of %v", sides, r.Tolerance, r.Alpha)
	}
	i := r.Interval
	between := fmt.Sprintf("between %s and %s", signed(i.Lower), signed(i.Upper))
	if i.Lower == above {
		between = "above 0 and below " + signed(i.Upper)
	}
	text := fmt.Sprintf("%s: %s points, %s with %s %% confidence however often one looks; tolerance %s",
		sides, signed(i.Estimate), between, short(e.Gates.Confidence), points(r.Tolerance))
	switch {
	case r.Canary.Errors == r.Canary.Requests && r.Verdict == Inconclusive:
		return text + ", but a side with nothing but errors cannot be called healthy"
	case r.Verdict == Inconclusive && i.Estimate > r.Tolerance:
		return text + ", exceeded, but it may be chance"
	case r.Verdict == Inconclusive:
		return text + ", which it may still exceed"
	}
	return text
}

func share(name string, t Tally) string {
	return fmt.Sprintf("%s %s of %s (%.2f %%)", name, grouped(t.Errors), grouped(t.Requests), 100*t.rate())
}
