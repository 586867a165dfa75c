package main

import "cloudfront-cd/internal/judge"

const (
	// fixedFailures is Flagger's "threshold: 5", the "max number of failed metric checks before rollback", beside "interval: 1m"
	// (tutorials; https://docs.flagger.app/usage/how-it-works has 10 there). Argo Rollouts' example has "failureLimit: 3" with
	// "interval: 5m" (https://argo-rollouts.readthedocs.io/en/stable/features/analysis/).
	fixedFailures = 5
	// fixedPasses is how many checks a canary passes on its way in Flagger's how-it-works: "maxWeight: 50" by "stepWeight: 5".
	fixedPasses = 10
)

// fixedRule is a check of each minute's error rate on staging alone, as Flagger and Argo Rollouts have it: so many failures
// roll back, so many passes promote.
//
// Both tools count all failures of a canary or metric, not only those in a row; in a row is what an alarm of CloudWatch does
// with as many datapoints to alarm as evaluation periods, and the milder rule. The threshold is the site's true error rate plus the
// tolerance, as if its operator knew it: Flagger's example, "thresholdRange: {min: 99}" of request-success-rate, is that for a
// site with 0.5 % errors and would roll back everything on one with 2 %.
type fixedRule struct {
	consecutive      bool
	threshold        float64
	failures, passes int
}

func (f *fixedRule) start(c cell, _ float64) {
	*f = fixedRule{consecutive: f.consecutive, threshold: (c.base + tolerance) / 100}
}

func (f *fixedRule) look(m minute) judge.Verdict {
	if float64(m.canaryErrors) > f.threshold*float64(m.canary) {
		f.failures++
	} else {
		f.passes++
		if f.consecutive {
			f.failures = 0
		}
	}
	switch {
	case f.failures >= fixedFailures:
		return judge.Unhealthy
	case f.passes >= fixedPasses:
		return judge.Healthy
	}
	return judge.Inconclusive
}
