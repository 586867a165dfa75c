package main

import (
	"io"
	"math/rand/v2"
	"strings"

	"cloudfront-cd/internal/judge"
)

// Run is the command for its tests.
func Run(args []string, out, errs io.Writer) int { return run(args, out, errs) }

// Simulated is what the command prints for the first so many sites.
func Simulated(releases int, seed uint64, first int) string {
	p := plan{releases: releases, seed: seed, sites: sites()[:first]}
	var out strings.Builder
	lines := simulate(p, io.Discard)
	writeTable(&out, p, lines)
	writeSummary(&out, lines)
	return out.String()
}

// The judges.
const (
	Ours        = ours
	Consecutive = consecutive
	MannWhitney = mannWhitney
	InAll       = inAll
)

// Minute is what a judge sees of one.
type Minute struct{ Canary, CanaryErrors, Baseline, BaselineErrors int64 }

// Verdicts are what a judge says after each minute, of a site with such an error rate in percent.
func Verdicts(j int, base, pastDispersion float64, minutes []Minute) []judge.Verdict {
	asKayenta()
	r := rules()[j]
	r.start(cell{site: site{base: base}}, pastDispersion)
	var all []judge.Verdict
	for _, m := range minutes {
		all = append(all, r.look(minute{m.Canary, m.CanaryErrors, m.Baseline, m.BaselineErrors}))
	}
	return all
}

// Poisson and NegativeBinomial draw.
func Poisson(r *rand.Rand, mean float64) int64          { return poisson(r, mean) }
func NegativeBinomial(r *rand.Rand, mean float64) int64 { return negativeBinomial(r, mean) }

// Drawn are the minutes of one release, with the primary's counts its own or with staging's.
func Drawn(perSecond, weight int, effect float64, withStaging bool) []Minute {
	c := cell{site{bursty: true, base: 2, perSecond: perSecond}, weight, withStaging}
	r := generator(1, 0, 0)
	var t traffic
	t.drawPrimary(r, c)
	t.drawStaging(r, c, effect)
	var all []Minute
	for i := range lookMinutes {
		m := t.minute(c, i)
		all = append(all, Minute{m.canary, m.canaryErrors, m.baseline, m.baselineErrors})
	}
	return all
}

// Counts are how many of 1000 releases of a line went how for one judge: identical sides rolled back, a point more promoted, and
// in which minute five points more were caught by most.
type Counts struct{ RolledBack, Promoted, CaughtAt int }

// Summary is the table and summary of a single line at 15 % of 500/s for ours and Mann-Whitney, and whether ours keeps its
// promises.
func Summary(own, peer Counts) (string, bool) {
	const releases = 1000
	l := line{cell: cell{site{base: 0.5, perSecond: 500}, 15, false}}
	for j, c := range map[int]Counts{ours: own, mannWhitney: peer} {
		for effect := range l.scores {
			l.scores[effect][j].releases = releases
		}
		l.scores[identical][j].rolledBack = c.RolledBack
		l.scores[identical][j].promoted[10] = releases - c.RolledBack
		l.scores[onePoint][j].promoted[10] = c.Promoted
		l.scores[onePoint][j].caught[10] = releases - c.Promoted
		l.scores[fivePoints][j].caught[c.CaughtAt] = releases/2 + 1
	}
	var out strings.Builder
	writeTable(&out, plan{releases: releases}, []line{l})
	kept := writeSummary(&out, []line{l})
	return out.String(), kept
}

// Median is the median minute of releases that were caught in those minutes, and how the table writes it.
func Median(releases int, caught ...int) (int, string) {
	s := score{releases: releases}
	for _, minute := range caught {
		s.record(judge.Unhealthy, minute)
	}
	return s.caughtMedian(), s.caughtText()
}

// Percent is a share as the table writes it.
func Percent(share float64) string { return percent(share) }

// Constants of the gate on 5xx.
const (
	Tolerance       = tolerance
	AlphaPerGate    = alphaPerGate
	MinimumRequests = minimumRequests
)
