package main

import (
	"math/rand/v2"

	"cloudfront-cd/internal/judge"
)

// minute is what a judge sees of one.
type minute struct {
	canary, canaryErrors, baseline, baselineErrors int64
}

// past draws the primary's last hours, in which it has all requests, and adds them up.
func (s site) past(r *rand.Rand) judge.Tally {
	var t judge.Tally
	for range pastMinutes {
		t.Add(s.requests(), s.errors(r, s.requests(), s.base))
	}
	return t
}

// traffic is the errors of one release at one weight. The primary's own are drawn once for all effects; staging's for each.
type traffic struct {
	primary [lookMinutes]int64
	staging [lookMinutes]int64
}

func (t *traffic) drawPrimary(r *rand.Rand, c cell) {
	for i := range t.primary {
		t.primary[i] = c.errors(r, c.requests()-c.stagingRequests(), c.base)
	}
}

func (t *traffic) drawStaging(r *rand.Rand, c cell, effect float64) {
	for i := range t.staging {
		t.staging[i] = c.errors(r, c.stagingRequests(), c.base+effect)
	}
}

// minute is how the cell sees it.
func (t *traffic) minute(c cell, i int) minute {
	m := minute{
		canary: c.stagingRequests(), canaryErrors: t.staging[i],
		baseline: c.requests() - c.stagingRequests(), baselineErrors: t.primary[i],
	}
	if c.withStaging {
		m.baseline += m.canary
		m.baselineErrors += m.canaryErrors
	}
	return m
}
