package release

import "time"

// Traffic is what Prove Traffic saw.
type Traffic struct {
	// Verdict is flowing, not-yet-routing, override, quiet-site or unreadable; a policy that is off is a fault.
	Verdict string `json:"verdict"`
	Flowing bool   `json:"flowing"`
	// Flowed is true once traffic was flowing at this step.
	Flowed bool `json:"flowed"`
	// Step is the ramp step that this is about.
	Step int `json:"step"`
	// Share is staging ÷ (primary + staging) of the requests between From and To, in [0, 1].
	Share float64 `json:"share"`
	// LowestWeight is the lowest weight in force within the stickiness MaximumTTL.
	LowestWeight    float64   `json:"lowestWeight"`
	StagingRequests float64   `json:"stagingRequests"`
	PrimaryRequests float64   `json:"primaryRequests"`
	From            time.Time `json:"from"`
	To              time.Time `json:"to"`
	At              time.Time `json:"at"`
	Note            string    `json:"note"`
}

// Observation is per-minute counts of a canary and of what it is compared with. At a ramp step the canary is staging and
// the baseline the primary in the same minutes; during the bake the canary is the primary and the baseline the same
// primary before the release. Error and Cause are set instead when the metrics could not be read.
type Observation struct {
	Canary   Series `json:"canary"`
	Baseline Series `json:"baseline"`
	// At is when the metrics were read.
	At    time.Time `json:"at"`
	Error string    `json:"Error,omitempty"`
	Cause string    `json:"Cause,omitempty"`
}

// Series is counts per minute of one distribution, from From onward; a minute without a datapoint is -1 in every column.
type Series struct {
	Distribution string    `json:"distribution"`
	From         time.Time `json:"from"`
	Requests     []int64   `json:"requests"`
	Errors4xx    []int64   `json:"errors4xx"`
	Errors5xx    []int64   `json:"errors5xx"`
	// LatencyP50 and LatencyP95 are percentiles of the origins' latency in milliseconds, read only where a gate judges them;
	// a minute without a datapoint of theirs is -1, whatever the counts have.
	LatencyP50 []float64 `json:"latencyP50,omitempty"`
	LatencyP95 []float64 `json:"latencyP95,omitempty"`
}

// Judgement is the verdict on staging after a look.
type Judgement struct {
	// Verdict is healthy, unhealthy or inconclusive.
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons"`
	Step    int      `json:"step"`
	// Gates are the error rates in numbers.
	Gates []Gate `json:"gates,omitempty"`
	// Exactly one of the next five is true; the Choice "Verdict?" takes its arrow from them.
	ReleaseHealthy bool `json:"releaseHealthy"` // the last step passed
	Calibrated     bool `json:"calibrated"`     // the last step passed, and there is nothing to promote
	StepHealthy    bool `json:"stepHealthy"`    // this step passed, there is another
	Observe        bool `json:"observe"`        // look again in a minute
	Stop           bool `json:"stop"`           // unhealthy, or inconclusive at the step's deadline
	// JudgedMinutes counts the minutes that carried evidence.
	JudgedMinutes int `json:"judgedMinutes"`
	// HealthyAfter is how many judged minutes the gates took to be healthy, and are since; 0 while they are not.
	HealthyAfter int       `json:"healthyAfter,omitempty"`
	At           time.Time `json:"at"`
	// Latency is the latest comparison of this step's latencies; nil before the first, and where no gate asks for one.
	Latency *LatencyVerdict `json:"latency,omitempty"`
	// Passed are the steps that are done, each with the evidence of its last look.
	Passed []PassedStep `json:"passed"`
}

// LatencyVerdict is what a comparison of latencies came to. There are at most two for a step: a look a minute would find a
// difference by chance.
type LatencyVerdict struct {
	Step    int       `json:"step"`
	Verdict string    `json:"verdict"`
	Reasons []string  `json:"reasons"`
	At      time.Time `json:"at"`
}

// PassedStep is a ramp step that was judged healthy.
type PassedStep struct {
	Step    int       `json:"step"`
	Weight  float64   `json:"weight"`
	Reasons []string  `json:"reasons"`
	At      time.Time `json:"at"`
	// JudgedMinutes is how many it took, HealthyAfter how many its gates took: what Preflight has estimated.
	JudgedMinutes int    `json:"judgedMinutes"`
	HealthyAfter  int    `json:"healthyAfter"`
	Gates         []Gate `json:"gates,omitempty"`
	// Observation is the counts on which it passed: with the later one of the bake, every measurement of the release.
	Observation *Observation `json:"observation,omitempty"`
}

// PromoteAnswer is CloudFront's 200 to UpdateDistributionWithStagingConfig.
type PromoteAnswer struct {
	Write

	ETag string `json:"etag"`
}

// Promotion says whether the one-way door was passed.
type Promotion struct {
	Confirmed bool `json:"confirmed"`
	// By is "answer" (CloudFront answered 200) or "read" (the primary carries the judged fingerprint).
	By    string `json:"by,omitempty"`
	Write Write  `json:"write"`
	// Invalidate is true where the caches have to forget something then.
	Invalidate bool `json:"invalidate"`
	// Since is when the answer was first in doubt; zero when it never was.
	Since time.Time `json:"since,omitzero"`
}

// Bake is the verdict on the primary after the promotion.
type Bake struct {
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons"`
	// Gates are the error rates in numbers.
	Gates []Gate `json:"gates,omitempty"`
	// Exactly one of the next three is true; the Choice "Primary Healthy?" takes its arrow from them.
	Done      bool      `json:"done"`      // the bake is over
	Continue  bool      `json:"continue"`  // look again in a minute
	Regressed bool      `json:"regressed"` // go back
	Extended  bool      `json:"extended"`  // inconclusive at the end of the bake, which is therefore doubled once
	Since     time.Time `json:"since"`
	At        time.Time `json:"at"`
	// Inconclusive is true when even the extended bake could not tell.
	Inconclusive bool `json:"inconclusive"`
	// ChangedSince is true when, at the end, the primary has another config than the promoted one: someone else's edit.
	ChangedSince bool `json:"changedSince,omitempty"`
}
