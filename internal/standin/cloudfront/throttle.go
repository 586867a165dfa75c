package cloudfront

import "time"

// Throttle is a token bucket over all requests: Burst at once, refilled PerSecond. Without a Burst nothing is limited.
//
// AWS publishes no request rate for CloudFront's control plane, and its model declares no throttling error; clients that
// write in parallel meet the code Throttling with "Rate exceeded".
type Throttle struct {
	Burst     float64
	PerSecond float64

	used float64
	last time.Time
}

// take uses one token, if there is one.
func (t *Throttle) take(now time.Time) bool {
	if t.Burst <= 0 {
		return true
	}
	if !t.last.IsZero() {
		t.used = max(0, t.used-now.Sub(t.last).Seconds()*t.PerSecond)
	}
	t.last = now
	if t.used+1 > t.Burst {
		return false
	}
	t.used++
	return true
}
