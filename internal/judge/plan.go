package judge

import "math"

// Traffic is what is expected of the two sides in each minute: requests, and the error rate of both, in [0, 1].
type Traffic struct {
	CanaryPerMinute, BaselinePerMinute, ErrorRate float64
}

// foreseeable is the longest that Minutes looks ahead: a week.
const foreseeable = 7 * 24 * 60

// Minutes is how many minutes an error rate's gate will need: until a canary with a regression of so many points, none if 0, is told
// in the share of cases: 0.5 for the median. A healthy canary is told when the interval has fallen below the tolerance, a
// regression when it has risen above zero. It is infinite where that takes more than a week.
//
// The estimate scatters around the truth by its standard error, so that in a share of the cases it stays within so many of
// them: the interval must be narrower by as much.
func (t Traffic) Minutes(regression, dispersion, tolerance, alpha, share float64) float64 {
	scatter := math.Sqrt2 * math.Erfinv(2*share-1)
	told := func(minutes float64) bool {
		canary := t.expected(minutes, t.CanaryPerMinute, regression/100)
		baseline := t.expected(minutes, t.BaselinePerMinute, 0)
		if canary.Requests == 0 || baseline.Requests == 0 {
			return false
		}
		i := Difference(canary, baseline, dispersion, tolerance, alpha)
		off := 100 * scatter * math.Sqrt(variance(canary, dispersion, alpha)+variance(baseline, dispersion, alpha))
		if regression > 0 {
			return i.Lower-off > 0 && i.Estimate-off > tolerance
		}
		return i.Upper+off < tolerance
	}
	if !told(foreseeable) {
		return math.Inf(1)
	}
	// More minutes never tell less.
	low, high := 0, foreseeable
	for high-low > 1 {
		if middle := (low + high) / 2; told(float64(middle)) {
			high = middle
		} else {
			low = middle
		}
	}
	return float64(high)
}

func (t Traffic) expected(minutes, perMinute, more float64) Tally {
	requests := minutes * perMinute
	return Tally{Requests: int64(requests), Errors: int64(math.Round(requests * min(1, t.ErrorRate+more)))}
}
