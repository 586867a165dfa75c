package main

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"cloudfront-cd/internal/standin/sample"
)

// burstiness is the variance of bursty errors divided by their mean, and lnBurstiness its logarithm.
const (
	burstiness   = 5
	lnBurstiness = math.Ln10 - math.Ln2
)

// generator makes the random numbers of one block of one site's releases: of their own, whoever works on it.
func generator(seed uint64, site, block int) *rand.Rand {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[0:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(site))   //nolint:gosec // an index
	binary.LittleEndian.PutUint64(key[16:], uint64(block)) //nolint:gosec // an index
	return rand.New(rand.NewChaCha8(key))
}

// exact is a mean for which sample.Poisson counts one by one.
const exact = 50

// poisson draws exactly, also where sample.Poisson goes over to a normal distribution: a judge that may be wrong once in a
// hundred is tried on the true tails. A sum of Poisson counts is one of their summed mean.
func poisson(r *rand.Rand, mean float64) int64 {
	sum := int64(0)
	for ; mean > exact; mean -= exact {
		sum += sample.Poisson(r, exact)
	}
	return sum + sample.Poisson(r, mean)
}

// negativeBinomial draws with a variance of burstiness × mean: a Poisson number of bursts with sizes of the logarithmic
// distribution, which is the negative binomial one exactly (Quenouille, "A relation between the logarithmic, Poisson, and
// negative binomial series", Biometrics 5, 1949). It says what the errors of a site do, they come in bursts, and needs no
// gamma variate: gonum's would bring that library's linear algebra along for one function.
func negativeBinomial(r *rand.Rand, mean float64) int64 {
	sum := int64(0)
	for range poisson(r, mean*lnBurstiness/(burstiness-1)) {
		sum += burst(r)
	}
	return sum
}

// burst draws the size of one burst: k with a probability of share^k ÷ (k·ln burstiness).
func burst(r *rand.Rand) int64 {
	const share = 1 - 1.0/burstiness
	size, p := int64(1), share/lnBurstiness
	for left := r.Float64() - p; left > 0 && p > 0; left -= p {
		p *= share * float64(size) / float64(size+1)
		size++
	}
	return size
}

// errors draws how many of a minute's requests fail, with a rate in percent.
func (s site) errors(r *rand.Rand, requests int64, rate float64) int64 {
	draw := poisson
	if s.bursty {
		draw = negativeBinomial
	}
	return min(requests, draw(r, float64(requests)*rate/100))
}
