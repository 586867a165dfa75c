package judge

import "math"

// excess is the evidence that the canary's errors come at another rate than the baseline's: the natural logarithm of an
// e-value. It is meant for few errors, where the asymptotic interval of sequence.go knows little: 20 errors of 1000 where
// the baseline has 1 of 1000 are plain to everyone.
//
// If both sides have the same rate, each error is the canary's with the probability of its share of the requests, s. The
// e-value is how much likelier x errors of the canary and y of the baseline are when that probability may be anything
// (evenly distributed) than when it is s:
//
//	ln e = ln B(1+x, 1+y) − x·ln(s) − y·ln(1−s),   B(a, b) = Γ(a)·Γ(b) ÷ Γ(a+b)
//
// For equal sides it is ever at or above 1/p, at any of the looks, with a probability of at most p (Ville's inequality),
// exactly and for any count: Lindon and Malek, "Anytime-valid inference for multinomial count data", 2022,
// https://arxiv.org/abs/2011.03567; Lindon, Sanden and Shirikian, "Rapid regression detection in software deployments
// through sequential testing", 2022, https://arxiv.org/abs/2205.14762, use it for canaries. The errors are divided by
// their dispersion first: five errors that come together are one.
func excess(canary, baseline Tally, dispersion float64) float64 {
	x, y := float64(canary.Errors)/dispersion, float64(baseline.Errors)/dispersion
	s := float64(canary.Requests) / float64(canary.Requests+baseline.Requests)
	return logBeta(1+x, 1+y) - x*math.Log(s) - y*math.Log1p(-s)
}

func logBeta(a, b float64) float64 {
	forA, _ := math.Lgamma(a)
	forB, _ := math.Lgamma(b)
	forBoth, _ := math.Lgamma(a + b)
	return forA + forB - forBoth
}
