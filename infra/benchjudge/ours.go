package main

import (
	"cloudfront-cd/internal/judge"
)

const (
	// alphaPerGate is what a release that says nothing else gives a gate: 0.01 over two gates of two steps and a bake.
	alphaPerGate = 0.01 / (2 * (2 + 1))
	// minimumRequests of staging, below which nothing is healthy, in a release that says nothing else.
	minimumRequests = 1000
)

// oursRule is the gate on the 5xx of a release that says nothing else.
type oursRule struct {
	past             float64
	canary, baseline judge.Tally
}

func (o *oursRule) start(_ cell, pastDispersion float64) {
	*o = oursRule{past: pastDispersion}
}

func (o *oursRule) look(m minute) judge.Verdict {
	o.canary.Add(m.canary, m.canaryErrors)
	o.baseline.Add(m.baseline, m.baselineErrors)
	verdict := judge.Compare(o.canary, o.baseline, o.past, tolerance, alphaPerGate).Verdict
	if verdict == judge.Healthy && o.canary.Requests < minimumRequests {
		return judge.Inconclusive
	}
	return verdict
}
