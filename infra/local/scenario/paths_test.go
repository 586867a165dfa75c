package scenario_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// TestPaths runs whole releases through the golden state machines, and in the end demands that every arrow of them was taken.
func TestPaths(t *testing.T) {
	var mu sync.Mutex
	taken := map[way]string{}
	note := func(stage *scenario.Stage, by string) {
		mu.Lock()
		defer mu.Unlock()
		for _, x := range stage.World.Executions {
			for _, a := range x.Taken() {
				taken[way{workflowOf(stage.World, x), a}] = by
			}
		}
	}
	t.Run("scenarios", func(t *testing.T) { scenarios(t, note) })
	t.Run("rows", func(t *testing.T) { rows(t, table(), note) })
	t.Run("cleanups", func(t *testing.T) { cleanups(t, note) })
	t.Run("apart", func(t *testing.T) { rows(t, apartTable(), note) })
	t.Run("together", func(t *testing.T) { rows(t, togetherTable(), note) })
	t.Run("recoveries", func(t *testing.T) { recoveries(t, note) })
	for name, definition := range golden.All() {
		t.Run("failures of "+name, func(t *testing.T) { failures(t, name, definition, note) })
	}
	for workflow, definition := range golden.All() {
		m, err := asl.Load(definition)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range m.States() {
			for _, a := range info.Arrows {
				if _, ok := taken[way{workflow, a}]; !ok {
					t.Errorf("no path of %s took the arrow %s → %s (%s %s)", workflow, a.From, a.To, a.Kind, a.Errors)
				}
			}
		}
	}
}

// way is an arrow of a workflow.
type way struct {
	workflow string
	asl.Arrow
}

func workflowOf(w *world.World, x *asl.Execution) string {
	for name, m := range w.Machines {
		if x.Machine() == m {
			return name
		}
	}
	return ""
}

type noting func(stage *scenario.Stage, by string)

// seeds of every scenario; "aborted" stops in another state for each.
const (
	seeds      = 3
	abortSeeds = 30
)

func scenarios(t *testing.T, note noting) {
	t.Helper()
	for _, s := range scenario.All() {
		n := seeds
		switch s.Name {
		case "aborted":
			n = abortSeeds
		case "content-50000":
			n = 0 // it takes its time: TestEveryScenarioReadsWell of the demo runs it, and the test of the budget
		}
		for seed := range n {
			t.Run(fmt.Sprintf("%s seed %d", s.Name, seed+1), func(t *testing.T) {
				t.Parallel()
				stage := build(t, s.Name, uint64(seed+1))
				run(t, stage)
				if err := stage.Expected(); err != nil {
					t.Error(err)
				}
				checkAftermath(t, stage)
				note(stage, s.Name)
			})
		}
	}
}

// row is a path that no scenario of the demo takes.
type row struct {
	scenario string // to start from; empty is healthy
	request  string
	prepare  func(*world.World)
	end      string
	cause    string   // what the outcome's cause says
	visits   []string // in this order, others in between
	after    time.Duration
	finding  string // that the record names
}

func rows(t *testing.T, table map[string]row, note noting) {
	t.Helper()
	for name, r := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := begin(t, r.scenario, r.request)
			if r.prepare != nil {
				r.prepare(stage.World)
			}
			run(t, stage)
			x := stage.Main()
			if got := scenario.End(x); got != r.end {
				t.Errorf("got %s, want %s: %s", got, r.end, x.Cause())
			}
			checkWay(t, x, r.cause, r.visits)
			if took := x.StopDate().Sub(x.StartDate()); r.after > 0 && took > r.after {
				t.Errorf("it took %s, want at most %s", took, r.after)
			}
			checkFinding(t, stage.World, x, r.finding)
			checkAftermath(t, stage)
			note(stage, name)
		})
	}
}

// begin builds a scenario, the healthy one unless it is named, with a request of its own unless that is empty.
func begin(t *testing.T, name, request string) *scenario.Stage {
	t.Helper()
	s, ok := scenario.Find(cmp.Or(name, "healthy"))
	if !ok {
		t.Fatalf("there is no scenario %q", name)
	}
	in := scenario.Inputs{Seed: 1}
	if request != "" {
		in.Request = []byte(request)
	}
	stage, err := s.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// checkWay compares what an execution says of its end, and the states on the way there.
func checkWay(t *testing.T, x *asl.Execution, cause string, visits []string) {
	t.Helper()
	if got := documentOf(t, x).Outcome.Cause; !strings.Contains(got, cause) {
		t.Errorf("got cause %q, want it to say %q", got, cause)
	}
	if missing := notInOrder(visited(x), visits); missing != "" {
		t.Errorf("%s was not visited in its turn: %v", missing, slices.Compact(visited(x)))
	}
}

// notInOrder is the first of wanted that does not follow the one before it.
func notInOrder(titles, wanted []string) string {
	for _, w := range wanted {
		i := slices.Index(titles, w)
		if i < 0 {
			return w
		}
		titles = titles[i+1:]
	}
	return ""
}

// TestAHealthyReleaseVisitsTheBoxesInOrder is the picture, as an operator follows it with a finger.
func TestAHealthyReleaseVisitsTheBoxesInOrder(t *testing.T) {
	stage := build(t, "healthy", 1)
	run(t, stage)
	var got []string
	for _, title := range visited(stage.Main()) {
		if !slices.Contains(got, title) {
			got = append(got, title)
		}
	}
	want := strings.Split(strings.TrimSpace(healthyPath), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if took := stage.Main().StopDate().Sub(stage.Main().StartDate()); took < 40*time.Minute || took > 70*time.Minute {
		t.Errorf("a healthy release of the example took %s", took)
	}
	if end := scenario.End(stage.Main()); end != release.Promoted {
		t.Errorf("got %s", end)
	}
}

const healthyPath = `
Receive Request
Validate Request
Acquire Lock
Recover
Anything To Recover?
Preflight
Preflight Passed?
Content Release?
Announce Start
Change Staging
Wait For Staging
Check Staging
Staging Deployed?
Anything To Release?
Smoke Test Wanted?
Shift Traffic
Wait For Traffic
Check Traffic
Traffic Deployed?
Wait For Viewers
Check Pair
Prove Traffic
Observe
Judge Health
Verdict?
Announce Step
Prove Traffic Again
Still Flowing?
Promote
Confirm Promotion
Promotion Confirmed?
Announce Promotion
Stop Traffic After Promotion
Wait For Primary
Check Primary
Primary Deployed?
Caches To Invalidate?
Bake
Observe Primary
Judge Primary
Primary Healthy?
Finish
Pair Safe?
Release Lock
Announce End
Which End?
Promoted
`
