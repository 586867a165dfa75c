package judge_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/judge"
)

// gates are the default ones of a release of two steps whose errors come independently of each other.
func gates() judge.Gates {
	return judge.Gates{
		MinimumRequests: 1000, Tolerance4xx: 1, Tolerance5xx: 0.5, Alpha: 0.01 / 6, Confidence: 99, Dispersion4xx: 1, Dispersion5xx: 1,
	}
}

// with are the default gates, changed.
func with(change func(*judge.Gates)) *judge.Gates {
	g := gates()
	change(&g)
	return &g
}

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
		sameMinutes      bool
		gates            *judge.Gates // other than the default
		alarms           []judge.Alarm
		excluded         []string
		unreadable       string
		want             judge.Verdict
		minutes          int
		reason           string // a sentence that must be among the reasons
	}{
		"equal rates are healthy": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, want: judge.Healthy, minutes: 10,
			reason: "4xx: staging 200 of 20,000 (1.00 %), primary 1,000 of 100,000 (1.00 %): +0.00 points, between −0.34 and +0.34 with 99 % confidence however often one looks; tolerance 1.00 → healthy",
		},
		"a difference within the tolerance is healthy, however significant": {
			canary: side("staging", 10, 100_000, 1000, 350), baseline: good, want: judge.Healthy, minutes: 10,
			reason: "5xx: staging 3,500 of 1,000,000 (0.35 %), primary 200 of 100,000 (0.20 %): +0.15 points, between +0.08 and +0.22 with 99 % confidence however often one looks; tolerance 0.50 → healthy",
		},
		"a difference of about the tolerance is inconclusive, however many requests": {
			canary: side("staging", 10, 100_000, 1000, 700), baseline: good, want: judge.Inconclusive, minutes: 10,
			reason: "5xx: staging 7,000 of 1,000,000 (0.70 %), primary 200 of 100,000 (0.20 %): +0.50 points, between +0.42 and +0.58 with 99 % confidence however often one looks; tolerance 0.50, which it may still exceed → inconclusive",
		},
		"fewer errors than the baseline are healthy": {
			canary: side("staging", 10, 2000, 0, 0), baseline: good, want: judge.Healthy, minutes: 10,
			reason: "4xx: staging 0 of 20,000 (0.00 %), primary 1,000 of 100,000 (1.00 %): −1.00 points, between −1.15 and −0.85 with 99 % confidence however often one looks; tolerance 1.00 → healthy",
		},
		"no errors on either side are not certainty": {
			canary: side("staging", 2, 500, 0, 0), baseline: side("primary", 2, 10_000, 0, 0), want: judge.Inconclusive, minutes: 2,
			reason: "5xx: staging 0 of 1,000 (0.00 %), primary 0 of 20,000 (0.00 %): +0.00 points, between −0.83 and +0.83 with 99 % confidence however often one looks; tolerance 0.50, which it may still exceed → inconclusive",
		},
		"a significant excess of 5xx is unhealthy": {
			canary: side("staging", 10, 500, 5, 10), baseline: good, want: judge.Unhealthy, minutes: 10,
			reason: "5xx: staging 100 of 5,000 (2.00 %), primary 200 of 100,000 (0.20 %): +1.80 points, between +0.97 and +2.63 with 99 % confidence however often one looks; tolerance 0.50 → unhealthy",
		},
		"a significant excess of 4xx is unhealthy": {
			canary: side("staging", 10, 500, 50, 1), baseline: good, want: judge.Unhealthy, minutes: 10,
		},
		"nothing but errors on the canary is unhealthy": {
			canary: side("staging", 10, 500, 0, 500), baseline: good, want: judge.Unhealthy, minutes: 10,
		},
		"a handful of errors is an excess where there are hardly any": {
			canary: side("staging", 1, 1000, 0, 8), baseline: side("primary", 1, 19_000, 0, 3), want: judge.Unhealthy, minutes: 1,
			reason: "5xx: staging 8 of 1,000 (0.80 %), primary 3 of 19,000 (0.02 %): +0.78 points, above 0 and below +2.20 with 99 % confidence however often one looks; tolerance 0.50 → unhealthy",
		},
		"a handful of errors may be one burst": {
			canary: side("staging", 1, 1000, 0, 8), baseline: side("primary", 1, 19_000, 0, 3), want: judge.Inconclusive, minutes: 1,
			gates: with(func(g *judge.Gates) { g.Dispersion5xx = 5 }),
		},
		"an excess that may be chance is inconclusive": {
			canary: side("staging", 10, 100, 1, 2), baseline: side("primary", 10, 100, 1, 1), want: judge.Inconclusive, minutes: 10,
			reason: "5xx: staging 20 of 1,000 (2.00 %), primary 10 of 1,000 (1.00 %): +1.00 points, between −1.69 and +3.69 with 99 % confidence however often one looks; tolerance 0.50, exceeded, but it may be chance → inconclusive",
		},
		"what is an excess of independent errors may be one burst where they come in bursts": {
			canary: side("staging", 10, 500, 5, 10), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Dispersion5xx = 20 }),
		},
		"unknown bursts are not taken for none": {
			canary: side("staging", 10, 500, 5, 5), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Dispersion5xx = 0 }),
		},
		"so many errors are unhealthy though there are fewer requests than a healthy verdict needs": {
			canary: side("staging", 9, 111, 0, 111), baseline: good, want: judge.Unhealthy, minutes: 9,
			reason: "requests: staging 999 of the 1,000 needed → inconclusive",
		},
		"too few requests are not healthy": {
			canary: side("staging", 10, 20_000, 20, 4), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates:  with(func(g *judge.Gates) { g.MinimumRequests = 200_001 }),
			reason: "requests: staging 200,000 of the 200,001 needed → inconclusive",
		},
		"no requests are inconclusive even when none are asked for": {
			canary: side("staging", 10, 0, 0, 0), baseline: good, want: judge.Inconclusive,
			gates:  with(func(g *judge.Gates) { g.MinimumRequests = 0 }),
			reason: "requests: staging 0 of the 1 needed → inconclusive",
		},
		"no data is inconclusive": {
			canary: side("staging", 10, -1, -1, -1), baseline: side("primary", 10, -1, -1, -1), want: judge.Inconclusive,
		},
		"no minutes at all are inconclusive": {want: judge.Inconclusive},
		"a silent baseline is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: side("primary", 10, -1, -1, -1), want: judge.Inconclusive, minutes: 10,
			reason: "requests: staging 5,000, but primary none to compare with → inconclusive",
		},
		"nothing but errors on both sides is inconclusive": {
			canary: side("staging", 10, 50_000, 0, 50_000), baseline: side("primary", 10, 50_000, 0, 50_000), want: judge.Inconclusive, minutes: 10,
		},
		"metrics that could not be read are inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: good, unreadable: "Refused: no", want: judge.Inconclusive,
			reason: "metrics: could not be read (Refused: no) → inconclusive",
		},
		"more errors than requests are inconclusive": {
			canary: side("staging", 10, 500, 5, 501), baseline: good, want: judge.Inconclusive,
			reason: "metrics: staging has a minute that cannot be, with 500 requests, 5 4xx and 501 5xx → inconclusive",
		},
		"a negative count is inconclusive": {
			canary: side("staging", 10, 500, 5, 1), baseline: side("primary", 10, 500, -3, 0), want: judge.Inconclusive,
		},
		"requests without their errors are inconclusive": {
			canary: side("staging", 10, 500, -1, -1), baseline: good, want: judge.Inconclusive,
		},
		"a count beyond reason is inconclusive": {
			canary: side("staging", 10, math.MaxInt64, 5, 1), baseline: good, want: judge.Inconclusive,
		},
		"columns of different lengths are inconclusive": {
			canary:   judge.Side{Name: "staging", Requests: []int64{5000, 5000}, Errors4xx: []int64{0, 0}, Errors5xx: []int64{0}},
			baseline: good, want: judge.Inconclusive,
			reason: "metrics: staging has 2 minutes of requests, 2 of 4xx and 1 of 5xx → inconclusive",
		},
		"sides that should be of the same minutes and are not are inconclusive": {
			canary: side("staging", 9, 2000, 20, 4), baseline: good, sameMinutes: true, want: judge.Inconclusive,
			reason: "metrics: staging has 9 minutes and primary 10, which should be the same ones → inconclusive",
		},
		"a minute that one side lacks is taken from neither": {
			canary: judge.Side{
				Name: "staging", Requests: []int64{20_000, 20_000, -1}, Errors4xx: []int64{20, 20, -1}, Errors5xx: []int64{5, 5, -1},
			},
			baseline: judge.Side{
				Name: "primary", Requests: []int64{-1, 30_000, 30_000}, Errors4xx: []int64{-1, 30, 30_000}, Errors5xx: []int64{-1, 7, 0},
			},
			sameMinutes: true, want: judge.Healthy, minutes: 1, excluded: []string{"the first two"},
			reason: "excluded: the first two, 2 of 3 minutes without a datapoint",
		},
		"a tolerance that is not a number is inconclusive": {
			canary: side("staging", 10, 50_000, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Tolerance4xx = math.NaN() }),
		},
		"a negative tolerance is inconclusive": {
			canary: side("staging", 10, 50_000, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Tolerance5xx = -1 }),
		},
		"certainty is inconclusive": {
			canary: side("staging", 10, 50_000, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Alpha = 0 }),
		},
		"an alpha that is not a number is inconclusive": {
			canary: side("staging", 10, 50_000, 5, 1), baseline: good, want: judge.Inconclusive, minutes: 10,
			gates: with(func(g *judge.Gates) { g.Alpha = math.NaN() }),
		},
		"minutes without a datapoint do not count": {
			canary: judge.Side{
				Name: "staging", Requests: []int64{-1, 5000, 0, 5000}, Errors4xx: []int64{-1, 10, 0, 10}, Errors5xx: []int64{-1, 0, 0, 0},
			},
			baseline: good, want: judge.Healthy, minutes: 2,
		},
		"an alarm that is OK leaves it healthy": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, alarms: alarm(judge.StateOK), want: judge.Healthy, minutes: 10,
			reason: "alarm site: OK → healthy",
		},
		"an alarm in ALARM is unhealthy": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, alarms: alarm(judge.StateAlarm), want: judge.Unhealthy, minutes: 10,
			reason: "alarm site: ALARM → unhealthy",
		},
		"an alarm in ALARM outranks too few requests": {
			canary: side("staging", 1, 5, 0, 0), baseline: good, alarms: alarm(judge.StateAlarm), want: judge.Unhealthy, minutes: 1,
		},
		"an alarm in ALARM outranks another that cannot be read": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, want: judge.Unhealthy, minutes: 10,
			alarms: []judge.Alarm{{Name: "site", State: judge.StateAlarm}, {Name: "other", Cause: "AccessDenied"}},
		},
		"an alarm that cannot be read is inconclusive": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, want: judge.Inconclusive, minutes: 10,
			alarms: []judge.Alarm{{Name: "site", Cause: "AccessDenied"}},
			reason: "alarm site: could not be read (AccessDenied) → inconclusive",
		},
		"an alarm in an unknown state is inconclusive": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, alarms: alarm("SLEEPING"), want: judge.Inconclusive, minutes: 10,
		},
		"an alarm without data is noted, and leaves healthy rates healthy": {
			canary: side("staging", 10, 2000, 20, 4), baseline: good, alarms: alarm(judge.StateInsufficientData), want: judge.Healthy, minutes: 10,
			reason: "alarm site: INSUFFICIENT_DATA, which is not counted as health",
		},
		"an alarm without data does not make up for too few requests": {
			canary: side("staging", 1, 5, 0, 0), baseline: good, alarms: alarm(judge.StateInsufficientData), want: judge.Inconclusive, minutes: 1,
		},
		"an excess of 5xx outranks an alarm that cannot be read": {
			canary: side("staging", 10, 500, 5, 50), baseline: good, want: judge.Unhealthy, minutes: 10,
			alarms: []judge.Alarm{{Name: "site"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := judge.Evidence{
				Canary: c.canary, Baseline: c.baseline, SameMinutes: c.sameMinutes, Gates: gates(), Alarms: c.alarms,
				Excluded: c.excluded, Unreadable: c.unreadable,
			}
			if c.gates != nil {
				e.Gates = *c.gates
			}
			got := judge.Judge(e)
			if got.Verdict != c.want || got.Minutes != c.minutes {
				t.Errorf("got %s on %d minutes, want %s on %d; reasons %q", got.Verdict, got.Minutes, c.want, c.minutes, got.Reasons)
			}
			if c.reason != "" && !slices.Contains(got.Reasons, c.reason) {
				t.Errorf("got reasons\n%s\nwant among them\n%s", strings.Join(got.Reasons, "\n"), c.reason)
			}
		})
	}
}

func TestTheVerdictsComeInNumbersToo(t *testing.T) {
	t.Parallel()
	got := judge.Judge(judge.Evidence{Canary: side("staging", 2, 5000, 50, 5), Baseline: side("primary", 2, 50_000, 500, 50), Gates: gates()})
	if len(got.Rates) != 2 || got.Rates[0].Gate != "5xx" || got.Rates[1].Gate != "4xx" {
		t.Fatalf("got %+v", got.Rates)
	}
	for i, want := range []judge.Rate{
		judge.Compare(judge.Tally{Minutes: 2, Requests: 10_000, Errors: 10, Squares: 0.01}, judge.Tally{Minutes: 2, Requests: 100_000, Errors: 100, Squares: 0.1}, 1, 0.5, 0.01/6),
		judge.Compare(judge.Tally{Minutes: 2, Requests: 10_000, Errors: 100, Squares: 1}, judge.Tally{Minutes: 2, Requests: 100_000, Errors: 1000, Squares: 10}, 1, 1, 0.01/6),
	} {
		if want.Gate = got.Rates[i].Gate; got.Rates[i] != want {
			t.Errorf("got %+v, want %+v", got.Rates[i], want)
		}
	}
}
