package sample_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cloudfront-cd/internal/standin/sample"
)

// Mean and variance on both sides of the border between the exact and the normal draws, and far from it.
func TestDrawsHaveTheirMeanAndVariance(t *testing.T) {
	const draws = 20_000
	for _, n := range []int64{1, 40, 10_000} {
		for _, p := range []float64{0, 0.001, 0.05, 0.3, 0.7, 1} {
			t.Run(fmt.Sprintf("%d at %g", n, p), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				check(t, draws, func() int64 { return sample.Binomial(r, n, p) }, float64(n)*p, float64(n)*p*(1-p))
				check(t, draws, func() int64 { return sample.Poisson(r, float64(n)*p) }, float64(n)*p, float64(n)*p)
			})
		}
	}
}

func check(t *testing.T, draws int, draw func() int64, mean, variance float64) {
	t.Helper()
	var sum, squares float64
	for range draws {
		x := float64(draw())
		sum, squares = sum+x, squares+x*x
	}
	gotMean := sum / float64(draws)
	gotVariance := squares/float64(draws) - gotMean*gotMean
	if math.Abs(gotMean-mean) > 5*math.Sqrt(variance/float64(draws))+1e-9 {
		t.Errorf("got a mean of %g, want %g", gotMean, mean)
	}
	if math.Abs(gotVariance-variance) > 0.15*variance+0.01 {
		t.Errorf("got a variance of %g, want %g", gotVariance, variance)
	}
}
