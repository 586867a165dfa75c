package scenario_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// apartTable are paths of the retire workflow that no scenario takes.
func apartTable() map[string]row {
	return map[string]row{
		"CloudFront asks to slow down": {
			scenario: "retire", end: release.Retired, visits: []string{"Find Pair", "Wait For CloudFront", "Find Pair", "Disable Policy"},
			prepare: func(w *world.World) { w.CloudFront.Throttle = cloudfront.Throttle{Burst: 5, PerSecond: 5} },
		},
		"a request that names no primary": {
			scenario: "retire", request: `{"primary": "my site"}`, end: release.Rejected, cause: "InvalidRequest",
		},
		"a request with a field that nobody knows": {
			scenario: "retire", request: `{"primary": "E1PRIMARY", "force": true}`, end: release.Rejected, cause: `unknown field "force"`,
		},
		"a primary that is to be kept": {
			scenario: "retire", end: release.Rejected, cause: "cloudfront-cd:keep",
			prepare: func(w *world.World) { w.CloudFront.Tag(world.PrimaryID, account.KeepTag, "") },
		},
		"a staging distribution that is to be kept": {
			scenario: "retire", end: release.Rejected, cause: "cloudfront-cd:keep",
			prepare: func(w *world.World) { w.CloudFront.Tag(world.StagingID, account.KeepTag, "") },
		},
		"a policy on the keep-list": {
			scenario: "retire", end: release.Rejected, cause: "keep.json",
			prepare: func(w *world.World) { put(w, record.KeepKey, record.KeepList{Policies: []string{w.Pair.Policy.ID}}) },
		},
		"a keep-list that nobody can read": {
			scenario: "retire", end: release.Rejected, cause: "what is to be kept is not known",
			prepare: func(w *world.World) { put(w, record.KeepKey, "everything") },
		},
		"somebody switches the policy on again": {
			scenario: "retire", end: release.NeedsOperator, cause: "start retire again",
			prepare: func(w *world.World) {
				w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachNever
				w.When("Delete Policy", 1, func(*asl.Execution) { setPolicy(w, "true") })
			},
		},
	}
}

// TestARetiredPairIsRetiredAgainWithoutAWrite: stages that are repeated stay green.
func TestARetiredPairIsRetiredAgainWithoutAWrite(t *testing.T) {
	t.Parallel()
	stage := begin(t, "retire", "")
	run(t, stage)
	writes := len(ours(stage.World))
	x, err := stage.World.StartWorkflow(release.Retire, "again", []byte(`{"primary": "E1PRIMARY"}`))
	if err != nil {
		t.Fatal(err)
	}
	stage.World.Clock.RunUntil(func() bool { return !stage.World.Running() })
	if got := scenario.End(x); got != release.Retired || len(ours(stage.World)) != writes {
		t.Errorf("got %s with %d more writes, want %s without", got, len(ours(stage.World))-writes, release.Retired)
	}
	if took := x.StopDate().Sub(x.StartDate()); took > 10*time.Minute {
		t.Errorf("it took %s", took)
	}
}

// TestARetireThatIsStoppedAnywhereIsFinishedByTheNext, whether the schedule's recover comes in between or not, which takes the
// lock and the policy off, as after any death.
func TestARetireThatIsStoppedAnywhereIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	whole := begin(t, "retire", "")
	run(t, whole)
	states := map[string]bool{}
	for _, title := range visited(whole.Main()) {
		states[title] = !slices.Contains(release.Ends(), title)
	}
	for title, stop := range states {
		for _, recovered := range []bool{false, true} {
			if !stop {
				continue
			}
			t.Run(fmt.Sprintf("%s, recovered %t", title, recovered), func(t *testing.T) {
				t.Parallel()
				stage := begin(t, "retire", "")
				w := stage.World
				w.When(title, 1, func(x *asl.Execution) {
					w.Clock.After(50*time.Millisecond, func() { x.Stop("Stopped", "by the test") })
				})
				run(t, stage)
				w.Clock.Advance(10 * time.Minute)
				if recovered {
					recoverAfterRetire(t, w)
				}
				again := runWorkflow(t, w, release.Retire, "again", `{"primary": "E1PRIMARY"}`)
				if got := scenario.End(again); got != release.Retired {
					t.Errorf("got %s: %s", got, again.Cause())
				}
				if err := stage.Check(w); err != nil {
					t.Error(err)
				}
			})
		}
	}
	t.Logf("a retire was stopped in each of %d states", len(states)-1)
}

// recoverAfterRetire is the recover execution that the schedule starts after the death of a retire.
func recoverAfterRetire(t *testing.T, w *world.World) {
	t.Helper()
	locked := w.Locked()
	x := runWorkflow(t, w, release.Recover, "scheduled", `{"primary": "E1PRIMARY", "reason": "schedule"}`)
	want := map[bool]string{true: release.Recovered, false: release.NothingToRecover}[locked]
	if got := scenario.End(x); got != want {
		t.Fatalf("recover: got %s, want %s: %s", got, want, x.Cause())
	}
	if w.Locked() {
		t.Error("the lock is held after recover")
	}
	for _, id := range w.CloudFront.Policies() {
		if policy, _ := w.CloudFront.LivePolicy(id); policy.Enabled && locked {
			t.Error("the policy is on after recover")
		}
	}
}
