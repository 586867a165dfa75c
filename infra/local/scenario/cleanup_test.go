package scenario_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

const (
	apply  = `{"apply": true}`
	dryRun = `{}`
	few    = 12 // distributions, two of them with a pair
)

// cleanupOf is a cleanup of an account with a few healthy distributions and the orphans.
func cleanupOf(t *testing.T, request string, orphans ...string) *scenario.Stage {
	t.Helper()
	stage, _ := accountOf(t, request, few, orphans...)
	return stage
}

func accountOf(t *testing.T, request string, healthy int, orphans ...string) (*scenario.Stage, *scenario.Account) {
	t.Helper()
	var a *scenario.Account
	s := scenario.Scenario{
		Name: "small", Workflow: release.Cleanup, Request: request,
		Options: func(o *world.Options) { o.Quiet = true },
		Ends:    []scenario.Ending{ending(release.Cleanup, release.Cleaned)},
		Prepare: func(w *world.World) (err error) { a, err = scenario.NewAccount(w, healthy, orphans); return err },
		Check:   func(*world.World) error { return a.CheckClean() },
	}
	stage, err := s.Build(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return stage, a
}

// cleanupRow is a path of the cleanup workflow that no scenario takes.
type cleanupRow struct {
	request string
	orphans []string
	prepare func(*world.World)
	end     string
	cause   string
	visits  []string
	left    string // what the record says of something that was left
	check   func(*scenario.Account) error
}

func cleanups(t *testing.T, note noting) {
	t.Helper()
	for name, r := range cleanupTable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, a := accountOf(t, r.request, few, r.orphans...)
			if r.prepare != nil {
				r.prepare(stage.World)
			}
			run(t, stage)
			x := stage.Main()
			if got := scenario.End(x); got != r.end {
				t.Errorf("got %s, want %s: %s", got, r.end, x.Cause())
			}
			checkWay(t, x, r.cause, r.visits)
			if r.left != "" && !saysLeft(t, stage.World, x, r.left) {
				t.Errorf("the record does not say %q", r.left)
			}
			if r.check != nil {
				if err := r.check(a); err != nil {
					t.Error(err)
				}
			}
			note(stage, name)
		})
	}
}

