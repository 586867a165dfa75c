// Package sample draws counts from their distributions, exactly where they are small and by a normal approximation where they
// are large.
package sample

import (
	"math"
	"math/rand/v2"
)

// Where counting one by one becomes slow, a normal distribution with the same mean and variance takes over. At a
// variance of this size it differs by less than a percent of the mean, far below the noise of a minute's traffic.
const exactUpTo = 64

// Binomial draws how many of n succeed when each does with probability p.
func Binomial(r *rand.Rand, n int64, p float64) int64 {
	switch {
	case n <= 0 || p <= 0 || math.IsNaN(p):
		return 0
	case p >= 1:
		return n
	case n == 1:
		if r.Float64() < p {
			return 1
		}
		return 0
	case p > 0.5:
		return n - Binomial(r, n, 1-p)
	}
	mean := float64(n) * p
	if mean > exactUpTo {
		drawn := math.Round(mean + math.Sqrt(mean*(1-p))*r.NormFloat64())
		return max(0, min(n, int64(drawn)))
	}
	// The failures between two successes are geometric: count the successes that fit into n.
	hits := int64(0)
	logFail := math.Log1p(-p)
	for at := 0.0; ; hits++ {
		at += math.Floor(-r.ExpFloat64()/logFail) + 1
		if at > float64(n) {
			return hits
		}
	}
}

// Poisson draws how many of many rare events happen when mean are expected.
func Poisson(r *rand.Rand, mean float64) int64 {
	if mean <= 0 || math.IsNaN(mean) {
		return 0
	}
	if mean > exactUpTo {
		drawn := math.Round(mean + math.Sqrt(mean)*r.NormFloat64())
		return max(0, min(math.MaxInt32, int64(drawn)))
	}
	// The gaps between events are exponential: count those that fit into one unit of time.
	n := int64(0)
	for left := mean - r.ExpFloat64(); left > 0; left -= r.ExpFloat64() {
		n++
	}
	return n
}
