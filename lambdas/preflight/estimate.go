package preflight

import (
	"fmt"
	"math"
	"strings"
	"time"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

const (
	// longestDeadline is the longest that is worth proposing: a look a minute for longer does not fit the history of a Step
	// Functions execution.
	longestDeadline = 12 * time.Hour
	// widestTolerance is the widest that is worth proposing, in percentage points: a gate that lets more pass is none.
	widestTolerance = 5

	// The shares of releases that the estimates are about. A plan is refused if more than one in ten of its healthy releases
	// would end inconclusive.
	median    = 0.5
	nineInTen = 0.9
)

// errorRate is a gate on an error rate, with what the past says of it.
type errorRate struct {
	name      string
	tolerance float64
	past      release.PastErrors
}

// estimate is how long one ramp step will take to conclude.
type estimate struct {
	index     int
	step      release.RampStep
	perMinute float64 // the primary's requests
	minimum   int64
	alpha     float64
	rates     []errorRate
}

func estimateOf(f facts, index int) estimate {
	g, past := f.plan.Gates, f.traffic.past
	return estimate{
		index: index, step: f.plan.Ramp[index], perMinute: f.traffic.perMinute(), minimum: g.MinimumRequests, alpha: f.plan.AlphaPerGate(),
		rates: []errorRate{{"5xx", g.Tolerance.Errors5xx, past.Errors5xx}, {"4xx", g.Tolerance.Errors4xx, past.Errors4xx}},
	}
}

// traffic is what the gate on an error rate will get to see.
func (e estimate) traffic(r errorRate) judge.Traffic {
	t := judge.Traffic{CanaryPerMinute: e.perMinute * e.step.Weight, BaselinePerMinute: e.perMinute * (1 - e.step.Weight)}
	if r.past.Requests > 0 {
		t.ErrorRate = float64(r.past.Errors) / float64(r.past.Requests)
	}
	return t
}

// healthy is how many minutes the gate takes to tell that nothing is wrong, in a share of the cases.
func (e estimate) healthy(r errorRate, share float64) float64 {
	return e.traffic(r).Healthy(r.past.Dispersion, r.tolerance, e.alpha, share)
}

// enoughRequests is how many minutes the step takes to collect the minimum of requests; infinite without traffic.
func (e estimate) enoughRequests() float64 {
	return math.Ceil(float64(e.minimum) / (e.perMinute * e.step.Weight))
}

// document is the estimate as the record keeps it.
func (e estimate) document() release.Estimate {
	d := release.Estimate{Step: e.index, Weight: e.step.Weight, Gate: "requests"}
	healthy, likely, catch := e.enoughRequests(), e.enoughRequests(), 0.0
	for _, r := range e.rates {
		if longest := e.healthy(r, nineInTen); longest > likely {
			d.Gate, likely = r.name, longest
		}
		healthy = max(healthy, e.healthy(r, median))
		catch = max(catch, e.traffic(r).Caught(2*r.tolerance, r.past.Dispersion, r.tolerance, e.alpha))
	}
	d.Healthy, d.Likely, d.Catch = whole(healthy), whole(likely), whole(catch)
	return d
}

// whole is a number of minutes, nil for never.
func whole(minutes float64) *int {
	if math.IsInf(minutes, 1) {
		return nil
	}
	n := int(minutes)
	return &n
}

func (e estimate) String() string {
	d := e.document()
	return fmt.Sprintf("step %d (weight %v): healthy after about %s of judging (nine times in ten by %s; the plan judges at least %d), "+
		"errors of twice the tolerance more caught after about %s",
		e.index+1, e.step.Weight, minutes(d.Healthy), number(d.Likely), int(e.step.Observe.Std().Minutes()), minutes(d.Catch))
}

func number(minutes *int) string {
	if minutes == nil {
		return "more than a week"
	}
	return fmt.Sprint(*minutes)
}

func minutes(n *int) string {
	switch {
	case n == nil:
		return "more than a week"
	case *n == 1:
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", *n)
}

// judged is how many minutes of a step's deadline are left for judging.
func (e estimate) judged() float64 {
	return (e.step.Deadline.Std() - release.WarmUp - release.MetricDelay).Minutes()
}

// short are the error rates that will not be told by the deadline in nine of ten healthy releases.
func (e estimate) short() []errorRate {
	var all []errorRate
	for _, r := range e.rates {
		if e.healthy(r, nineInTen) > e.judged() {
			all = append(all, r)
		}
	}
	return all
}

// tooLow says that the step cannot conclude by its deadline; empty if it can.
func (e estimate) tooLow() string {
	var lacks []string
	if e.enoughRequests() > e.judged() {
		lacks = append(lacks, fmt.Sprintf("about %.0f requests, and gates.minimumRequests is %d", math.Floor(e.perMinute*e.step.Weight*e.judged()), e.minimum))
	}
	for _, r := range e.short() {
		lacks = append(lacks, fmt.Sprintf("too few to tell %s from %v points more, which takes %s nine times in ten",
			r.name, r.tolerance, minutes(whole(e.healthy(r, nineInTen)))))
	}
	if len(lacks) == 0 {
		return ""
	}
	return fmt.Sprintf("step %d (weight %v, deadline %s) would get, in the %.0f minutes that it can judge, %s",
		e.index+1, e.step.Weight, e.step.Deadline, e.judged(), strings.Join(lacks, "; "))
}

// remedy is what would do, each offer by itself; empty when nothing in the plan helps.
func (e estimate) remedy() string {
	var offers []string
	for _, offer := range []string{e.longer(), e.heavier(), e.wider()} {
		if offer != "" {
			offers = append(offers, offer)
		}
	}
	if len(offers) == 0 {
		return ""
	}
	return fmt.Sprintf("for step %d any of: %s", e.index+1, strings.Join(offers, ", "))
}

func (e estimate) longer() string {
	likely := e.document().Likely
	if likely == nil {
		return ""
	}
	deadline := time.Duration(*likely)*time.Minute + release.WarmUp + release.MetricDelay
	if deadline > longestDeadline {
		return ""
	}
	return fmt.Sprintf("ramp[%d].deadline of at least %q", e.index, release.Duration(deadline).String())
}

// heavier looks for the smallest weight that does, in thousandths.
func (e estimate) heavier() string {
	heavier := e
	for thousandths := math.Floor(e.step.Weight*1000) + 1; thousandths/1000 <= release.MaxWeight; thousandths++ {
		if heavier.step.Weight = thousandths / 1000; heavier.tooLow() == "" {
			return fmt.Sprintf("ramp[%d].weight of at least %v", e.index, heavier.step.Weight)
		}
	}
	return ""
}

// wider is what the gates would have to let pass.
func (e estimate) wider() string {
	var fields []string
	for _, r := range e.short() {
		tolerance := e.tellable(r)
		if tolerance == 0 {
			return ""
		}
		fields = append(fields, fmt.Sprintf("gates.tolerance.%s of at least %v", r.name, tolerance))
	}
	if e.enoughRequests() > e.judged() {
		requests := math.Floor(e.perMinute * e.step.Weight * e.judged())
		if requests < 1 {
			return ""
		}
		fields = append(fields, fmt.Sprintf("gates.minimumRequests of at most %.0f", requests))
	}
	return strings.Join(fields, " with ")
}

// tellable is the narrowest tolerance, in twentieths of a point, that the gate can tell by the deadline; 0 if none that is
// worth proposing.
func (e estimate) tellable(r errorRate) float64 {
	for twentieths := math.Floor(r.tolerance*20) + 1; twentieths/20 <= widestTolerance; twentieths++ {
		if r.tolerance = twentieths / 20; e.healthy(r, nineInTen) <= e.judged() {
			return r.tolerance
		}
	}
	return 0
}
