package main

import "cloudfront-cd/internal/judge"

// rule is a judge as a simulated release sees it. It may say something else after every minute: the first verdict decides,
// and whether it has ever said unhealthy is counted by itself.
type rule interface {
	// start forgets the release before.
	start(c cell, pastDispersion float64)
	// look is told the next minute.
	look(m minute) judge.Verdict
}

// Places of the judges.
const (
	ours = iota
	consecutive
	mannWhitney
	inAll
	judges
)

// shown are the judges that have columns in the table; the last has a line in the summary.
const shown = inAll

func rules() [judges]rule {
	return [judges]rule{
		ours:        &oursRule{},
		consecutive: &fixedRule{consecutive: true},
		mannWhitney: &mannWhitneyRule{},
		inAll:       &fixedRule{},
	}
}

// names of the judges.
func names() [judges]string {
	return [judges]string{
		ours:        "ours",
		consecutive: "fixed threshold, 5 in a row",
		mannWhitney: "Mann-Whitney every minute",
		inAll:       "fixed threshold, 5 in all",
	}
}
