package main

import "fmt"

// promise is one of ours, and whether the lines show it kept.
type promise struct {
	text string
	kept bool
}

func promises(lines []line) []promise {
	rolledBack, promoted, slowest, tried := 0.0, 0.0, 0, 0
	for i := range lines {
		l := &lines[i]
		rolledBack = max(rolledBack, l.scores[identical][ours].rolledBackShare())
		promoted = max(promoted, l.scores[onePoint][ours].promotedShare())
		if l.weight == 15 && l.perSecond == 500 {
			tried++
			slowest = max(slowest, l.scores[fivePoints][ours].caughtMedian())
		}
	}
	all := []promise{
		{fmt.Sprintf("at most %g %% of identical sides rolled back on every line: at most %s %%", mostWrong, percent(rolledBack)), rolledBack <= mostWrong},
		{fmt.Sprintf("at most %g %% promoted with +1 point on every line: at most %s %%", mostWrong, percent(promoted)), promoted <= mostWrong},
	}
	if tried > 0 {
		all = append(all, promise{
			fmt.Sprintf("+5 points at 15 %% of 500/s caught by minute %d in the median: by minute %s at the latest", soonEnough, minutes(slowest, 1)),
			slowest <= soonEnough,
		})
	}
	return all
}
