package main_test

import (
	"math"
	"math/rand/v2"
	"testing"

	benchjudge "cloudfront-cd/infra/benchjudge"
)

// moments of many draws: mean, variance ÷ mean, third central moment ÷ mean, and the share that is zero.
func moments(draw func() int64) (mean, variance, third, zero float64) {
	const draws = 200_000
	all := make([]float64, draws)
	for i := range all {
		all[i] = float64(draw())
		mean += all[i] / draws
		if all[i] == 0 {
			zero += 1.0 / draws
		}
	}
	for _, x := range all {
		variance += (x - mean) * (x - mean) / draws / mean
		third += (x - mean) * (x - mean) * (x - mean) / draws / mean
	}
	return mean, variance, third, zero
}

// The third moment is what a normal approximation would lack. Those of the negative binomial distribution with a variance of
// v × mean are mean·v and mean·v·(2v−1), and its zero has the probability v^(−mean/(v−1)).
func TestDraws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	near := func(t *testing.T, what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within*want+0.002 {
			t.Errorf("%s: got %g, want %g", what, got, want)
		}
	}
	for _, mean := range []float64{0.3, 5, 180} {
		m, v, third, zero := moments(func() int64 { return benchjudge.Poisson(r, mean) })
		near(t, "Poisson mean", m, mean, 0.02)
		near(t, "Poisson variance", v, 1, 0.02)
		near(t, "Poisson third moment", third, 1, 0.2)
		near(t, "Poisson zero", zero, math.Exp(-mean), 0.05)

		m, v, third, zero = moments(func() int64 { return benchjudge.NegativeBinomial(r, mean) })
		near(t, "bursty mean", m, mean, 0.02)
		near(t, "bursty variance", v, 5, 0.05)
		near(t, "bursty third moment", third, 45, 0.2)
		near(t, "bursty zero", zero, math.Pow(5, -mean/4), 0.05)
	}
}

func TestThePrimarysCountsAreItsOwnOrOfAll(t *testing.T) {
	t.Parallel()
	own, all := benchjudge.Drawn(50, 15, 5, false), benchjudge.Drawn(50, 15, 5, true)
	for i, o := range own {
		if o.Canary != 450 || o.Baseline != 2550 {
			t.Fatalf("minute %d: got %+v", i, o)
		}
		want := benchjudge.Minute{Canary: o.Canary, CanaryErrors: o.CanaryErrors, Baseline: 3000, BaselineErrors: o.BaselineErrors + o.CanaryErrors}
		if all[i] != want {
			t.Errorf("minute %d: got %+v, want %+v", i, all[i], want)
		}
	}
}

func TestNoMoreErrorsThanRequests(t *testing.T) {
	t.Parallel()
	for _, m := range benchjudge.Drawn(5, 5, 95, false) {
		if m.CanaryErrors > m.Canary {
			t.Errorf("got %+v", m)
		}
	}
}
