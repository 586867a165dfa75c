package judge_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/judge"
)

var gates = judge.Gates{MinimumRequests: 1000, Tolerance4xx: 1, Tolerance5xx: 0.5} //nolint:gochecknoglobals // constant of these tests

// side is a side with the same counts in each of its minutes.
func side(name string, minutes int, requests, errors4xx, errors5xx int64) judge.Side {
	return judge.Side{
		Name:      name,
		Requests:  slices.Repeat([]int64{requests}, minutes),
		Errors4xx: slices.Repeat([]int64{errors4xx}, minutes),
		Errors5xx: slices.Repeat([]int64{errors5xx}, minutes),
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	good := side("primary", 10, 10_000, 100, 20)
	alarm := func(state string) []judge.Alarm { return []judge.Alarm{{Name: "site", State: state}} }
	cases := map[string]struct {
		canary, baseline judge.Side
		gates            judge.Gates
		alarms           []judge.Alarm
		unreadable       string
		want             judge.Verdict
		minutes          int
		reason           string // a sentence that must be among the reasons
	}{
		"equal rates are healthy": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, want: judge.Healthy, minutes: 10,
			reason: "4xx: staging 50 of 5,000 (1.00 %), primary 1,000 of 100,000 (1.00 %): +0.00 points; tolerance 1.00 → healthy",
		},
		"a difference within the tolerance is healthy, however significant": {
			canary: side("staging", 10, 100_000, 1000, 600), baseline: good, gates: gates, want: judge.Healthy, minutes: 10,
		},
		"a difference of exactly the tolerance is healthy": {
			canary: side("staging", 1, 10_000, 10, 71), baseline: side("primary", 1, 10_000, 10, 21), gates: gates, want: judge.Healthy, minutes: 1,
			reason: "5xx: staging 71 of 10,000 (0.71 %), primary 21 of 10,000 (0.21 %): +0.50 points; tolerance 0.50 → healthy",
		},
		"fewer errors than the baseline are healthy": {
			canary: side("staging", 10, 1000, 0, 0), baseline: good, gates: gates, want: judge.Healthy, minutes: 10,
			reason: "4xx: staging 0 of 10,000 (0.00 %), primary 1,000 of 100,000 (1.00 %): −1.00 points; tolerance 1.00 → healthy",
		},
		"a significant excess of 5xx is unhealthy": {
			canary: side("staging", 10, 500, 5, 10), baseline: good, gates: gates, want: judge.Unhealthy, minutes: 10,
			reason: "5xx: staging 100 of 5,000 (2.00 %), primary 200 of 100,000 (0.20 %): +1.80 points; tolerance 0.50, exceeded by more than chance explains (23.3 standard errors above zero) → unhealthy",
		},
		"a significant excess of 4xx is unhealthy": {
			canary: side("staging", 10, 500, 50, 1), baseline: good, gates: gates, want: judge.Unhealthy, minutes: 10,
		},
		"nothing but errors on the canary is unhealthy": {
			canary: side("staging", 10, 500, 0, 500), baseline: good, gates: gates, want: judge.Unhealthy, minutes: 10,
		},
		"an excess that may be chance is inconclusive": {
			canary: side("staging", 10, 100, 1, 2), baseline: side("primary", 10, 100, 1, 1), gates: gates, want: judge.Inconclusive, minutes: 10,
			reason: "5xx: staging 20 of 1,000 (2.00 %), primary 10 of 1,000 (1.00 %): +1.00 points; tolerance 0.50, exceeded, but it may be chance (1.8 standard errors above zero) → inconclusive",
		},
		"too few requests are inconclusive, whatever their errors": {
			canary: side("staging", 9, 111, 0, 111), baseline: good, gates: gates, want: judge.Inconclusive, minutes: 9,
			reason: "requests: staging 999 of the 1,000 needed → inconclusive",
		},
		"no requests are inconclusive even when none are asked for": {
			canary: side("staging", 10, 0, 0, 0), baseline: good, gates: judge.Gates{Tolerance4xx: 1, Tolerance5xx: 1}, want: judge.Inconclusive,
			reason: "requests: staging 0 of the 1 needed → inconclusive",
		},
		"no data is inconclusive": {
			canary: side("staging", 10, -1, -1, -1), baseline: side("primary", 10, -1, -1, -1), gates: gates, want: judge.Inconclusive,
		},
		"no minutes at all are inconclusive": {gates: gates, want: judge.Inconclusive},
		"a silent baseline is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: side("primary", 10, -1, -1, -1), gates: gates, want: judge.Inconclusive, minutes: 10,
			reason: "requests: staging 5,000, but primary none to compare with → inconclusive",
		},
		"nothing but errors on both sides is inconclusive": {
			canary: side("staging", 10, 500, 0, 500), baseline: side("primary", 10, 500, 0, 500), gates: gates, want: judge.Inconclusive, minutes: 10,
		},
		"metrics that could not be read are inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, unreadable: "Refused: no", want: judge.Inconclusive,
			reason: "metrics: could not be read (Refused: no) → inconclusive",
		},
		"more errors than requests are inconclusive": {
			canary: side("staging", 10, 500, 5, 501), baseline: good, gates: gates, want: judge.Inconclusive,
			reason: "metrics: staging has a minute that cannot be, with 500 requests, 5 4xx and 501 5xx → inconclusive",
		},
		"a negative count is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: side("primary", 10, 500, -3, 0), gates: gates, want: judge.Inconclusive, minutes: 10,
		},
		"requests without their errors are inconclusive": {
			canary: side("staging", 10, 500, -1, -1), baseline: good, gates: gates, want: judge.Inconclusive,
		},
		"a count beyond reason is inconclusive": {
			canary: side("staging", 10, math.MaxInt64, 5, 1), baseline: good, gates: gates, want: judge.Inconclusive,
		},
		"columns of different lengths are inconclusive": {
			canary:   judge.Side{Name: "staging", Requests: []int64{5000, 5000}, Errors4xx: []int64{0, 0}, Errors5xx: []int64{0}},
			baseline: good, gates: gates, want: judge.Inconclusive,
			reason: "metrics: staging has 2 minutes of requests, 2 of 4xx and 1 of 5xx → inconclusive",
		},
		"a tolerance that is not a number is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: judge.Gates{MinimumRequests: 1, Tolerance4xx: math.NaN(), Tolerance5xx: 0.5},
		},
		"a negative tolerance is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: judge.Gates{MinimumRequests: 1, Tolerance4xx: 1, Tolerance5xx: -1},
		},
		"minutes without a datapoint do not count": {
			canary: judge.Side{
				Name: "staging", Requests: []int64{-1, 5000, 0, 5000}, Errors4xx: []int64{-1, 10, 0, 10}, Errors5xx: []int64{-1, 0, 0, 0},
			},
			baseline: good, gates: gates, want: judge.Healthy, minutes: 2,
		},
		"an alarm that is OK leaves it healthy": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, alarms: alarm(judge.StateOK), want: judge.Healthy, minutes: 10,
			reason: "alarm site: OK → healthy",
		},
		"an alarm in ALARM is unhealthy": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, alarms: alarm(judge.StateAlarm), want: judge.Unhealthy, minutes: 10,
			reason: "alarm site: ALARM → unhealthy",
		},
		"an alarm in ALARM outranks too few requests": {
			canary: side("staging", 1, 5, 0, 0), baseline: good, gates: gates, alarms: alarm(judge.StateAlarm), want: judge.Unhealthy, minutes: 1,
		},
		"an alarm in ALARM outranks another that cannot be read": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, want: judge.Unhealthy, minutes: 10,
			alarms: []judge.Alarm{{Name: "site", State: judge.StateAlarm}, {Name: "other", Cause: "AccessDenied"}},
		},
		"an alarm that cannot be read is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, want: judge.Inconclusive, minutes: 10,
			alarms: []judge.Alarm{{Name: "site", Cause: "AccessDenied"}},
			reason: "alarm site: could not be read (AccessDenied) → inconclusive",
		},
		"an alarm in an unknown state is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, alarms: alarm("SLEEPING"), want: judge.Inconclusive, minutes: 10,
		},
		"an alarm without data is noted, and leaves healthy rates healthy": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, gates: gates, alarms: alarm(judge.StateInsufficientData), want: judge.Healthy, minutes: 10,
			reason: "alarm site: INSUFFICIENT_DATA, which is not counted as health",
		},
		"an alarm without data does not make up for too few requests": {
			canary: side("staging", 1, 5, 0, 0), baseline: good, gates: gates, alarms: alarm(judge.StateInsufficientData), want: judge.Inconclusive, minutes: 1,
		},
		"an excess of 5xx outranks an alarm that cannot be read": {
			canary: side("staging", 10, 500, 5, 50), baseline: good, gates: gates, want: judge.Unhealthy, minutes: 10,
			alarms: []judge.Alarm{{Name: "site"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge.Judge(judge.Evidence{Canary: c.canary, Baseline: c.baseline, Gates: c.gates, Alarms: c.alarms, Unreadable: c.unreadable})
			if got.Verdict != c.want || got.Minutes != c.minutes {
				t.Errorf("got %s on %d minutes, want %s on %d; reasons %q", got.Verdict, got.Minutes, c.want, c.minutes, got.Reasons)
			}
			if c.reason != "" && !slices.Contains(got.Reasons, c.reason) {
				t.Errorf("got reasons\n%s\nwant among them\n%s", strings.Join(got.Reasons, "\n"), c.reason)
			}
		})
	}
}

func TestTheSentenceOfTheDesign(t *testing.T) {
	t.Parallel()
	got := judge.Judge(judge.Evidence{
		Canary:   side("staging", 1, 9870, 0, 31),
		Baseline: side("primary", 1, 56_004, 0, 92),
		Gates:    judge.Gates{MinimumRequests: 1000, Tolerance4xx: 0.125, Tolerance5xx: 0.5},
	})
	want := []string{
		"5xx: staging 31 of 9,870 (0.31 %), primary 92 of 56,004 (0.16 %): +0.15 points; tolerance 0.50 → healthy",
		"4xx: staging 0 of 9,870 (0.00 %), primary 0 of 56,004 (0.00 %): +0.00 points; tolerance 0.125 → healthy",
	}
	if !slices.Equal(got.Reasons, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got.Reasons, "\n"), strings.Join(want, "\n"))
	}
}
