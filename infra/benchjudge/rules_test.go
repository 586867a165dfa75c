package main_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	benchjudge "cloudfront-cd/infra/benchjudge"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// minutes with so many errors of staging's 1000 requests each, beside a primary with 50 of 10,000.
func minutes(errors ...int64) []benchjudge.Minute {
	all := make([]benchjudge.Minute, len(errors))
	for i, e := range errors {
		all[i] = benchjudge.Minute{Canary: 1000, CanaryErrors: e, Baseline: 10_000, BaselineErrors: 50}
	}
	return all
}

// letters are verdicts in short: healthy, unhealthy, or a dot.
func letters(verdicts []judge.Verdict) string {
	var b strings.Builder
	for _, v := range verdicts {
		b.WriteString(map[judge.Verdict]string{judge.Healthy: "h", judge.Unhealthy: "u", judge.Inconclusive: "."}[v])
	}
	return b.String()
}

// The site has 0.5 % errors, so that more than 10 errors of 1000 fail.
func TestFixedThresholds(t *testing.T) {
	for name, c := range map[string]struct {
		errors        []int64
		inARow, inAll string
	}{
		"five failures roll back":               {[]int64{11, 11, 11, 11, 11}, "....u", "....u"},
		"the threshold itself passes":           {[]int64{10, 10, 10, 10, 10}, ".....", "....."},
		"ten passes promote":                    {slices.Repeat([]int64{5}, 10), ".........h", ".........h"},
		"a pass between breaks a row only":      {[]int64{11, 11, 11, 11, 5, 11}, "......", ".....u"},
		"passes need not be in a row":           {[]int64{5, 5, 5, 5, 5, 11, 5, 5, 5, 5, 5}, "..........h", "..........h"},
		"four failures, then passes, is health": {append([]int64{11, 11, 11, 11}, slices.Repeat([]int64{5}, 10)...), ".............h", ".............h"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := letters(benchjudge.Verdicts(benchjudge.Consecutive, 0.5, 1, minutes(c.errors...))); got != c.inARow {
				t.Errorf("in a row: got %s, want %s", got, c.inARow)
			}
			if got := letters(benchjudge.Verdicts(benchjudge.InAll, 0.5, 1, minutes(c.errors...))); got != c.inAll {
				t.Errorf("in all: got %s, want %s", got, c.inAll)
			}
		})
	}
}

// apart are minutes in which staging has from so many errors on, one more in each, beside a primary that has 0.50 to 0.59 %.
func apart(n int, from int64) []benchjudge.Minute {
	all := make([]benchjudge.Minute, n)
	for i := range all {
		all[i] = benchjudge.Minute{Canary: 10_000, CanaryErrors: from + int64(i%10), Baseline: 10_000, BaselineErrors: 50 + int64(i%10)}
	}
	return all
}

func TestMannWhitney(t *testing.T) {
	for name, c := range map[string]struct {
		minutes []benchjudge.Minute
		want    string
	}{
		// Of four and four rates the least p is 1.5 %, of five and five 0.6 %: both sides of 1 %.
		"rates without overlap are High once five points can show it": {apart(5, 90), "....u"},
		"lower rates are not High":                                    {apart(12, 10), "............"},
		"equal rates pass with 50 points":                             {apart(50, 50), strings.Repeat(".", 49) + "h"},
		"no errors at all pass":                                       {make50(0), strings.Repeat(".", 49) + "h"},
		"one rate for all passes":                                     {make50(50), strings.Repeat(".", 49) + "h"},
		"a shift no surer than 1 % passes":                            {apart(5, 53), "....."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := letters(benchjudge.Verdicts(benchjudge.MannWhitney, 0.5, 1, c.minutes)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// make50 are as many minutes with the same errors on both sides.
func make50(errors int64) []benchjudge.Minute {
	return slices.Repeat([]benchjudge.Minute{{Canary: 1000, CanaryErrors: errors, Baseline: 1000, BaselineErrors: errors}}, 50)
}

// TestMannWhitneyWantsMoreThanAQuarterOfTheShift: with a shift of 5 against a spread of 10, no shift is ruled out before a
// quarter of it is.
func TestMannWhitneyWantsMoreThanAQuarterOfTheShift(t *testing.T) {
	got := letters(benchjudge.Verdicts(benchjudge.MannWhitney, 0.5, 1, apart(50, 55)))
	high := strings.Index(got, "u")
	if high < 10 || high > 20 {
		t.Errorf("got %s", got)
	}
}

func TestOursIsTheGateOfAReleaseThatSaysNothingElse(t *testing.T) {
	p, err := release.ParsePlan([]byte(`{"primary": "E1PRIMARY", "change": {"kind": "none"}}`))
	if err != nil {
		t.Fatal(err)
	}
	const alpha, tolerance, minimum = benchjudge.AlphaPerGate, benchjudge.Tolerance, benchjudge.MinimumRequests
	if g := p.Gates; math.Abs(p.AlphaPerGate()-alpha) > 1e-15 || g.Tolerance.Errors5xx != tolerance || g.MinimumRequests != minimum {
		t.Errorf("got %v, %v and %v; a release has %+v and %v for each gate", alpha, tolerance, minimum, g, p.AlphaPerGate())
	}
}

func TestOursIsCompareWithAMinimumOfRequests(t *testing.T) {
	const perMinute = 90
	var canary, baseline judge.Tally
	var all []benchjudge.Minute
	held := 0
	for i := range 60 {
		m := benchjudge.Minute{Canary: perMinute, Baseline: 100_000, BaselineErrors: 100}
		all = append(all, m)
		canary.Add(m.Canary, m.CanaryErrors)
		baseline.Add(m.Baseline, m.BaselineErrors)
		want := judge.Compare(canary, baseline, 1, 0.5, 0.01/6).Verdict
		if want == judge.Healthy && canary.Requests < 1000 {
			want, held = judge.Inconclusive, held+1
		}
		got := benchjudge.Verdicts(benchjudge.Ours, 0.1, 1, all)
		if got[i] != want {
			t.Errorf("minute %d: got %s, want %s", i+1, got[i], want)
		}
	}
	if got := letters(benchjudge.Verdicts(benchjudge.Ours, 0.1, 1, all)); !strings.HasSuffix(got, "h") {
		t.Errorf("got %s, want it healthy in the end", got)
	}
	if got := letters(benchjudge.Verdicts(benchjudge.Ours, 0.5, 1, minutes(100, 100))); got != "uu" {
		t.Errorf("ten percent errors: got %s", got)
	}
	t.Logf("held back by the minimum in %d minutes", held)
}
