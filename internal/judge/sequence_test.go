package judge_test

import (
	"math"
	"testing"

	"cloudfront-cd/internal/judge"
)

// TestAnIntervalWorkedOutByHand is the example of docs/judge.md, with the formula written out in another way.
func TestAnIntervalWorkedOutByHand(t *testing.T) {
	t.Parallel()
	const dispersion, tolerance, alpha = 1.5, 0.5, 0.01 / 6
	got := judge.Difference(judge.Tally{Requests: 9870, Errors: 31}, judge.Tally{Requests: 56_004, Errors: 92}, dispersion, tolerance, alpha)
	// In percentage points. a = 1.5 × (1 + 6.397 ÷ 2) = 6.298; staging (31+6.298)÷(9870+12.60) = 0.3774 %, primary
	// (92+6.298)÷(56,004+12.60) = 0.17548 %; variances 1.5 × 0.3774 × 99.6226 ÷ 9870 = 0.005714 and
	// 1.5 × 0.17548 × 99.8245 ÷ 56,004 = 0.000469; V = 0.006183, w = (2 × 0.5)² = 1;
	// half² = 0.006183 × 1.006183 × (ln(1 + 161.7) + 12.794) = 0.006221 × 17.886 = 0.11127, half = 0.3336.
	want := judge.Interval{Estimate: 0.1498, Lower: 0.1498 - 0.3336, Upper: 0.1498 + 0.3336}
	if math.Abs(got.Estimate-want.Estimate) > 0.0002 || math.Abs(got.Lower-want.Lower) > 0.001 || math.Abs(got.Upper-want.Upper) > 0.001 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestSmallCountsAreAsWideAsExact: with few errors the upper end must not be below the exact one of a Poisson count by more than 1 %, the
// rate at which so few errors or fewer have a probability of alpha ÷ 2 (Garwood 1936).
func TestSmallCountsAreAsWideAsExact(t *testing.T) {
	t.Parallel()
	for _, alpha := range []float64{0.2 / 4, 0.01, 0.01 / 6, 0.01 / 22, 1e-4 / 22} {
		for errors := range int64(60) {
			for _, requests := range []int64{10_000, 100_000, 10_000_000} {
				// Against a baseline that is known, so that all the width is the canary's.
				const known = 1_000_000_000_000
				got := judge.Difference(judge.Tally{Requests: requests, Errors: errors}, judge.Tally{Requests: known}, 1, 0.5, alpha)
				exact := 100 * garwood(errors, alpha/2) / float64(requests)
				if got.Upper < 0.99*exact {
					t.Errorf("%d errors of %d with alpha %v: got an upper end of %v, the exact one is %v", errors, requests, alpha, got.Upper, exact)
				}
			}
		}
	}
}

// garwood is the mean at which a Poisson count is at most k with this probability.
func garwood(k int64, probability float64) float64 {
	low, high := 0.0, 1000.0
	for range 100 {
		mean := (low + high) / 2
		term := math.Exp(-mean)
		sum := term
		for i := int64(1); i <= k; i++ {
			term *= mean / float64(i)
			sum += term
		}
		if sum > probability {
			low = mean
		} else {
			high = mean
		}
	}
	return high
}

func TestMoreIsKnownOfMore(t *testing.T) {
	t.Parallel()
	width := func(requests int64, dispersion, alpha float64) float64 {
		i := judge.Difference(judge.Tally{Requests: requests, Errors: requests / 100}, judge.Tally{Requests: 7 * requests, Errors: 7 * requests / 100}, dispersion, 0.5, alpha)
		if math.Abs(i.Estimate) > 1e-9 || math.Abs(i.Upper+i.Lower) > 1e-9 {
			t.Errorf("got %+v of two equal sides", i)
		}
		return i.Upper - i.Lower
	}
	for requests := int64(100); requests < 10_000_000; requests *= 10 {
		if width(10*requests, 1, 0.01) >= width(requests, 1, 0.01) {
			t.Errorf("ten times %d requests are not known better", requests)
		}
		if width(requests, 2, 0.01) <= width(requests, 1, 0.01) {
			t.Errorf("%d requests whose errors come in bursts are known as well as without", requests)
		}
		if width(requests, 1, 0.001) <= width(requests, 1, 0.01) {
			t.Errorf("%d requests are known as well with more confidence", requests)
		}
	}
}

func TestASideWithoutErrorsOrNothingElseIsNotKnownForCertain(t *testing.T) {
	t.Parallel()
	for _, errors := range []int64{0, 5000} {
		i := judge.Difference(judge.Tally{Requests: 5000, Errors: errors}, judge.Tally{Requests: 5000, Errors: errors}, 1, 0.5, 0.01)
		if i.Upper-i.Lower < 0.1 {
			t.Errorf("got %+v of %d errors in 5000 on both sides", i, errors)
		}
	}
}
