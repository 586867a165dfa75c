package preflight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// recentMinutes is how much of the primary's past says how many requests it has now.
const recentMinutes = 30

// traffic is the primary's recent requests and errors.
type traffic struct {
	window   metrics.Window // the last recentMinutes
	requests float64
	points   int // minutes that have a datapoint; CloudFront publishes none for a minute without requests
	past     release.Past
	refused  string // why CloudWatch does not answer, or not with what can be
}

func (t traffic) perMinute() float64 { return t.requests / recentMinutes }

// gaveUp reports whether asking again would not help; the other errors are for Step Functions to retry.
func gaveUp(err error) bool {
	name := fault.NameOf(err)
	return name != fault.Throttled && name != fault.Unavailable
}

func (h Handler) readTraffic(ctx context.Context, primary string, now time.Time) (traffic, error) {
	to := metrics.Visible(now)
	minute := to.Truncate(time.Minute)
	past := metrics.Between(minute.Add(-release.PastMinutes*time.Minute), to)
	t := traffic{window: metrics.Between(minute.Add(-recentMinutes*time.Minute), to), past: release.Past{From: past.From, To: past.To}}
	series, err := metrics.Counts(ctx, h.CloudWatch, past, primary)
	if err != nil && gaveUp(err) {
		t.refused = err.Error()
		return t, nil
	}
	if err != nil {
		return traffic{}, err
	}
	s := series[0]
	for _, n := range s.Requests[len(s.Requests)-recentMinutes:] {
		if n >= 0 {
			t.points++
			t.requests += float64(n)
		}
	}
	t.refused = judge.Side{Name: primary, Requests: s.Requests, Errors4xx: s.Errors4xx, Errors5xx: s.Errors5xx}.Problem()
	t.past.Errors5xx, t.past.Errors4xx = pastErrors(s.Requests, s.Errors5xx), pastErrors(s.Requests, s.Errors4xx)
	return t, nil
}

func pastErrors(requests, errors []int64) release.PastErrors {
	t, outages := judge.Past(requests, errors)
	return release.PastErrors{
		Minutes: t.Minutes, Requests: t.Requests, Errors: t.Errors, Squares: t.Squares, Outages: outages, Dispersion: judge.PastDispersion(t),
	}
}

func trafficFindings(f facts) []release.Finding {
	if f.traffic.refused != "" {
		return []release.Finding{finding(release.Block, release.MetricsUnreadable,
			"the primary's requests and error rates cannot be read from CloudWatch in us-east-1: "+f.traffic.refused,
			"without metrics nothing can be judged, and what cannot be judged is not promoted",
			"let the workflow's role call cloudwatch:GetMetricData, then start again")}
	}
	var short, remedies, enough []string
	for i := range f.plan.Ramp {
		e := estimateOf(f, i)
		if fact := e.tooLow(); fact != "" {
			short, remedies = append(short, fact), append(remedies, e.remedy())
			continue
		}
		enough = append(enough, e.String())
	}
	if len(short) > 0 {
		return []release.Finding{finding(release.Block, release.TrafficTooLow,
			rateText(f)+": "+strings.Join(short, "; "),
			"a step with less evidence than that ends inconclusive, and a release that is healthy would be rolled back after its deadline",
			whatWouldDo(f, remedies))}
	}
	return []release.Finding{finding(release.Note, release.TrafficEstimate,
		rateText(f)+": "+strings.Join(enough, "; "),
		fmt.Sprintf("by the primary's own errors of the last %d minutes: %s, %s", release.PastMinutes,
			pastText("5xx", f.traffic.past.Errors5xx), pastText("4xx", f.traffic.past.Errors4xx)),
		fmt.Sprintf("nothing; %d minutes of warm-up and %d of metric delay come on top, and every step waits for its propagation first",
			int(release.WarmUp.Minutes()), int(release.MetricDelay.Minutes())))}
}

func rateText(f facts) string {
	t := f.traffic
	window := fmt.Sprintf("between %s and %s", t.window.From.Format("15:04"), t.window.To.Format("15:04 MST"))
	if t.points == 0 {
		return fmt.Sprintf("CloudWatch has no datapoint of the requests of primary %s %s", f.primary.id, window)
	}
	return fmt.Sprintf("primary %s had %.0f requests a minute %s", f.primary.id, t.perMinute(), window)
}

func pastText(name string, past release.PastErrors) string {
	if past.Requests == 0 {
		return "no " + name + " known"
	}
	text := fmt.Sprintf("%s %.2f %% with a dispersion of %.1f", name, 100*float64(past.Errors)/float64(past.Requests), past.Dispersion)
	if past.Outages > 0 {
		text += fmt.Sprintf(", without %d minutes of outage", past.Outages)
	}
	return text
}

func whatWouldDo(f facts, remedies []string) string {
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
