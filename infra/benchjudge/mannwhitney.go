package main

import (
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"

	"cloudfront-cd/internal/judge"
)

// Kayenta's constants: NetflixACAJudge.scala makes its classifier with confLevel = 0.98 and tolerance = 0.25, and its
// effectSize.allowedIncrease is 1 by default (https://github.com/spinnaker/kayenta, docs/canary-config.md).
const (
	confidence      = 0.98
	effectTolerance = 0.25
	allowedIncrease = 1
)

// mannWhitneyPoints is how many minutes it takes to pass: "You need at least 50 pieces of time series data per metric for the
// statistical analysis to produce accurate results" (https://spinnaker.io/docs/guides/user/canary/best-practices/).
const mannWhitneyPoints = 50

// mannWhitneyRule compares the per-minute error rates of both sides as Kayenta does, and looks every minute, as we do and
// Kayenta's arithmetic does not allow for. High is unhealthy at any look; what is not High with all its points is healthy.
//
// Kayenta wants a baseline of the canary's size started with it. CloudFront has none to offer: the baseline is the primary,
// whose minutes have more requests and so other ties.
type mannWhitneyRule struct {
	// canary and baseline are the rates in order, which spares the library most of its sorting.
	canary, baseline       []float64
	canarySum, baselineSum float64
	// scratch is for what is made of them at each look.
	scratch []float64
}

func (w *mannWhitneyRule) start(cell, float64) {
	*w = mannWhitneyRule{canary: w.canary[:0], baseline: w.baseline[:0], scratch: w.scratch}
}

func (w *mannWhitneyRule) look(m minute) judge.Verdict {
	canary, baseline := float64(m.canaryErrors)/float64(m.canary), float64(m.baselineErrors)/float64(m.baseline)
	w.canary, w.baseline = insert(w.canary, canary), insert(w.baseline, baseline)
	w.canarySum, w.baselineSum = w.canarySum+canary, w.baselineSum+baseline
	switch {
	case w.high():
		return judge.Unhealthy
	case len(w.canary) >= mannWhitneyPoints:
		return judge.Healthy
	}
	return judge.Inconclusive
}

func insert(ordered []float64, rate float64) []float64 {
	at, _ := slices.BinarySearch(ordered, rate)
	return slices.Insert(ordered, at, rate)
}

// high is Kayenta's classification of the same name (MannWhitneyClassifier.scala): the means' ratio is at least the allowed
// increase, and the lower end of the interval for the shift is above a share of the estimated shift. The lower end is above a
// value exactly where the one-sided test of canary − value is significant, which needs no search for it; that of no shift at
// all is asked first, because it is cheap and mostly says no.
func (w *mannWhitneyRule) high() bool {
	return w.canarySum >= allowedIncrease*w.baselineSum && w.above(0) && w.above(effectTolerance*math.Abs(w.shift()))
}

// above reports whether the canary's rates are significantly higher than the baseline's by more than so much.
func (w *mannWhitneyRule) above(shift float64) bool {
	w.scratch = append(w.scratch[:0], w.canary...)
	for i := range w.scratch {
		w.scratch[i] -= shift
	}
	got, err := stats.MannWhitneyUTest(w.scratch, w.baseline, stats.LocationGreater)
	// The only error here is that all values are equal, which Kayenta passes.
	return err == nil && got.P < (1-confidence)/2
}

// shift is the Hodges-Lehmann estimate: the median of all differences.
func (w *mannWhitneyRule) shift() float64 {
	w.scratch = w.scratch[:0]
	for _, c := range w.canary {
		for _, b := range w.baseline {
			w.scratch = append(w.scratch, c-b)
		}
	}
	slices.Sort(w.scratch)
	n := len(w.scratch)
	return (w.scratch[(n-1)/2] + w.scratch[n/2]) / 2
}

// asKayenta makes the library use the normal distribution with corrections for ties and continuity at every size, which is
// Kayenta's arithmetic (MannWhitney.scala); the exact distribution, with ties, takes the library milliseconds for each look.
// Its limits are variables of the package: they are set before anything runs, in a process that does nothing else.
func asKayenta() {
	stats.MannWhitneyExactLimit, stats.MannWhitneyTiesExactLimit = 0, 0
}
