package main

import "io"

// measure is something that a judge should be quick at.
type measure struct {
	name   string
	median func(l *line, j int) int
}

func measures() [4]measure {
	caught := func(effect int) func(*line, int) int {
		return func(l *line, j int) int { return l.scores[effect][j].caughtMedian() }
	}
	return [4]measure{
		{"+0.5 caught", caught(halfPoint)},
		{"+1 caught", caught(onePoint)},
		{"+5 caught", caught(fivePoints)},
		{"healthy", func(l *line, j int) int { return l.scores[identical][j].promotedMedian() }},
	}
}

// keepsErrorRates reports whether a judge is as seldom wrong on the line as ours has promised to be.
func (l *line) keepsErrorRates(j int) bool {
	for _, f := range failings() {
		if f.share(l, j) > mostWrong {
			return false
		}
	}
	return true
}

// faster reports whether a peer is faster than ours on the line, without being wrong more often than ours may be.
func (l *line) faster(m measure, j int) bool {
	return j != ours && l.keepsErrorRates(j) && m.median(l, j) < m.median(l, ours)
}

// writeFaster counts the lines on which a peer is faster, and names the one where it is most so.
func writeFaster(out io.Writer, lines []line) {
	say(out, "\nWhere a peer keeps the same error rates (each of the three above at most %g %% on the line) and ours is slower (* in the table)\n", mostWrong)
	for j, name := range names() {
		if j == ours {
			continue
		}
		keeps := 0
		for i := range lines {
			if lines[i].keepsErrorRates(j) {
				keeps++
			}
		}
		say(out, "  %s: keeps them on %d of %d lines\n", name, keeps, len(lines))
		for _, m := range measures() {
			if count, most := m.faster(lines, j); count > 0 {
				say(out, "    %-11s on %2d; by most in minute %s against our %s: %s\n", m.name, count,
					minutes(m.median(most, j), 1), minutes(m.median(most, ours), 1), most.cell)
			}
		}
	}
}

// faster is on how many lines the peer is faster, and the one where it is so by most minutes.
func (m measure) faster(lines []line, j int) (count int, most *line) {
	gain := func(l *line) int { return m.median(l, ours) - m.median(l, j) }
	for i := range lines {
		l := &lines[i]
		if !l.faster(m, j) {
			continue
		}
		count++
		if most == nil || gain(l) > gain(most) {
			most = l
		}
	}
	return count, most
}