func recordOf(t *testing.T, w *world.World, x *asl.Execution) record.Cleanup {
	t.Helper()
	var seen record.Cleanup
	data, found := w.S3.Get(world.Bucket, record.CleanupKey(documentOf(t, x).Execution))
	if !found {
		t.Fatalf("%s has left no record", x.Name())
	}
	if err := json.Unmarshal(data, &seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

// saysLeft: as something that is no orphan, or as the result of one.
func saysLeft(t *testing.T, w *world.World, x *asl.Execution, words string) bool {
	t.Helper()
	seen := recordOf(t, w, x)
	return slices.ContainsFunc(seen.Left, func(l record.Left) bool { return strings.Contains(l.Why, words) }) ||
		slices.ContainsFunc(seen.Results, func(r release.Result) bool { return r.Left && strings.Contains(r.Note, words) })
}

func cleanupTable() map[string]cleanupRow {
	clean, untouched := (*scenario.Account).CheckClean, (*scenario.Account).CheckUntouched
	return map[string]cleanupRow{
		"no orphan":                             {request: apply, end: release.Clean, cause: "There is no orphan", check: untouched},
		"a request with a field nobody knows":   {request: `{"aply": true}`, end: release.Rejected, cause: `unknown field "aply"`, check: untouched},
		"a minimum age that is no protection":   {request: `{"minimumAge": "5m"}`, end: release.Rejected, cause: "must be at least 1h", check: untouched},
		"orphans that are too young":            {request: `{"apply": true, "minimumAge": "72h"}`, orphans: scenario.Orphans()[:15], end: release.Clean, check: untouched},
		"all kinds, in a dry run":               {request: dryRun, orphans: scenario.Orphans(), end: release.OrphansFound, cause: "20 orphans were found", check: untouched},
		"CloudFormation cannot be asked":        {request: apply, orphans: scenario.Orphans()[:15], end: release.Clean, left: "could not be asked", check: untouched, prepare: func(w *world.World) { w.CloudFormation.Refuse("DescribeStackResources", "AccessDenied") }},
		"CloudFormation forgets deleted stacks": {request: apply, orphans: []string{release.OrphanStackDeleted}, end: release.Clean, check: untouched, prepare: func(w *world.World) { w.CloudFormation.ForgetsDeleted = true }},
		"CloudFront asks to slow down": {
			request: apply, orphans: scenario.Orphans()[3:12], end: release.Cleaned, check: clean,
			prepare: func(w *world.World) { w.CloudFront.Throttle = cloudfront.Throttle{Burst: 5, PerSecond: 5} },
			visits:  []string{"Look Around", "Wait For More", "Find Orphans", "Wait For Quota", "Find Pair", "Wait For CloudFront", "Disable Policy"},
		},
		"one orphan cannot be deleted: the others are": {
			request: apply, orphans: []string{release.OrphanStackDeleted, release.OrphanNoPolicy, release.OrphanNoPolicy},
			end: release.NeedsOperator, cause: "1 of 3 orphans could not be taken apart",
			prepare: func(w *world.World) {
				w.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Operation == "DeleteContinuousDeploymentPolicy" {
						return transport.Outcome{Kind: transport.Refuse, Status: 403, Code: "AccessDenied", Message: "not authorized"}
					}
					return transport.Outcome{}
				}
			},
		},
		"an orphan is found a use for while the cleanup runs": {
			request: apply, orphans: []string{release.OrphanUnattached}, end: release.Cleaned, left: "it is attached to E1SITE0003 now",
			prepare: func(w *world.World) {
				w.CloudFront.Switches.AttachChecksFields = false
				w.When("Clean Up", 1, func(*asl.Execution) {
					policies := w.CloudFront.Policies()
					edit(w, "E1SITE0003", func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", unattached(w, policies)) })
				})
			},
		},
		"an orphan is changed while the cleanup runs": {
			request: apply, orphans: []string{release.OrphanNoPolicy}, end: release.Cleaned, left: "it was changed at",
			prepare: func(w *world.World) { w.When("Clean Up", 1, func(*asl.Execution) { edit(w, "E2LOST0000", nil) }) },
		},
		"an orphan is tagged while the cleanup runs": {
			request: apply, orphans: []string{release.OrphanNoPolicy}, end: release.Cleaned, left: "it is to be kept",
			prepare: func(w *world.World) {
				w.When("Clean Up", 1, func(*asl.Execution) { w.CloudFront.Tag("E2LOST0000", "cloudfront-cd:keep", "") })
			},
		},
		"more orphans than one run takes": {
			request: apply, orphans: slices.Repeat([]string{release.OrphanNoPolicy}, release.MaxItems+3), end: release.Cleaned,
			cause: "25 of 28 orphans were dealt with", prepare: func(w *world.World) { w.CloudFront.Limits.Staging = 100 },
		},
	}
}

// unattached is the policy that no primary has, of the orphans: those that are kept come later.
func unattached(w *world.World, policies []string) string {
	attached := map[string]bool{}
	for _, id := range w.CloudFront.Distributions() {
		config, _ := w.CloudFront.Live(id)
		attached[config.Text("ContinuousDeploymentPolicyId")] = true
	}
	i := slices.IndexFunc(policies, func(id string) bool { return !attached[id] })
	return policies[i]
}

// TestTheRecordSaysWhyEachIsAnOrphan, and what a dry run says is what the other does.
func TestTheRecordSaysWhyEachIsAnOrphan(t *testing.T) {
	t.Parallel()
	stage := cleanupOf(t, apply, scenario.Orphans()...)
	run(t, stage)
	if err := stage.Expected(); err != nil {
		t.Fatal(err)
	}
	got := recordOf(t, stage.World, stage.Main())
	kinds := map[string]int{}
	for _, o := range got.Orphans {
		kinds[o.Kind]++
		if o.Why == "" || o.Lock == "" {
			t.Errorf("got %+v, want a reason and a lock", o)
		}
	}
	want := map[string]int{}
	for _, kind := range scenario.Orphans() {
		want[kind]++
	}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("got the kinds %v, want %v", kinds, want)
	}
	if len(got.Results) != len(got.Orphans) || len(got.Left) != 5 {
		t.Errorf("got %d results of %d orphans and %d left, want as many, and 5", len(got.Results), len(got.Orphans), len(got.Left))
	}
	dry := cleanupOf(t, dryRun, scenario.Orphans()...)
	run(t, dry)
	if a, b := fmt.Sprint(recordOf(t, dry.World, dry.Main()).Orphans), fmt.Sprint(got.Orphans); a != b {
		t.Errorf("the dry run reports\n%s\nthe other does\n%s", a, b)
	}
}

// TestTheNextRunGoesOn with what one run could not take.
func TestTheNextRunGoesOn(t *testing.T) {
	t.Parallel()
	stage, a := accountOf(t, apply, few, slices.Repeat([]string{release.OrphanNoPolicy}, release.MaxItems+3)...)
	run(t, stage)
	_ = again(t, stage.World, "tomorrow", release.Cleaned)
	if err := a.CheckClean(); err != nil {
		t.Error(err)
	}
}

// again runs another cleanup to its end.
func again(t *testing.T, w *world.World, name string, want ...string) *asl.Execution {
	t.Helper()
	x, err := w.StartWorkflow(release.Cleanup, name, json.RawMessage(apply))
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.RunUntil(func() bool { return !w.Running() })
	if got := scenario.End(x); !slices.Contains(want, got) {
		t.Errorf("%s: got %s, want %v: %s", name, got, want, x.Cause())
	}
	return x
}

// TestACleanupThatIsStoppedAnywhereIsFinishedByTheNext, which starts ten minutes later.
func TestACleanupThatIsStoppedAnywhereIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	stoppedAnywhere(t, func(t *testing.T, w *world.World, _ *asl.Execution) *asl.Execution {
		t.Helper()
		w.Clock.Advance(10 * time.Minute)
		return again(t, w, "next", release.Cleaned, release.Clean)
	})
}

