package main

import (
	"io"
	"slices"
	"strings"

	"cloudfront-cd/infra/local/storm"
	"cloudfront-cd/internal/release"
)

// lastLines is how much of a timeline a violation shows; --verbose has all of it.
const lastLines = 60

// tellViolation shows the smallest storm that breaks the same invariant, with what happened last in it.
func tellViolation(out io.Writer, r storm.Result) {
	say(out, "VIOLATED by seed %d: %s\n", r.Plan.Seed, r.Violations[0])
	small := storm.Shrink(r, storm.Options{})
	say(out, "The shortest schedule that still breaks it (%d of %d faults, %d of %d executions):\n%s",
		len(small.Plan.Faults), len(r.Plan.Faults), len(small.Plan.Runs), len(r.Plan.Runs), small.Plan)
	var lines []string
	storm.Run(small.Plan, storm.Options{Timeline: func(line string) { lines = append(lines, line) }})
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "VIOLATED") })
	if at < 0 {
		at = len(lines) - 1
	}
	for _, line := range lines[max(0, at-lastLines) : at+1] {
		say(out, "  %s\n", line)
	}
	say(out, "All of it: make storm SEED=%d VERBOSE=1\n\n", r.Plan.Seed)
}

func tellSum(out io.Writer, sum *storm.Sum) {
	say(out, "%d storms, %d of them calm: %d executions, %d history events, %d calls of AWS, %.0f days simulated\n",
		sum.Storms, sum.Calm, sum.Executions, sum.Events, sum.Calls, sum.Took.Hours()/24)
	for _, end := range sum.EndsByNumber() {
		say(out, "  %7d  %s\n", sum.Ends[end], end)
	}
	say(out, "\nInvariants, checked at every event (%d violated):\n", len(sum.Broken))
	for _, i := range storm.Invariants() {
		say(out, "  %-24s %s\n", i.Name, i.Says)
	}
}

// tellCoverage says what was covered, and whether that is everything.
func tellCoverage(out io.Writer, sum *storm.Sum) bool {
	say(out, "\nFaults × workflows: how often each began while an execution ran, and in how many of the %d states\n", storm.AllStates())
	say(out, "  %-28s", "")
	for _, workflow := range release.Workflows() {
		say(out, "%12s", workflow)
	}
	say(out, "%10s\n", "states")
	for _, kind := range storm.Kinds() {
		say(out, "  %-28s", kind)
		for _, workflow := range release.Workflows() {
			say(out, "%12d", sum.Struck(kind, workflow))
		}
		say(out, "%10d\n", sum.States(kind))
	}
	all, missing := storm.AllArrows(), sum.NotTaken()
	say(out, "\nArrows taken under faults: %d of %d\n", len(all)-len(missing), len(all))
	for _, a := range missing {
		say(out, "  never taken: %s\n", a)
	}
	say(out, "Switches turned: %d\n", len(sum.Turns))
	for _, name := range append(sum.NotTurned(), sum.NotStruck()...) {
		say(out, "  never: %s\n", name)
	}
	return len(missing)+len(sum.NotTurned())+len(sum.NotStruck()) == 0
}

// tellBugs looks for every planted bug in the same storms.
func tellBugs(out io.Writer, s settings) bool {
	say(out, "\nPlanted bugs, and the storms until each was found\n")
	all := true
	for _, f := range storm.FindAll(s.from, s.seeds) {
		if f.Storms == 0 {
			say(out, "  %-24s not found         %s\n", f.Bug.Name, f.Bug.Says)
			all = false
			continue
		}
		say(out, "  %-24s %6d  %-24s %s\n", f.Bug.Name, f.Storms, f.Breaks.Invariant, f.Bug.Says)
	}
	return all
}
