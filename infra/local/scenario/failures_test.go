package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/statemachine/golden"
)

// trouble is one way in which the Lambda service treats a task.
type trouble struct {
	name string
	// once strikes the first invocation only; else every one.
	once bool
	does func(run func() asl.Result) asl.Result
}

// troubles: fail before the effect, lose the answer after it, run twice, and fail for good.
func troubles() []trouble {
	before := func(name fault.Name) func(func() asl.Result) asl.Result {
		return func(func() asl.Result) asl.Result {
			return asl.Result{Failure: &asl.Failure{Error: string(name), Cause: "said the test"}, Took: time.Second}
		}
	}
	after := func(name fault.Name, took time.Duration) func(func() asl.Result) asl.Result {
		return func(run func() asl.Result) asl.Result {
			run()
			return asl.Result{Failure: &asl.Failure{Error: string(name), Cause: "said the test"}, Took: took}
		}
	}
	return []trouble{
		{"fails once", true, before(fault.Unavailable)},
		{"dies once after its effect", true, after("Runtime.ExitError", time.Second)},
		{"times out once after its effect", true, after("Sandbox.Timedout", release.LambdaTimeout)},
		{"outlives its timeout once, its effect done", true, func(run func() asl.Result) asl.Result {
			result := run()
			result.Took = 2 * release.LambdaTimeout
			return result
		}},
		{"runs twice", true, func(run func() asl.Result) asl.Result { run(); return run() }},
		{"fails for good", false, before(fault.Unexpected)},
		{"dies for good after its effect", false, after("Runtime.ExitError", time.Second)},
	}
}

// failures strikes every task of a workflow with every trouble, on a path that reaches it, and demands a right end each
// time: its own scenario's where the trouble passes, else the end to which the arrows of the failure lead.
func failures(t *testing.T, workflow string, text []byte, note noting) {
	t.Helper()
	definition, err := golden.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, title := range definition.Order() {
		if definition.States[title].Type != "Task" {
			continue
		}
		for _, tr := range troubles() {
			count++
			t.Run(title+" "+tr.name, func(t *testing.T) {
				t.Parallel()
				stage := stageReaching(t, workflow, title)
				if !tr.once {
					stage.Check = nil
				}
				if title == "Clear Hold" {
					stage.Ends, stage.Check = stage.Ends[:4], nil // what follows needs it to succeed
				}
				leadTo(stage, workflow, title)
				strike(stage.World, workflow, title, tr)
				run(t, stage)
				want := wanted(definition, title, tr, stage)
				if got := scenario.End(stage.Main()); !slices.Contains(want, got) {
					t.Errorf("got %s, want %v: %s", got, want, stage.Main().Cause())
				}
				checkAftermath(t, stage)
				note(stage, title+" "+tr.name)
			})
		}
	}
	t.Logf("%d failures of tasks of %s were played through", count, workflow)
}

func stageReaching(t *testing.T, workflow, title string) *scenario.Stage {
	t.Helper()
	if workflow == release.Cleanup {
		return cleanupOf(t, apply, release.OrphanStackDeleted, release.OrphanStackDeleted)
	}
	return build(t, reaching(workflow, title), 1)
}

// reaching is a scenario whose path comes to the task.
func reaching(workflow, title string) string {
	if workflow == release.Recover {
		switch title {
		case "Place Hold":
			return "edit-during-bake"
		case "Clear Hold":
			return "hold"
		}
		return "timed-out"
	}
	if workflow == release.Enroll || workflow == release.Maintenance {
		return workflow
	}
	if workflow == release.Retire {
		switch title {
		case "Check Recovery", "Examine Pair", "Place Hold":
			return "retire-interrupted"
		}
		return "retire"
	}
	switch title {
	case "Check Recovery", "Examine Pair":
		return "stale-lock"
	case "Stop Traffic", "Check Stop":
		return "bad-release"
	case "Restore Primary", "Check Restore":
		return "regression-after-promote"
	case "Place Hold":
		return "edit-during-bake"
	case "Promote Again":
		return "lost-request"
	case "Check Content", "Carry Assets", "Route Header", "Check Header", "Smoke Test", "Invalidate", "Check Invalidation":
		return "content"
	case "Invalidate Again":
		return "content-regression"
	}
	return "healthy"
}

