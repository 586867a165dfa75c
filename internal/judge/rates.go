package judge

import (
	"fmt"
	"math"
)

const (
	// standardErrors is how far above zero a difference must be before it is held to be real: 1 in 740 looks at two sides
	// that are equally good would be further. Looks are repeated every minute, which makes a false alarm likelier than
	// that; the tolerance, which must be exceeded too, keeps most of them away.
	standardErrors = 3

	// maxCount is beyond what a minute of CloudFront can hold. It keeps every sum far below the limits of int64.
	maxCount = 1_000_000_000_000
)

// counted judges the counts: whether there are enough, and the two error rates. It also returns the canary's minutes with
// requests.
func counted(e Evidence) (opinions []opinion, minutes int) {
	if e.Unreadable != "" {
		return []opinion{concluded(Inconclusive, "metrics: could not be read ("+e.Unreadable+")")}, 0
	}
	canary, problem := pool(e.Canary)
	if problem != "" {
		return []opinion{concluded(Inconclusive, "metrics: "+problem)}, 0
	}
	baseline, problem := pool(e.Baseline)
	if problem != "" {
		return []opinion{concluded(Inconclusive, "metrics: "+problem)}, canary.minutes
	}
	least := max(1, e.Gates.MinimumRequests)
	if canary.requests < least {
		return []opinion{concluded(Inconclusive, fmt.Sprintf("requests: %s %s of the %s needed",
			canary.name, grouped(canary.requests), grouped(least)))}, canary.minutes
	}
	if baseline.requests == 0 {
		return []opinion{concluded(Inconclusive, fmt.Sprintf("requests: %s %s, but %s none to compare with",
			canary.name, grouped(canary.requests), baseline.name))}, canary.minutes
	}
	return []opinion{
		compare("5xx", canary.rate(canary.errors5xx), baseline.rate(baseline.errors5xx), e.Gates.Tolerance5xx),
		compare("4xx", canary.rate(canary.errors4xx), baseline.rate(baseline.errors4xx), e.Gates.Tolerance4xx),
	}, canary.minutes
}

// pooled is the sums over a side's minutes.
type pooled struct {
	name                           string
	requests, errors4xx, errors5xx int64
	minutes                        int
}

// pool adds up a side, or says what is wrong with it.
func pool(s Side) (sum pooled, problem string) {
	sum.name = s.Name
	if len(s.Errors4xx) != len(s.Requests) || len(s.Errors5xx) != len(s.Requests) {
		return pooled{}, fmt.Sprintf("%s has %d minutes of requests, %d of 4xx and %d of 5xx", s.Name, len(s.Requests), len(s.Errors4xx), len(s.Errors5xx))
	}
	for i, requests := range s.Requests {
		e4, e5 := s.Errors4xx[i], s.Errors5xx[i]
		if requests == -1 && e4 == -1 && e5 == -1 {
			continue
		}
		if requests < 0 || requests > maxCount || e4 < 0 || e4 > requests || e5 < 0 || e5 > requests {
			return pooled{}, fmt.Sprintf("%s has a minute that cannot be, with %d requests, %d 4xx and %d 5xx", s.Name, requests, e4, e5)
		}
		sum.requests += requests
		sum.errors4xx += e4
		sum.errors5xx += e5
		if requests > 0 {
			sum.minutes++
		}
	}
	return sum, ""
}

// rate is errors among requests.
type rate struct {
	name             string
	errors, requests int64
}

func (p pooled) rate(errors int64) rate {
	return rate{name: p.name, errors: errors, requests: p.requests}
}

func (r rate) value() float64 { return float64(r.errors) / float64(r.requests) }

func (r rate) String() string {
	return fmt.Sprintf("%s %s of %s (%.2f %%)", r.name, grouped(r.errors), grouped(r.requests), 100*r.value())
}

// compare is the gate on one error rate.
//
// The test is the one for two proportions with the pooled standard error (NIST/SEMATECH e-Handbook of Statistical Methods,
// 7.3.3, https://www.itl.nist.gov/div898/handbook/prc/section3/prc33.htm). It takes requests for independent and counts for
// large; errors come in bursts, so it is surer of itself than it should be, and with a handful of errors it is rough.
func compare(gate string, canary, baseline rate, tolerance float64) opinion {
	difference := canary.value() - baseline.value()
	pool := float64(canary.errors+baseline.errors) / float64(canary.requests+baseline.requests)
	deviation := math.Sqrt(pool * (1 - pool) * (1/float64(canary.requests) + 1/float64(baseline.requests)))

	sentence := fmt.Sprintf("%s: %s, %s: %s points; tolerance %s", gate, canary, baseline, signed(100*difference), points(tolerance))
	// Percentages are not exact in binary: a difference of precisely the tolerance must not exceed it.
	const rounding = 1e-9
	switch {
	case !(tolerance >= 0 && tolerance <= 100):
		return concluded(Inconclusive, sentence+", which is no tolerance")
	case 100*difference <= tolerance+rounding && canary.errors == canary.requests:
		return concluded(Inconclusive, sentence+", but a side with nothing but errors cannot be called healthy")
	case 100*difference <= tolerance+rounding:
		return concluded(Healthy, sentence)
	case difference > standardErrors*deviation:
		return concluded(Unhealthy, fmt.Sprintf("%s, exceeded by more than chance explains (%.1f standard errors above zero)", sentence, difference/deviation))
	default:
		return concluded(Inconclusive, fmt.Sprintf("%s, exceeded, but it may be chance (%.1f standard errors above zero)", sentence, difference/deviation))
	}
}