// TestACleanupThatIsStoppedAnywhereCanBeRedriven: what it had done of the Map stays done, the rest goes on where it was.
func TestACleanupThatIsStoppedAnywhereCanBeRedriven(t *testing.T) {
	t.Parallel()
	stoppedAnywhere(t, func(t *testing.T, w *world.World, x *asl.Execution) *asl.Execution {
		t.Helper()
		w.Clock.Advance(3 * time.Minute)
		if err := x.Redrive(); err != nil {
			t.Error(err)
		}
		w.Clock.RunUntil(func() bool { return !w.Running() })
		if got := scenario.End(x); got != release.Cleaned {
			t.Errorf("it ended %s: %s", got, x.Cause())
		}
		return x
	})
}

// stoppedAnywhere stops a cleanup in each of its states, as it enters it and a moment later, when a function has had its effect
// but not answered; lets somebody finish it, and wants nothing left to clean up.
func stoppedAnywhere(t *testing.T, finish func(*testing.T, *world.World, *asl.Execution) *asl.Execution) {
	t.Helper()
	kinds := []string{release.OrphanStackDeleted, release.OrphanStackDeleted, release.OrphanUnattached, release.OrphanNoPolicy}
	whole := cleanupOf(t, apply, kinds...)
	run(t, whole)
	states := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(visited(whole.Main())))), func(title string) bool {
		return slices.Contains(release.Ends(), title)
	})
	for _, title := range states {
		for _, after := range []time.Duration{0, 50 * time.Millisecond} {
			if after > 0 && title == "Which End?" {
				continue // it has ended by then
			}
			t.Run(fmt.Sprintf("%s, after %s", title, after), func(t *testing.T) {
				t.Parallel()
				stage, a := accountOf(t, apply, few, kinds...)
				w, x := stage.World, stage.Main()
				stop := func() { x.Stop("Stopped", "by the test") }
				w.When(title, 1, func(*asl.Execution) {
					if after == 0 {
						stop()
						return
					}
					w.Clock.After(after, stop)
				})
				w.Clock.RunUntil(func() bool { return !w.Running() })
				if x.Status() != asl.Aborted {
					t.Fatalf("it was not stopped, but is %s", x.Status())
				}
				finished := finish(t, w, x)
				if err := a.CheckClean(); err != nil {
					t.Errorf("%s\n%s", err, text(t, recordOf(t, w, finished)))
				}
			})
		}
	}
	t.Logf("a cleanup was stopped in each of %d states", len(states))
}

