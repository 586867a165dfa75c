package judge_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/standin/sample"
)

// TestAnEValueWorkedOutByHand: 8 errors of 1000 and 3 of 19,000. s = 0.05; B(9, 4) = 8!·3! ÷ 12! = 1 ÷ 1980;
// ln e = −ln 1980 + 8 × ln 20 − 3 × ln 0.95 = −7.5909 + 23.9659 + 0.1539 = 16.5289, beyond ln 1200 = 7.09.
func TestAnEValueWorkedOutByHand(t *testing.T) {
	t.Parallel()
	got := judge.Compare(judge.Tally{Requests: 1000, Errors: 8}, judge.Tally{Requests: 19_000, Errors: 3}, 1, 0.5, 0.01/6)
	if math.Abs(got.LogE-16.5289) > 0.0002 || got.Verdict != judge.Unhealthy {
		t.Errorf("got %+v", got)
	}
}

// TestEqualSidesAreSeldomToldApartHoweverOftenOneLooks: with a generous alpha, so that there is something to count.
func TestEqualSidesAreSeldomToldApartHoweverOftenOneLooks(t *testing.T) {
	t.Parallel()
	const releases, looks, alpha = 2000, 120, 0.2
	random := rand.New(rand.NewPCG(3, 3))
	for _, rate := range []float64{0.0002, 0.002, 0.02} {
		wrong := 0
		for range releases {
			var canary, baseline judge.Tally
			for range looks {
				canary.Add(200, sample.Poisson(random, 200*rate))
				baseline.Add(1800, sample.Poisson(random, 1800*rate))
				if judge.Compare(canary, baseline, 1, 1e-9, alpha).Interval.Lower > 0 {
					wrong++
					break
				}
			}
		}
		if share := float64(wrong) / releases; share > alpha/2 {
			t.Errorf("at an error rate of %v %v of %v releases were told apart at one of %d looks, want at most %v", rate, wrong, releases, looks, alpha/2)
		}
	}
}
