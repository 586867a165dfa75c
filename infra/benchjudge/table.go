package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

const legend = `The judge and its peers on the same traffic: %d releases of each line, seed %d; %d minutes with staging after %d of the primary alone.
A judge looks after every minute; its first verdict decides. Shares are in percent of the releases, minutes are medians over all of them: >%d where
fewer than half came that far, never where none did.

  requests      of all viewers, per second; staging's weight; whether the primary's counts are its own or of all, with staging's
  bursty        errors are negative binomial with a variance of %d × mean; else Poisson; the percentage is the error rate of both sides
  rolled back   both sides the same: called unhealthy in any of the minutes, also after healthy
  caught        staging has so many points more errors: called unhealthy @ minute; +0.5 is the tolerance itself and may go either way
  promoted      staging has so many points more errors: called healthy
  healthy       both sides the same: called healthy in minute
  *             faster than ours, on a line where the peer rolls back and promotes at most %g %%, as ours must

  ours                         tolerance %g points, alpha %.5f for each gate, %d requests of staging before anything is healthy
  fixed threshold, 5 in a row  a minute fails with staging's rate above the site's own + %g points; %d failures in a row roll back, %d passes promote
  Mann-Whitney every minute    Kayenta's, %g confidence; healthy after %d minutes

`

// writeTable prints a line for each cell, its judges side by side.
func writeTable(out io.Writer, p plan, lines []line) {
	say(out, legend, p.releases, p.seed, lookMinutes, pastMinutes, lookMinutes, burstiness, mostWrong,
		tolerance, alphaPerGate, minimumRequests, tolerance, fixedFailures, fixedPasses,
		confidence, mannWhitneyPoints)
	for _, head := range heads() {
		say(out, "%s\n", strings.TrimRight(head, " "))
	}
	noise := ""
	for i := range lines {
		l := &lines[i]
		if title := l.site.String(); title != noise {
			noise = title
			say(out, "%s\n", title)
		}
		columns := []string{l.short()}
		for j := range shown {
			columns = append(columns, l.columns(j))
		}
		say(out, "%s\n", strings.TrimRight(strings.Join(columns, " | "), " "))
	}
}

// heads are the lines above the columns.
func heads() [3]string {
	top := [3]string{"", "requests", ""}
	for i := range top {
		top[i] = fmt.Sprintf("%-14s", top[i])
		for j := range shown {
			top[i] += " | " + [3]string{
				fmt.Sprintf("%-45s", names()[j]),
				fmt.Sprintf("%4s %23s %9s %6s", "roll", "caught with points   ", "promoted", "heal- "),
				fmt.Sprintf("%4s %6s  %6s  %6s  %4s %4s %5s ", "back", "+0.5", "+1", "+5", "+1", "+5", "thy"),
			}[i]
		}
	}
	return top
}

// columns are one judge's part of a line.
func (l *line) columns(j int) string {
	s := &l.scores
	faster := [4]string{" ", " ", " ", " "}
	for i, m := range measures() {
		if l.faster(m, j) {
			faster[i] = "*"
		}
	}
	return fmt.Sprintf("%4s %6s%s %6s%s %6s%s %4s %4s %5s%s", percent(s[identical][j].rolledBackShare()),
		s[halfPoint][j].caughtText(), faster[0], s[onePoint][j].caughtText(), faster[1], s[fivePoints][j].caughtText(), faster[2],
		percent(s[onePoint][j].promotedShare()), percent(s[fivePoints][j].promotedShare()),
		minutes(s[identical][j].promotedMedian(), s[identical][j].promotedShare()), faster[3])
}

// caughtText is which share was caught, and when.
func (s *score) caughtText() string {
	share := s.caughtShare()
	switch {
	case share == 0:
		return minutes(never, share)
	case share < 1:
		return "<1@" + minutes(s.caughtMedian(), share)
	}
	return fmt.Sprintf("%.0f@%s", share, minutes(s.caughtMedian(), share))
}

// minutes is a median of which a share came to its verdict.
func minutes(median int, share float64) string {
	switch {
	case share == 0:
		return "never"
	case median == never:
		return fmt.Sprintf(">%d", lookMinutes)
	}
	return strconv.Itoa(median)
}

// percent writes a share in four places.
func percent(share float64) string {
	switch {
	case share == 0:
		return "0"
	case share < 9.995:
		return strconv.FormatFloat(share, 'f', 2, 64)
	case share < 99.95:
		return strconv.FormatFloat(share, 'f', 1, 64)
	}
	return "100"
}
