package main

import "io"

// What our judge has promised: in every cell at most so many percent wrong, and a large regression caught in so many minutes
// where a release has as much weight and traffic as there may be.
const (
	mostWrong  = 1.0
	soonEnough = 5
)

// writeSummary prints the worst cells of each judge, whether ours keeps its promises, and where a peer is faster. It returns
// whether they are kept.
func writeSummary(out io.Writer, lines []line) bool {
	say(out, "\nWorst line of each judge\n")
	for j, name := range names() {
		for _, f := range failings() {
			worst := worstOf(lines, func(l *line) float64 { return f.share(l, j) })
			where := worst.String()
			if f.share(worst, j) == 0 {
				where = "on every line"
			}
			say(out, "  %-28s %-16s %4s %%  %s\n", name, f.name, percent(f.share(worst, j)), where)
			name = ""
		}
	}
	say(out, "\nPromises of ours\n")
	all := true
	for _, p := range promises(lines) {
		say(out, "  %-7s %s\n", map[bool]string{true: "kept", false: "MISSED"}[p.kept], p.text)
		all = all && p.kept
	}
	writeFaster(out, lines)
	return all
}

// failing is a way for a judge to be wrong.
type failing struct {
	name  string
	share func(l *line, j int) float64
}

func failings() []failing {
	return []failing{
		{"rolled back", func(l *line, j int) float64 { return l.scores[identical][j].rolledBackShare() }},
		{"promoted with +1", func(l *line, j int) float64 { return l.scores[onePoint][j].promotedShare() }},
		{"promoted with +5", func(l *line, j int) float64 { return l.scores[fivePoints][j].promotedShare() }},
	}
}

// worstOf is the first line with the largest share.
func worstOf(lines []line, share func(*line) float64) *line {
	worst := &lines[0]
	for i := range lines {
		if share(&lines[i]) > share(worst) {
			worst = &lines[i]
		}
	}
	return worst
}
