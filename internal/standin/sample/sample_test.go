package sample_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cloudfront-cd/internal/standin/sample"
)

// Mean and variance of what arrives and of what fails, on both sides of the border between the exact and the normal
// draws, and far from it.
func TestCountsHaveTheirDistribution(t *testing.T) {
	for _, rate := range []float64{0.5, 20, 63, 65, 300, 100_000} {
		for _, p := range []float64{0.001, 0.3, 0.7, 0.999} {
			t.Run(fmt.Sprintf("rate %g, probability %g", rate, p), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 1))
				const draws = 4000
				var arrivals, failures moments
				for range draws {
					n := sample.Poisson(r, rate)
					arrivals.add(float64(n))
					failures.add(float64(sample.Binomial(r, n, p)))
				}
				// Failures of Poisson arrivals are Poisson again, so that all four are the rate.
				arrivals.check(t, "arrivals", rate)
				failures.check(t, "failures", rate*p)
			})
		}
	}
}

func TestWhatCannotBeDrawnIsNone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, mean := range []float64{0, -1, math.NaN()} {
		if got := sample.Poisson(r, mean); got != 0 {
			t.Errorf("got %d arrivals of a mean of %g", got, mean)
		}
	}
	for _, c := range []struct {
		n    int64
		p    float64
		want int64
	}{{0, 0.5, 0}, {-3, 0.5, 0}, {10, 0, 0}, {10, -1, 0}, {10, math.NaN(), 0}, {10, 1, 10}, {10, 7, 10}} {
		if got := sample.Binomial(r, c.n, c.p); got != c.want {
			t.Errorf("got %d of %d with probability %g, want %d", got, c.n, c.p, c.want)
		}
	}
}

type moments struct{ n, sum, squares float64 }

func (m *moments) add(x float64) { m.n, m.sum, m.squares = m.n+1, m.sum+x, m.squares+x*x }

func (m *moments) check(t *testing.T, what string, want float64) {
	t.Helper()
	mean := m.sum / m.n
	variance := m.squares/m.n - mean*mean
	if math.Abs(mean-want) > 5*math.Sqrt(want/m.n) {
		t.Errorf("got a mean of %g %s, want %g", mean, what, want)
	}
	if spread := math.Sqrt((want + 2*want*want) / m.n); math.Abs(variance-want) > 5*spread {
		t.Errorf("got a variance of %g %s, want %g ± %g", variance, what, want, 5*spread)
	}
}
