package judge

import "math"

// Traffic is what is expected of the two sides in each minute: requests, and the error rate of both, in [0, 1].
type Traffic struct {
	CanaryPerMinute, BaselinePerMinute, ErrorRate float64
}

// foreseeable is the longest that an estimate looks ahead: a week.
const foreseeable = 7 * 24 * 60

// Healthy is how many minutes an error rate's gate will need to tell a healthy canary in a share of the cases: 0.5 for the
// median. It is infinite where that takes more than a week.
//
// The estimate of the difference scatters around the truth by its standard error, so that in a share of the cases it stays
// within so many of them: the interval must end below the tolerance by as much.
func (t Traffic) Healthy(dispersion, tolerance, alpha, share float64) float64 {
	scatter := 100 * math.Sqrt2 * math.Erfinv(2*share-1)
	return first(func(minutes float64) bool {
		canary, baseline := t.expected(minutes, t.CanaryPerMinute, 0), t.expected(minutes, t.BaselinePerMinute, 0)
		if canary.Requests == 0 || baseline.Requests == 0 {
			return false
		}
		off := scatter * math.Sqrt(variance(canary, dispersion, alpha)+variance(baseline, dispersion, alpha))
		return Difference(canary, baseline, dispersion, tolerance, alpha).Upper+off < tolerance
	})
}

// Caught is how many minutes it will need, in half the cases, to tell a canary with so many percentage points of errors
// more. They must be beyond the tolerance.
func (t Traffic) Caught(more, dispersion, tolerance, alpha float64) float64 {
	return first(func(minutes float64) bool {
		canary, baseline := t.expected(minutes, t.CanaryPerMinute, more/100), t.expected(minutes, t.BaselinePerMinute, 0)
		return canary.Requests > 0 && baseline.Requests > 0 && Compare(canary, baseline, dispersion, tolerance, alpha).Verdict == Unhealthy
	})
}

// first is the first minute at which something can be told. More minutes never tell less.
func first(told func(minutes float64) bool) float64 {
	if !told(foreseeable) {
		return math.Inf(1)
	}
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