// leadTo makes enroll and maintenance come to a task that they pass by on their scenarios' ways, and leaves out the release
// that follows.
func leadTo(stage *scenario.Stage, workflow, title string) {
	if workflow != release.Enroll && workflow != release.Maintenance {
		return
	}
	stage.Ends, stage.Check = stage.Ends[:1], nil
	switch title {
	case "Check Recovery", "Examine Pair":
		put(stage.World, record.LockKey(stage.World.Pair.PrimaryID), record.Holder{Execution: deadExecution, Name: "dead"})
	case "Delete Policy":
		stage.World.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachNever
	case "Place Hold":
		refusing("UpdateDistribution", "AccessDenied")(stage.World)
		stage.Ends = []scenario.Ending{ending(workflow, release.NeedsOperator)}
	}
}

// deadExecution is one that Step Functions does not know any more.
const deadExecution = "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:dead"

func strike(w *world.World, workflow, title string, tr trouble) {
	struck, before := false, w.Intercept
	w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		if before != nil {
			invoke := run
			run = func() asl.Result { return before(call, invoke) }
		}
		if call.State != title || call.Execution.Machine() != w.Machines[workflow] || tr.once && struck {
			return run()
		}
		struck = true
		return tr.does(run)
	}
}

// wanted follows the arrow of the failure to its end.
func wanted(definition golden.Machine, title string, tr trouble, stage *scenario.Stage) []string {
	usual := stage.Ends[len(stage.Ends)-1].Titles
	if tr.once {
		return usual
	}
	catch := definition.States[title].Catch
	last := catch[len(catch)-1]
	kept := strings.Trim(string(last.ResultPath), `"`)
	switch {
	case title == "Promote":
		return usual // the door is looked at, and Promote Again does the rest
	case title == "Promote Again":
		if strings.Contains(tr.name, "after its effect") {
			return usual // Confirm Promotion reads it
		}
		return []string{release.NeedsOperator}
	case kept == "null" && title != "Note Result":
		return usual // it changes nothing
	case last.Next == "Stop Traffic" || last.Next == "Judge Health":
		return []string{release.RolledBack}
	case title == "Note Result" && strings.Contains(tr.name, "after its effect"):
		return usual // the note is there
	case last.Next == "Report", last.Next == "Announce Cleanup", last.Next == "Orphan Done", last.Next == "Release Lock":
		return []string{release.NeedsOperator}
	case last.Next == "Finish" && kept == "$.failure":
		return []string{release.Rejected}
	case last.Next == "Finish", last.Next == "Place Hold", last.Next == "Needs Operator":
		return []string{release.NeedsOperator}
	}
	return usual
}

// TestAnyLambdaRunTwiceDoesNoMoreThanOnce is promise 4 for every task: the writes of a run in which each task is invoked
// twice are those of the run in which each is invoked once.
func TestAnyLambdaRunTwiceDoesNoMoreThanOnce(t *testing.T) {
	for _, name := range []string{"healthy", "bad-release", "regression-after-promote", "stale-lock", "nothing-to-release", "content", "retire", "cleanup"} {
		t.Run(name, func(t *testing.T) {
			once := build(t, name, 1)
			run(t, once)
			twice := build(t, name, 1)
			twice.World.Intercept = func(_ asl.Call, run func() asl.Result) asl.Result { run(); return run() }
			run(t, twice)
			got, want := fmt.Sprint(operations(ours(twice.World))), fmt.Sprint(operations(ours(once.World)))
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if got, want := scenario.End(twice.Main()), scenario.End(once.Main()); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
