package release

import "time"

// Past is the primary's errors before anything was touched: what the plan's estimates are made from, and what the judge
// knows of how they come.
type Past struct {
	From      time.Time  `json:"from"`
	To        time.Time  `json:"to"`
	Errors5xx PastErrors `json:"5xx"`
	Errors4xx PastErrors `json:"4xx"`
}

// PastErrors is one kind of errors of the past.
type PastErrors struct {
	// Minutes is how many minutes had requests; in the others CloudFront publishes nothing.
	Minutes  int   `json:"minutes"`
	Requests int64 `json:"requests"`
	Errors   int64 `json:"errors"`
	// Squares is the sum of errors² ÷ requests over the minutes, from which the dispersion follows.
	Squares float64 `json:"squares"`
	// Outages is how many minutes are left out of all this because they were an outage.
	Outages int `json:"outages,omitempty"`
	// Dispersion is how many times more the errors scatter than independent ones would.
	Dispersion float64 `json:"dispersion"`
}

// Estimate is how many judged minutes a ramp step will need by the primary's past. A step takes at least its observe, and
// each deployment and its first visible minute come on top.
type Estimate struct {
	Step   int     `json:"step"`
	Weight float64 `json:"weight"`
	// Gate is the one that needs longest: 5xx, 4xx or requests (gates.minimumRequests).
	Gate string `json:"gate"`
	// Healthy is until half of the healthy releases are told to be, Likely until nine in ten are. Never if nil: not within
	// a week.
	Healthy *int `json:"healthy,omitempty"`
	Likely  *int `json:"likely,omitempty"`
	// Catch is until a regression of twice the tolerance is told in half the cases, by the slower of both gates.
	Catch *int `json:"catch,omitempty"`
}

// Gate is the verdict on one error rate in numbers. With docs/judge.md it can be worked out again from them.
type Gate struct {
	// Gate is 5xx or 4xx.
	Gate     string `json:"gate"`
	Verdict  string `json:"verdict"`
	Canary   Share  `json:"canary"`
	Baseline Share  `json:"baseline"`
	// Estimate is the difference canary − baseline in percentage points, between Lower and Upper.
	Estimate float64 `json:"estimate"`
	Lower    float64 `json:"lower"`
	Upper    float64 `json:"upper"`
	// LogE is the evidence of a difference, the natural logarithm of an e-value; from ln(2 ÷ alpha) on there is one.
	LogE float64 `json:"logE"`
	// Dispersion, Tolerance (percentage points) and Alpha are what the interval was made with.
	Dispersion float64 `json:"dispersion"`
	Tolerance  float64 `json:"tolerance"`
	Alpha      float64 `json:"alpha"`
}

// Share is errors among requests.
type Share struct {
	Errors   int64 `json:"errors"`
	Requests int64 `json:"requests"`
}
