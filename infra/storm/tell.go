package main

import (
	"io"
	"slices"
	"strconv"
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
	tellFaults(out, sum)
	tellStates(out, sum)
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

// tellFaults has a line for each kind of fault.
func tellFaults(out io.Writer, sum *storm.Sum) {
	states := storm.States()
	say(out, "\nFaults × workflows: how often each began while an execution ran, and in how many of the %d states\n", len(states))
	say(out, "  %-31s", "")
	for _, workflow := range release.Workflows() {
		say(out, "%12s", workflow)
	}
	say(out, "%10s\n", "states")
	for i, kind := range storm.Kinds() {
		say(out, "  %2d %-28s", i+1, kind)
		for _, workflow := range release.Workflows() {
			say(out, "%12d", sum.Struck(kind, workflow))
		}
		say(out, "%10d\n", sum.States(kind))
	}
}

// tellStates has a line for each state, in which each column is a fault.
func tellStates(out io.Writer, sum *storm.Sum) {
	kinds := storm.Kinds()
	say(out, "\nFaults × states: how often each began while an execution was there (+ is more than nine times), by the numbers above\n")
	for _, digit := range []int{10, 1} {
		say(out, "  %-42s", "")
		for i := range kinds {
			say(out, "%d", (i+1)/digit%10)
		}
		say(out, "\n")
	}
	for _, state := range storm.States() {
		say(out, "  %-12s%-30s", state.Workflow, state.State)
		for _, kind := range kinds {
			say(out, "%s", times(sum.Strikes[storm.Strike{Kind: kind, Workflow: state.Workflow, State: state.State}]))
		}
		say(out, "\n")
	}
}

// times is a number in one place.
func times(n int) string {
	const most = 9
	switch {
	case n == 0:
		return "·"
	case n > most:
		return "+"
	}
	return strconv.Itoa(n)
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
