package main

import "io"

func report(out io.Writer, p plan, lines []line) (bool, error) {
	for _, l := range lines {
		say(out, "%s\n", l.cell)
		for j := range judges {
			s := &l.scores
			say(out, "  %-28s rb %.2f  c.5 %.1f@%d c1 %.1f@%d c5 %.1f@%d  p1 %.2f p5 %.2f  h %.1f@%d\n", names()[j], s[0][j].rolledBackShare(),
				s[1][j].caughtShare(), s[1][j].caughtMedian(), s[2][j].caughtShare(), s[2][j].caughtMedian(), s[3][j].caughtShare(), s[3][j].caughtMedian(),
				s[2][j].promotedShare(), s[3][j].promotedShare(), s[0][j].promotedShare(), s[0][j].promotedMedian())
		}
	}
	return true, nil
}
