package preflight

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// recentMinutes is how much of the primary's past the estimate of its traffic is made from.
const recentMinutes = 30

// longestDeadline is the longest that is worth proposing: a look a minute for longer does not fit the history of a Step
// Functions execution.
const longestDeadline = 12 * time.Hour

// traffic is the primary's recent requests.
type traffic struct {
	window   metrics.Window
	requests float64
	points   int    // minutes that have a datapoint; CloudFront publishes none for a minute without requests
	refused  string // why CloudWatch does not answer
}

func (t traffic) perMinute() float64 { return t.requests / recentMinutes }

// gaveUp reports whether asking again would not help; the other errors are for Step Functions to retry.
func gaveUp(err error) bool {
	name := fault.NameOf(err)
	return name != fault.Throttled && name != fault.Unavailable
}

func (h Handler) readTraffic(ctx context.Context, primary string, now time.Time) (traffic, error) {
	to := metrics.Visible(now)
	t := traffic{window: metrics.Between(to.Truncate(time.Minute).Add(-recentMinutes*time.Minute), to)}
	series, err := metrics.Requests(ctx, h.CloudWatch, t.window, primary)
	if err != nil && gaveUp(err) {
		t.refused = err.Error()
		return t, nil
	}
	if err != nil {
		return traffic{}, err
	}
	for _, n := range series[0].Requests {
		if n >= 0 {
			t.points++
		}
	}
	t.requests = float64(metrics.Total(series[0]))
	return t, nil
}

func trafficFindings(f facts) []release.Finding {
	if f.traffic.refused != "" {
		return []release.Finding{finding(release.Block, release.MetricsUnreadable,
			"the primary's Requests cannot be read from CloudWatch in us-east-1: "+f.traffic.refused,
			"without metrics nothing can be judged, and what cannot be judged is not promoted",
			"let the workflow's role call cloudwatch:GetMetricData, then start again")}
	}
	var short, remedies, estimate []string
	for i, s := range f.plan.Ramp {
		if fact, do := tooLow(f, i); fact != "" {
			short, remedies = append(short, fact), append(remedies, do)
			continue
		}
		estimate = append(estimate, fmt.Sprintf("step %d (weight %v) about %.0f minutes", i+1, s.Weight, minutesFor(f, s)))
	}
	if len(short) > 0 {
		return []release.Finding{finding(release.Block, release.TrafficTooLow,
			rateText(f)+": "+strings.Join(short, "; "),
			"a step with less evidence than that ends inconclusive, and the release would be rolled back after its deadline",
			remedy(f, remedies))}
	}
	return []release.Finding{finding(release.Note, release.TrafficEstimate,
		rateText(f)+": "+strings.Join(estimate, ", ")+", each from its deployment on",
		fmt.Sprintf("that is what %d requests on staging and the plan's observation need, with %d minutes of warm-up and %d of metric delay",
			f.plan.Gates.MinimumRequests, int(release.WarmUp.Minutes()), int(release.MetricDelay.Minutes())),
		"nothing; every step waits for its propagation first, usually some minutes")}
}

func rateText(f facts) string {
	t := f.traffic
	window := fmt.Sprintf("between %s and %s", t.window.From.Format("15:04"), t.window.To.Format("15:04 MST"))
	if t.points == 0 {
		return fmt.Sprintf("CloudWatch has no datapoint of the requests of primary %s %s", f.primary.id, window)
	}
	return fmt.Sprintf("primary %s had %.0f requests a minute %s", f.primary.id, t.perMinute(), window)
}

// judgedMinutes is how much of a step's deadline is left for judging.
func judgedMinutes(s release.RampStep) float64 {
	return (s.Deadline.Std() - release.WarmUp - release.MetricDelay).Minutes()
}

// minutesNeeded is how long the step takes to collect the minimum of requests; infinite without traffic.
func minutesNeeded(f facts, s release.RampStep) float64 {
	return float64(f.plan.Gates.MinimumRequests) / (f.traffic.perMinute() * s.Weight)
}

// minutesFor is how many whole minutes the step will take from its deployment on; infinite without traffic.
func minutesFor(f facts, s release.RampStep) float64 {
	judged := math.Max(s.Observe.Std().Minutes(), minutesNeeded(f, s))
	return math.Ceil(judged + (release.WarmUp + release.MetricDelay).Minutes())
}

// tooLow says that a step cannot collect its minimum of requests by its deadline, and what would do; empty if it can.
func tooLow(f facts, i int) (fact, do string) {
	s, minimum := f.plan.Ramp[i], float64(f.plan.Gates.MinimumRequests)
	expected := f.traffic.perMinute() * s.Weight * judgedMinutes(s)
	if expected >= minimum {
		return "", ""
	}
	fact = fmt.Sprintf("step %d (weight %v, deadline %s) would get about %.0f requests in the %.0f minutes that it can judge, and gates.minimumRequests is %.0f",
		i+1, s.Weight, s.Deadline, math.Floor(expected), judgedMinutes(s), minimum)
	var offers []string
	if longer := minutesFor(f, s); longer <= longestDeadline.Minutes() {
		deadline := release.Duration(time.Duration(longer) * time.Minute)
		offers = append(offers, fmt.Sprintf("ramp[%d].deadline of at least %q", i, deadline.String()))
	}
	// Rounded up to a thousandth, so that what is proposed does suffice.
	if weight := math.Ceil(s.Weight*minimum/expected*1000) / 1000; weight <= release.MaxWeight {
		offers = append(offers, fmt.Sprintf("ramp[%d].weight of at least %v", i, weight))
	}
	if expected >= 1 {
		offers = append(offers, fmt.Sprintf("gates.minimumRequests of at most %.0f", math.Floor(expected)))
	}
	if len(offers) == 0 {
		return fact, ""
	}
	return fact, fmt.Sprintf("for step %d any of: %s", i+1, strings.Join(offers, ", "))
}

func remedy(f facts, remedies []string) string {
	var texts []string
	for _, r := range remedies {
		if r != "" {
			texts = append(texts, r)
		}
	}
	if len(texts) < len(remedies) {
		texts = append(texts, fmt.Sprintf("wait until viewers use %s (%s): no plan can get evidence from so few requests",
			f.primary.id, f.primary.domain))
	}
	return strings.Join(texts, "; ")
}
