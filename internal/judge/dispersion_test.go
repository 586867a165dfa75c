package judge_test

import (
	"math"
	"testing"

	"cloudfront-cd/internal/judge"
)

// tally has the errors of each minute of 1000 requests.
func tally(errors ...int64) judge.Tally {
	var t judge.Tally
	for _, e := range errors {
		t.Add(1000, e)
	}
	return t
}

func TestDispersionIsPearsons(t *testing.T) {
	t.Parallel()
	alternating := make([]int64, 40)
	for i := range alternating {
		alternating[i] = []int64{2, 8}[i%2]
	}
	got, known := tally(alternating...).Dispersion()
	// Each minute is 3 from the mean of 5: χ² = 40 × 9 ÷ (5 × 0.995), over 39.
	if want := 40 * 9 / (5 * 0.995) / 39; !known || math.Abs(got-want) > 1e-9 {
		t.Errorf("got %v (known %t), want %v", got, known, want)
	}
}

func TestDispersionOfBurstsOfFiveIsFive(t *testing.T) {
	t.Parallel()
	// A burst of five in every fifth minute, evenly: the sum of squares of a Poisson count of bursts has to come from the
	// bursts' own scatter, so take the counts 0, 1 and 2 of a Poisson mean of 0.5 in their proportions.
	var errors []int64
	for count, minutes := range []int{606, 303, 76, 13, 2} {
		for range minutes {
			errors = append(errors, int64(5*count))
		}
	}
	if got, known := tally(errors...).Dispersion(); !known || math.Abs(got-5) > 0.1 {
		t.Errorf("got %v (known %t), want about 5", got, known)
	}
}

func TestUnknownDispersionIsNotOne(t *testing.T) {
	t.Parallel()
	for name, past := range map[string]judge.Tally{
		"no minutes":         {},
		"few minutes":        tally(5, 5, 5, 5, 5, 5, 5, 5, 5, 5),
		"few errors":         tally(append(make([]int64, 170), 1, 0, 1, 0, 1, 0, 1, 0, 1, 0)...),
		"nothing but errors": tally(repeated(1000, 180)...),
	} {
		if got := judge.PastDispersion(past); got != judge.UnknownDispersion {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if got := judge.PastDispersion(tally(repeated(5, 180)...)); got != 1 {
		t.Errorf("the evenest past: got %v, want 1, as no errors scatter less than independent ones for long", got)
	}
}

func repeated(errors int64, minutes int) []int64 {
	all := make([]int64, minutes)
	for i := range all {
		all[i] = errors
	}
	return all
}

func TestAMinuteWithoutRequestsIsNone(t *testing.T) {
	t.Parallel()
	got := tally(3)
	got.Add(0, 0)
	if got != tally(3) {
		t.Errorf("got %+v", got)
	}
}

// TestOnsetIsNotDispersion: errors that set in half-way on the canary do not make their own detection harder.
func TestOnsetIsNotDispersion(t *testing.T) {
	t.Parallel()
	canary := tally(append(repeated(1, 30), repeated(150, 3)...)...)
	baseline := tally(repeated(1, 33)...)
	if got := judge.Compare(canary, baseline, 1, 0.5, 0.001); got.Dispersion != 1 || got.Verdict != judge.Unhealthy {
		t.Errorf("got %+v", got)
	}
	burst := tally(append(repeated(1, 30), repeated(150, 3)...)...)
	if got := judge.Compare(canary, burst, 1, 0.5, 0.001); got.Dispersion < 50 {
		t.Errorf("a burst of the site itself: got a dispersion of %v", got.Dispersion)
	}
}

// TestAnOutageIsNoBurst: an incident in the past does not keep the next release away, and a burst is not taken for one.
func TestAnOutageIsNoBurst(t *testing.T) {
	t.Parallel()
	requests, errors := repeated(10_000, 180), repeated(10, 180)
	for i := range 12 {
		errors[60+i] = 2000
	}
	errors[10] = 109 // 0.99 points above the median: a burst, and a large one
	requests[100], errors[100] = -1, -1
	usual, outages := judge.Past(requests, errors)
	if outages != 12 || usual.Minutes != 167 || usual.Errors != 166*10+109 {
		t.Errorf("got %d outages and %+v of the other minutes", outages, usual)
	}
	if few, outages := judge.Past(repeated(100, 60), append(repeated(0, 59), 90)); outages != 0 || few.Errors != 90 {
		t.Errorf("90 errors of few viewers: got %d outages, %+v", outages, few)
	}
	if none, outages := judge.Past(repeated(-1, 10), repeated(-1, 10)); outages != 0 || none != (judge.Tally{}) {
		t.Errorf("no data: got %d outages, %+v", outages, none)
	}
}
