package judge

import "math"

// Interval is a difference of two error rates, canary − baseline, and what it is known to lie between, in percentage points.
type Interval struct {
	Estimate, Lower, Upper float64
}

// Difference is the difference of two error rates with its confidence sequence: an interval that, looked at after every
// minute for as long as one likes, misses the truth even once with a probability of at most alpha, half of it at each end.
//
// It is the asymptotic confidence sequence with Robbins' normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
// "Time-uniform central limit theory and asymptotic confidence sequences", 2021, https://arxiv.org/abs/2103.06476,
// theorem 2.2; the mixture: Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
// sequences", 2021, https://arxiv.org/abs/1810.08240, equation 14), with time counted in information, 1 ÷ variance:
//
//	half width = √( V·(1 + V/w) · (ln(1 + w/V) + 2·ln(1/alpha)) ),   V = V(canary) + V(baseline)
//
// where w, the variance of the mixture, says for which size of difference the sequence is at its best. It must not be
// chosen from the data. Here its root is twice the tolerance, the regression that must be caught; for a difference of the
// tolerance, which a healthy verdict has to exclude, the interval is 2 % wider than it could be.
//
// The variance of a side is binomial times the dispersion of the errors (dispersion.go), and its rate is taken from a few
// errors more than there were:
//
//	V(side) = dispersion · p·(1−p) ÷ requests,   p = (errors + a) ÷ (requests + 2·a),   a = dispersion · (1 + ln(1/alpha) ÷ 2)
//
// as Agresti and Coull do for a single look ("Approximate is better than 'exact' for interval estimation of binomial
// proportions", 1998): without it a side that has no errors, or nothing else, would count as known for certain. With this a
// the upper end is not below the exact one of a Poisson count (Garwood, "Fiducial limits for the Poisson distribution",
// 1936), which is ln(2/alpha) ÷ requests for no errors; a test compares them count by count.
func Difference(canary, baseline Tally, dispersion, tolerance, alpha float64) Interval {
	estimate := canary.rate() - baseline.rate()
	v := variance(canary, dispersion, alpha) + variance(baseline, dispersion, alpha)
	w := math.Pow(2*tolerance/100, 2)
	half := math.Sqrt(v * (1 + v/w) * (math.Log1p(w/v) + 2*math.Log(1/alpha)))
	return Interval{Estimate: 100 * estimate, Lower: 100 * (estimate - half), Upper: 100 * (estimate + half)}
}

func variance(t Tally, dispersion, alpha float64) float64 {
	n, added := float64(t.Requests), dispersion*(1+math.Log(1/alpha)/2)
	p := (float64(t.Errors) + added) / (n + 2*added)
	return dispersion * p * (1 - p) / n
}