func text(t *testing.T, seen record.Cleanup) string {
	t.Helper()
	seen.Distributions, seen.Verdicts = nil, nil
	data, err := json.MarshalIndent(seen, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTwoCleanupsAtOnceDoNoHarm: each does what the other has not locked.
func TestTwoCleanupsAtOnceDoNoHarm(t *testing.T) {
	t.Parallel()
	for _, apart := range []time.Duration{0, 90 * time.Second, 10 * time.Minute, 31 * time.Minute} {
		t.Run(apart.String(), func(t *testing.T) {
			t.Parallel()
			stage, a := accountOf(t, apply, few, scenario.Orphans()...)
			w := stage.World
			w.Clock.Advance(apart)
			second, err := w.StartWorkflow(release.Cleanup, "beside", json.RawMessage(apply))
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.RunUntil(func() bool { return !w.Running() })
			for _, x := range []*asl.Execution{stage.Main(), second} {
				if got := scenario.End(x); got != release.Cleaned {
					t.Errorf("%s: got %s: %s", x.Name(), got, x.Cause())
				}
			}
			if err := a.CheckClean(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestACleanupLeavesWhatADeadMaintenanceHasTakenApart: recover has freed its lock, and the next maintenance goes on.
func TestACleanupLeavesWhatADeadMaintenanceHasTakenApart(t *testing.T) {
	t.Parallel()
	for _, never := range []bool{false, true} { // CloudFront detaches no policy: maintenance deletes it
		t.Run(fmt.Sprintf("CloudFront never detaches: %t", never), func(t *testing.T) {
			t.Parallel()
			w := worldFor(t, release.Maintenance, never)
			w.Clock.Advance(2 * time.Hour)
			w.When("Wait For Operator", 1, func(x *asl.Execution) {
				w.Clock.After(time.Second, func() { x.Stop("Stopped", "by the test") })
			})
			const maintenance = `{"primary": "E1PRIMARY", "minutes": 2}`
			if x := runWorkflow(t, w, release.Maintenance, "first", maintenance); scenario.End(x) != scenario.Aborted || w.Locked() {
				t.Fatalf("got %s, locked %t", scenario.End(x), w.Locked())
			}
			x := runWorkflow(t, w, release.Cleanup, "cleanup", `{"apply": true, "minimumAge": "1h"}`)
			if scenario.End(x) != release.Clean || !saysLeft(t, w, x, "start it again") {
				t.Fatalf("got %s: %s", scenario.End(x), x.Cause())
			}
			if x = runWorkflow(t, w, release.Maintenance, "second", maintenance); scenario.End(x) != release.Maintained {
				t.Fatalf("got %s: %s", scenario.End(x), x.Cause())
			}
			checkPair(t, w, "second")
		})
	}
}

// TestRequestsGrowLinearly, and none of them changes what is healthy; being asked to slow down only takes longer.
func TestRequestsGrowLinearly(t *testing.T) {
	t.Parallel()
	measure := func(healthy int, throttle cloudfront.Throttle) (look, all int, took time.Duration) {
		stage, a := accountOf(t, apply, healthy, scenario.Orphans()...)
		stage.World.CloudFront.Throttle = throttle
		run(t, stage)
		if err := stage.Expected(); err != nil {
			t.Error(err)
		}
		if err := a.CheckHealthy(); err != nil {
			t.Error(err)
		}
		for _, c := range stage.World.Transport.Log() {
			if c.Service == "CloudFront" {
				all++
			}
		}
		x := stage.Main()
		return documentOf(t, x).Look.Requests, all, x.StopDate().Sub(x.StartDate())
	}
	small, allSmall, quick := measure(290, cloudfront.Throttle{})
	large, allLarge, _ := measure(2990, cloudfront.Throttle{})
	if perSmall, perLarge := float64(small)/300, float64(large)/3000; perLarge > 1.1*perSmall || perSmall > 1.2 {
		t.Errorf("got %.2f requests for each of 300 distributions and %.2f for each of 3,000", perSmall, perLarge)
	}
	if each := float64(allLarge-allSmall) / 2700; each > 1.2 {
		t.Errorf("got %.2f more requests for each distribution more, what is done about orphans included", each)
	}
	_, _, slow := measure(290, cloudfront.Throttle{Burst: 5, PerSecond: 5})
	if slow < quick || slow > quick+2*time.Hour {
		t.Errorf("got %s at five requests a second and %s without a limit", slow, quick)
	}
	t.Logf("to look at 300 distributions took %d requests, at 3,000 %d; all the work %d and %d; the whole cleanup took %s, and %s at five requests a second",
		small, large, allSmall, allLarge, quick, slow)
}
