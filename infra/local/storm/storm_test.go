package storm_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/storm"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // hundreds of runs
	debug.SetGCPercent(400)                        // each of which leaves a whole world behind
	os.Exit(m.Run())
}

// told is a storm with everything that happened in it.
func told(plan storm.Plan, bug string) string {
	var b strings.Builder
	r := storm.Run(plan, storm.Options{Bug: bug, Timeline: func(line string) { b.WriteString(line + "\n") }})
	fmt.Fprintln(&b, r.Plan, r.Ends, r.Violations, r.Events, r.Calls, r.Took)
	return b.String()
}

// TestTheSameSeedIsTheSameStorm to the byte, and another seed is another.
func TestTheSameSeedIsTheSameStorm(t *testing.T) {
	t.Parallel()
	seen := map[string]uint64{}
	for seed := range uint64(12) {
		once, twice := told(storm.Draw(seed, ""), ""), told(storm.Draw(seed, ""), "")
		if once != twice {
			t.Errorf("seed %d is another storm the second time", seed)
		}
		if other, known := seen[once]; known {
			t.Errorf("seeds %d and %d are the same storm", other, seed)
		}
		seen[once] = seed
	}
}

// TestManyHandsOverInOrder, whichever core is done first.
func TestManyHandsOverInOrder(t *testing.T) {
	t.Parallel()
	var seeds []uint64
	storm.Many(5, 20, "retire", storm.Options{}, func(r storm.Result) { seeds = append(seeds, r.Plan.Seed) })
	if len(seeds) != 20 || !slices.IsSorted(seeds) || seeds[0] != 5 {
		t.Errorf("got the seeds %v", seeds)
	}
}

// TestOneFaultOfEachKindBreaksNothing, in the middle of a release that would be promoted, and of every other workflow.
func TestOneFaultOfEachKindBreaksNothing(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	for seed := uint64(0); len(kinds) < len(storm.Kinds()) && seed < 5000; seed++ {
		plan := storm.Draw(seed, "")
		for _, f := range plan.Faults {
			if kinds[f.Kind] > 0 {
				continue
			}
			kinds[f.Kind]++
			plan.Faults = []storm.Fault{f}
			if r := storm.Run(plan, storm.Options{}); len(r.Violations) > 0 {
				t.Errorf("%s: %v", r.Plan, r.Violations)
			}
		}
	}
	for _, kind := range storm.Kinds() {
		if kinds[kind] == 0 {
			t.Errorf("no plan has the fault %s", kind)
		}
	}
}

// TestEveryPlantedBugIsFound by the very storm that docs/storm.md names, and every invariant is broken by some bug: one that
// nothing can break would check nothing.
func TestEveryPlantedBugIsFound(t *testing.T) {
	t.Parallel()
	lines := table(t)
	broken := map[string]bool{}
	for _, b := range storm.Bugs() {
		line, ok := lines[b.Name]
		if !ok {
			t.Errorf("docs/storm.md does not name the planted bug %s", b.Name)
			continue
		}
		seed, _ := strconv.ParseUint(line[2], 10, 64)
		r := storm.Run(storm.Draw(seed-1, ""), storm.Options{Bug: b.Name})
		if len(r.Violations) == 0 || r.Violations[0].Invariant != line[3] {
			t.Errorf("%s: storm %d has the violations %v, docs/storm.md says %s (make storm prints the table)", b.Name, seed, r.Violations, line[3])
		}
		for _, v := range r.Violations {
			broken[v.Invariant] = true
		}
	}
	for _, i := range storm.Invariants() {
		if !broken[i.Name] {
			t.Errorf("no planted bug breaks %s, those that are broken are %v", i.Name, slices.Sorted(maps.Keys(broken)))
		}
	}
}

// table is the lines of docs/storm.md about planted bugs, by name.
func table(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/storm.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z0-9-]+) +(\d+)  ([a-z-]+) `).FindAllStringSubmatch(string(page), -1) {
		lines[m[1]] = m
	}
	return lines
}

// TestThePageNamesEverything that a reader of a violation looks up.
func TestThePageNamesEverything(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/storm.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range storm.Invariants() {
		if !strings.Contains(string(page), "**"+i.Name+"**") {
			t.Errorf("docs/storm.md does not explain the invariant %s", i.Name)
		}
	}
	for _, kind := range storm.Kinds() {
		if !strings.Contains(string(page), "`"+kind+"`") {
			t.Errorf("docs/storm.md does not name the fault %s", kind)
		}
	}
}

// TestShrinkLeavesWhatTheViolationNeeds: one of the plan's own faults, none of two more, and one of two executions.
func TestShrinkLeavesWhatTheViolationNeeds(t *testing.T) {
	t.Parallel()
	seed, _, found := storm.Find(bug(t, "no-etag-check"), 0, 2000)
	if !found {
		t.Fatal("the bug is not found")
	}
	plan := storm.Draw(seed, "")
	before := plan.Faults
	plan.Faults = append(slices.Clip(plan.Faults), storm.Fault{Kind: "alarms-unreadable", Target: "Throttling", At: 1, For: 1}, storm.Fault{Kind: "conflicts", Size: 1})
	plan.Runs = append(plan.Runs, storm.Start{Workflow: "recover", Name: "another", Request: `{"primary": "E1PRIMARY"}`, At: 1})
	o := storm.Options{Bug: "no-etag-check"}
	small := storm.Shrink(storm.Run(plan, o), o)
	if len(small.Plan.Faults) != 1 || !slices.Contains(before, small.Plan.Faults[0]) || len(small.Plan.Runs) != 1 || len(small.Violations) == 0 {
		t.Errorf("got %s%v", small.Plan, small.Violations)
	}
}

func bug(t *testing.T, name string) storm.Bug {
	t.Helper()
	for _, b := range storm.Bugs() {
		if b.Name == name {
			return b
		}
	}
	t.Fatalf("there is no bug %s", name)
	return storm.Bug{}
}

// TestEveryWorkflowIsStormed: a workflow that joins the product joins the storm.
func TestEveryWorkflowIsStormed(t *testing.T) {
	t.Parallel()
	sum := storm.NewSum()
	storm.Many(0, 60, "", storm.Options{}, sum.Add)
	started := map[string]bool{}
	for a := range sum.Arrows {
		started[a.Workflow] = true
	}
	for _, workflow := range append(storm.Workflows(), "recover") {
		if !started[workflow] {
			t.Errorf("no execution of %s in sixty storms", workflow)
		}
	}
}
