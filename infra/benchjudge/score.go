package main

import "cloudfront-cd/internal/judge"

// score is what became of the releases of one cell with one effect under one judge.
type score struct {
	releases int
	// promoted and caught count releases by the minute of their first verdict.
	promoted, caught [lookMinutes + 1]int
	// rolledBack counts releases that were called unhealthy in any minute, also after they had been called healthy: a step
	// goes on until its minutes are over, and the judge with it.
	rolledBack int
}

// never is a median that is beyond the minutes that were looked at.
const never = lookMinutes + 1

func (s *score) add(o score) {
	s.releases += o.releases
	s.rolledBack += o.rolledBack
	for i := range s.promoted {
		s.promoted[i] += o.promoted[i]
		s.caught[i] += o.caught[i]
	}
}

// record writes down the first verdict of a release.
func (s *score) record(v judge.Verdict, minute int) {
	if v == judge.Healthy {
		s.promoted[minute]++
	} else {
		s.caught[minute]++
	}
}

func (s *score) rolledBackShare() float64 { return s.share(s.rolledBack) }
func (s *score) promotedShare() float64   { return s.share(sum(s.promoted)) }
func (s *score) caughtShare() float64     { return s.share(sum(s.caught)) }

// promotedMedian is the minute by which half of all releases have been called healthy, and never if they have not.
func (s *score) promotedMedian() int { return s.median(s.promoted) }

// caughtMedian is the minute by which half of all releases have been called unhealthy, and never if they have not.
func (s *score) caughtMedian() int { return s.median(s.caught) }

// share is in percent.
func (s *score) share(n int) float64 {
	if s.releases == 0 {
		return 0
	}
	return 100 * float64(n) / float64(s.releases)
}

func (s *score) median(byMinute [lookMinutes + 1]int) int {
	seen := 0
	for minute, n := range byMinute {
		if seen += n; n > 0 && 2*seen >= s.releases {
			return minute
		}
	}
	return never
}

func sum(byMinute [lookMinutes + 1]int) int {
	all := 0
	for _, n := range byMinute {
		all += n
	}
	return all
}

// line is a cell of the table with its scores: by effect and judge.
type line struct {
	cell
	scores scores
}

type scores [fivePoints + 1][judges]score

func (s *scores) add(o *scores) {
	for effect := range s {
		for j := range s[effect] {
			s[effect][j].add(o[effect][j])
		}
	}
}
