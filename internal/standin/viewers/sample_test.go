package viewers_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/viewers"
)

// Mean and variance of what arrives and of what fails, on both sides of the border between the exact and the normal
// draws, and far from it.
func TestCountsHaveTheirDistribution(t *testing.T) {
	for _, rate := range []float64{0.5, 20, 63, 65, 300, 100_000} {
		for _, p := range []float64{0.001, 0.3, 0.7, 0.999} {
			t.Run(fmt.Sprintf("rate %g, probability %g", rate, p), func(t *testing.T) {
				w := build(fleet(1, weighted(0)), func(viewers.Side, any, int, time.Time) viewers.Rates {
					return viewers.Rates{E5xx: p}
				}, rate)
				w.Start()
				const minutes = 4000
				var arrivals, failures moments
				for range minutes {
					w.clock.Advance(time.Minute)
					last, _ := w.Last("P")
					arrivals.add(float64(last.Primary.Requests))
					failures.add(float64(last.Primary.Errors5xx))
				}
				// Failures of Poisson arrivals are Poisson again, so that all four are the rate.
				arrivals.check(t, "arrivals", rate)
				failures.check(t, "failures", rate*p)
			})
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
