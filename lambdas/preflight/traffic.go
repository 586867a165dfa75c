package preflight

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/release"
)

// longestDeadline is the longest that is worth proposing: a look a minute for longer does not fit the history of a Step
// Functions execution.
const longestDeadline = 12 * time.Hour

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
	window := fmt.Sprintf("between %s and %s", t.from.UTC().Format("15:04"), t.to.UTC().Format("15:04 MST"))
	if t.points == 0 {
		return fmt.Sprintf("CloudWatch has no datapoint of the requests of primary %s %s", f.primary.id, window)
	}
	return fmt.Sprintf("primary %s had %.1f requests a minute %s", f.primary.id, t.perMinute(), window)
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

func alarmFindings(f facts) []release.Finding {
	const why = "the plan lets this alarm stop the release, so it has to be readable and quiet at the start"
	if f.alarms.refused != "" {
		return []release.Finding{finding(release.Block, release.AlarmUnusable,
			"the alarms of gates.alarms cannot be read: "+f.alarms.refused, why,
			"let the workflow's role call cloudwatch:DescribeAlarms, then start again")}
	}
	var all []release.Finding
	for _, arn := range f.plan.Gates.Alarms {
		state, known := f.alarms.states[arn]
		switch {
		case !known:
			all = append(all, finding(release.Block, release.AlarmUnusable,
				"there is no alarm "+arn+" in this account", why,
				"correct gates.alarms: aws cloudwatch describe-alarms --region us-east-1 --query 'MetricAlarms[].AlarmArn' --output text"))
		case state == types.StateValueAlarm:
			all = append(all, finding(release.Block, release.AlarmUnusable,
				"the alarm "+release.AlarmName(arn)+" is in ALARM already", why,
				"mend what it alarms about, or leave it out of gates.alarms; then start again"))
		case state == types.StateValueInsufficientData:
			all = append(all, finding(release.Note, release.AlarmUnusable,
				"the alarm "+release.AlarmName(arn)+" has INSUFFICIENT_DATA",
				"it can stop this release only once it has data",
				"nothing, if it watches staging, which has no viewers yet; else look at its metric"))
		}
	}
	return all
}
