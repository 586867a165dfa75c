package watch_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
)

// TestFailures: the first of a kind is shown in full, then they are counted; what a state ends with is always shown.
func TestFailures(t *testing.T) {
	const sdk = "read distribution E2: operation error CloudFront: GetDistribution, https response error StatusCode: 400, RequestID: 1-2, api error Throttling: Rate exceeded"
	const lost = "promote E2: operation error CloudFront: UpdateDistributionWithStagingConfig, https response error StatusCode: 0, RequestID: , request send failed, PUT x: EOF"
	for name, c := range map[string]struct {
		cause string
		times int
		ok    bool
		want  []string
	}{
		"one that is repeated with success": {sdk, 1, true, []string{"Throttled: read distribution E2: CloudFront answered 400 Throttling: Rate exceeded", "there"}},
		"one that is final":                 {"changed by someone", 1, false, []string{"Throttled: changed by someone"}},
		"several, then success":             {sdk, 3, true, []string{"Throttled: read distribution E2: CloudFront answered 400 Throttling: Rate exceeded", "there (after 3 failures in 3m)"}},
		"several, then none":                {sdk, 3, false, []string{"Throttled: read distribution E2: CloudFront answered 400 Throttling: Rate exceeded", "gives up after 3 tries in 2m: Throttled: read distribution E2: CloudFront answered 400 Throttling: Rate exceeded"}},
		"many": {sdk, 12, true, []string{
			"Throttled: read distribution E2: CloudFront answered 400 Throttling: Rate exceeded", "Throttled again, 5 times so far", "Throttled again, 10 times so far",
			"there (after 12 failures in 12m)",
		}},
		"no answer": {lost, 1, false, []string{"Throttled: promote E2: CloudFront did not answer: request send failed, PUT x: EOF"}},
		"no cause":  {"", 1, false, []string{"Throttled"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			p := printer(&out, 200, func(string) (int, int) { return 0, 0 })
			p.Screen.Terminal = false
			x, at := &asl.Execution{}, world.Start()
			p.Event(x, asl.Event{Timestamp: at, StateEntered: &asl.StateEntered{Name: "Recover", Input: "{}"}})
			for range c.times {
				details := asl.ErrorDetails{Error: "Throttled"}
				if c.cause != "" {
					details.Cause = text(t, map[string]string{"errorMessage": c.cause})
				}
				p.Event(x, asl.Event{Timestamp: at, LambdaFunctionFailed: &details})
				at = at.Add(time.Minute)
			}
			if c.ok {
				p.Event(x, asl.Event{Timestamp: at, LambdaFunctionSucceeded: &asl.Output{Output: `{"note": "there"}`}})
			} else {
				at = at.Add(-time.Minute)
			}
			p.Event(x, asl.Event{Timestamp: at, StateExited: &asl.StateExited{}})
			var got []string
			for line := range strings.Lines(out.String()) {
				got = append(got, strings.TrimSpace(line[len("09:00:00 Recover"):]))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestAFailureInAnEarlierVisitDoesNotHideAFinalOne: the state fails once and recovers, and later fails for good.
func TestAFailureInAnEarlierVisitDoesNotHideAFinalOne(t *testing.T) {
	var out bytes.Buffer
	p := printer(&out, 0, func(string) (int, int) { return 0, 0 })
	x, failed := &asl.Execution{}, asl.ErrorDetails{Error: "Throttled", Cause: "Rate exceeded"}
	for _, e := range []asl.Event{
		{StateEntered: &asl.StateEntered{Name: "Check Pair", Input: "{}"}},
		{LambdaFunctionFailed: &failed},
		{LambdaFunctionSucceeded: &asl.Output{Output: "{}"}},
		{StateExited: &asl.StateExited{}},
		{StateEntered: &asl.StateEntered{Name: "Check Pair", Input: "{}"}},
		{LambdaFunctionFailed: &failed},
		{StateExited: &asl.StateExited{}},
	} {
		e.Timestamp = world.Start()
		p.Event(x, e)
	}
	if n := strings.Count(out.String(), "Throttled: Rate exceeded"); n != 2 {
		t.Errorf("got the failure %d times, want it at first and at the end\n%s", n, out.String())
	}
}
