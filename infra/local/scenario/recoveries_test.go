package scenario_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// recovery is a path of the recover workflow that no scenario takes.
type recovery struct {
	scenario string // to start from
	request  string
	prepare  func(*world.World)
	ends     []scenario.Ending
	visits   []string // of the last of ends, in this order, others in between
	cause    string   // what its outcome says
	check    func(*testing.T, *world.World)
}

const recoverFirst = "recover-release"

func ending(execution, title string) scenario.Ending {
	return scenario.Ending{Execution: execution, Titles: []string{title}}
}

func recoveries(t *testing.T, note noting) {
	t.Helper()
	for name, r := range recoveryTable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := begin(t, r.scenario, r.request)
			if r.prepare != nil {
				r.prepare(stage.World)
			}
			stage.Ends, stage.Check = r.ends, nil
			run(t, stage)
			if err := stage.Expected(); err != nil {
				t.Error(err)
			}
			x := stage.Main()
			checkWay(t, x, r.cause, r.visits)
			if r.check != nil {
				r.check(t, stage.World)
			}
			note(stage, name)
		})
	}
}

// stopAtLook stops the first release while it judges its first step.
func stopAtLook(w *world.World) {
	w.When("Judge Health", 2, func(x *asl.Execution) {
		w.Clock.After(time.Millisecond, func() { x.Stop("Stopped", "by the test") })
	})
}

func redriveIn(w *world.World, title string, after time.Duration) {
	w.When(title, 1, func(*asl.Execution) {
		w.Clock.After(after, func() {
			if err := w.Executions[0].Redrive(); err != nil {
				panic(err)
			}
		})
	})
}

func startRecover(w *world.World, name, request string) {
	if _, err := w.StartWorkflow(release.Recover, name, json.RawMessage(request)); err != nil {
		panic(err)
	}
}

func recoveryTable() map[string]recovery {
	clear := `{"primary": "E1PRIMARY", "clearHold": true, "reason": "looked at"}`
	return map[string]recovery{
		"Step Functions shows the end late": {
			prepare: func(w *world.World) { w.StepFunctions.Lag = 40 * time.Second; stopAtLook(w) },
			ends:    []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			visits:  []string{"Wait For Status", "Find Dead Run", "Recover At Once"},
		},
		"the run dies while its smoke test's header is routed": {
			scenario: "content",
			prepare: func(w *world.World) {
				w.When("Smoke Test", 1, func(x *asl.Execution) {
					w.Clock.After(time.Millisecond, func() { x.Stop("Stopped", "by the test") })
				})
			},
			ends: []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			check: func(t *testing.T, w *world.World) {
				t.Helper()
				policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
				if policy.Enabled || policy.Type != cloudfront.SingleWeight || policy.MaximumTTL != w.Pair.Policy.MaximumTTL {
					t.Errorf("got the policy %+v, want it off and routing as it was found", policy)
				}
			},
		},
		"the run was redriven before recover looked: it goes on": {
			prepare: func(w *world.World) {
				stopAtLook(w)
				w.Watch(func(x *asl.Execution, e asl.Event) {
					if x.Name() == scenario.First && e.ExecutionAborted != nil {
						w.Clock.After(500*time.Millisecond, func() { _ = x.Redrive() })
					}
				})
			},
			ends:   []scenario.Ending{ending(scenario.First, release.Promoted), ending(recoverFirst, release.NothingToRecover)},
			visits: []string{"Wait For Status", "Find Dead Run", "Dead Run Found?", "Nothing To Recover"},
		},
		"the run is redriven after the policy was switched off: it goes back": {
			prepare: func(w *world.World) { stopAtLook(w); redriveIn(w, "Wait For Lambdas", 30*time.Second) },
			ends:    []scenario.Ending{ending(scenario.First, release.RolledBack), ending(recoverFirst, release.NothingToRecover)},
			visits:  []string{"Wait For Lambdas", "Acquire Lock", "Finish", "Nothing To Recover"}, cause: "LockHeld",
		},
		"the run is redriven when recover has the lock: it writes nothing": {
			prepare: func(w *world.World) { stopAtLook(w); redriveIn(w, "Wait For Recovery", time.Second) },
			ends:    []scenario.Ending{ending(scenario.First, release.NeedsOperator), ending(recoverFirst, release.Recovered)},
			check: func(t *testing.T, w *world.World) {
				t.Helper()
				if w.Held() {
					t.Error("a run that had lost its lock has placed a hold")
				}
			},
		},
		"an operator starts a second recover beside the first: one of them does it": {
			prepare: func(w *world.World) {
				stopAtLook(w)
				w.When("Wait For Lambdas", 1, func(*asl.Execution) { startRecover(w, "by-hand", `{"primary": "E1PRIMARY", "reason": "alarm"}`) })
			},
			ends: []scenario.Ending{
				ending(scenario.First, scenario.Aborted),
				{Execution: recoverFirst, Titles: []string{release.Recovered, release.NothingToRecover}},
				{Execution: "by-hand", Titles: []string{release.Recovered, release.NothingToRecover}},
			},
			check: oneRecovered,
		},
		"a next release takes the lock first: recover leaves the pair to it": {
			prepare: func(w *world.World) {
				stopAtLook(w)
				w.When("Wait For Lambdas", 1, func(*asl.Execution) {
					w.Clock.After(release.StaleAfter-time.Second, func() { _, _ = w.Start("next", json.RawMessage(example)) })
				})
			},
			ends: []scenario.Ending{
				ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.NothingToRecover), ending("next", release.Promoted),
			},
		},
		"a next release that comes while the dead run's Lambda may still be writing is refused": {
			scenario: "stopped-mid-write",
			prepare: func(w *world.World) {
				w.When("Wait For Lambdas", 1, func(*asl.Execution) {
					w.Clock.After(30*time.Second, func() { _, _ = w.Start("next", json.RawMessage(example)) })
				})
			},
			ends: []scenario.Ending{
				ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered), ending("next", release.Rejected),
			},
			cause: "may still be writing",
		},
		"a request that names no primary is rejected": {
			prepare: func(w *world.World) {
				w.When("Preflight", 1, func(*asl.Execution) { startRecover(w, "by-hand", `{"primary": "my site", "clearhold": true}`) })
			},
			ends: []scenario.Ending{ending(scenario.First, release.Promoted), ending("by-hand", release.Rejected)}, cause: "InvalidRequest",
		},
		"a release that was refused for its request has left nothing": {
			request: `{"primary": "my site"}`,
			ends:    []scenario.Ending{ending(scenario.First, release.Rejected), ending(recoverFirst, release.NothingToRecover)},
			visits:  []string{"Validate Request", "Finish", "Which End?", "Nothing To Recover"}, cause: "cannot have taken a lock",
		},
		"somebody has detached the policy meanwhile": {
			prepare: func(w *world.World) {
				w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
				stopAtLook(w)
				w.When("Find Dead Run", 1, func(*asl.Execution) {
					edit(w, world.PrimaryID, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", "") })
				})
			},
			ends:   []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			visits: []string{"Recover", "Wait For Recovery", "Recovery Deployed?", "Examine Pair"},
		},
		"somebody has deleted the primary meanwhile": {
			prepare: func(w *world.World) {
				stopAtLook(w)
				refuseFrom(w, "Find Dead Run", "GetDistributionConfig", "NoSuchDistribution")
			},
			ends:   []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			visits: []string{"Recover", "Anything To Recover?", "Examine Pair"}, cause: "The primary is gone.",
		},
		"somebody has deleted the policy meanwhile": {
			prepare: func(w *world.World) {
				stopAtLook(w)
				refuseFrom(w, "Find Dead Run", "GetContinuousDeploymentPolicy", "NoSuchContinuousDeploymentPolicy")
			},
			ends:   []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			visits: []string{"Recover", "Wait For Recovery", "Examine Pair"},
		},
		"reads lag so far behind that the dead run's last write is not seen": {
			scenario: "stopped-mid-write",
			prepare: func(w *world.World) {
				w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudFront.ReadLag = 75 * time.Second })
			},
			ends: []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)},
			check: func(t *testing.T, w *world.World) {
				t.Helper()
				if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled {
					t.Error("the policy is enabled")
				}
			},
		},
		"a next release finds what a dead one had not taken back": {
			scenario: "regression-after-promote",
			prepare: func(w *world.World) {
				w.LoseEvents = true
				refuseFrom(w, "Restore Primary", "UpdateDistribution", "Throttling")
				w.When("Restore Primary", 1, func(x *asl.Execution) {
					w.Clock.After(time.Second, func() { x.Stop("Stopped", "by the test") })
					w.Clock.After(4*time.Minute, func() { _, _ = w.Start("next", json.RawMessage(example)) })
				})
			},
			ends:   []scenario.Ending{ending(scenario.First, scenario.Aborted), ending("next", release.NeedsOperator)},
			visits: []string{"Recover", "Examine Pair", "Preflight", "Finish", "Place Hold"}, cause: "was found worse",
			check: func(t *testing.T, w *world.World) {
				t.Helper()
				if !w.Held() {
					t.Error("no hold was placed")
				}
			},
		},
		"a hold is not cleared while viewers may get staging": {
			scenario: "edit-during-bake",
			prepare: func(w *world.World) {
				w.When(release.NeedsOperator, 2, func(*asl.Execution) {
					w.Clock.After(time.Minute, func() { _ = w.S3.Delete(world.Bucket, "locks/E1PRIMARY.json"); setPolicy(w, "true") })
					w.Clock.After(time.Hour, func() { startRecover(w, "by-hand", clear) })
				})
			},
			ends: []scenario.Ending{
				ending(scenario.First, release.NeedsOperator), ending(recoverFirst, release.NeedsOperator), ending("by-hand", release.Rejected),
			},
			cause: "is enabled, viewers get staging",
		},
		"an operator keeps what is live after a regression": {
			scenario: "edit-during-bake",
			prepare: func(w *world.World) {
				w.When(release.NeedsOperator, 2, func(*asl.Execution) {
					w.Clock.After(time.Minute, func() { startRecover(w, "by-hand", clear) })
				})
			},
			ends: []scenario.Ending{
				ending(scenario.First, release.NeedsOperator), ending(recoverFirst, release.NeedsOperator), ending("by-hand", release.Recovered),
			},
			visits: []string{"Examine Pair", "Hold To Clear?", "Clear Hold", "Finish"}, cause: "is cleared: looked at",
			check: func(t *testing.T, w *world.World) {
				t.Helper()
				if w.Held() || w.Locked() {
					t.Errorf("hold %t, lock %t, want none", w.Held(), w.Locked())
				}
			},
		},
		"a hold that is not there is nothing to clear": {
			prepare: func(w *world.World) {
				w.When(release.Promoted, 1, func(*asl.Execution) { startRecover(w, "by-hand", clear) })
			},
			ends: []scenario.Ending{ending(scenario.First, release.Promoted), ending("by-hand", release.Recovered)}, cause: "There is no hold",
		},
	}
}

// refuseFrom refuses an operation for good once an execution has come to a state.
func refuseFrom(w *world.World, title, operation, code string) {
	refused := false
	w.When(title, 1, func(*asl.Execution) { refused = true })
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if refused && c.Operation == operation {
			return transport.Outcome{Kind: transport.Refuse, Status: 404, Code: code, Message: "said the test"}
		}
		return transport.Outcome{}
	}
}

func oneRecovered(t *testing.T, w *world.World) {
	t.Helper()
	n := 0
	for _, x := range w.Executions {
		if scenario.End(x) == release.Recovered {
			n++
		}
	}
	if n != 1 || w.Locked() {
		t.Errorf("%d executions recovered, lock held %t; want one, and a free lock", n, w.Locked())
	}
}

// TestPromise3TheScheduleTriesUntilAllIsWell: CloudFront refuses every update for an hour, so that recover itself ends as
// Needs Operator; the schedule tries again and again, and what the dead run had found is not forgotten over it.
func TestPromise3TheScheduleTriesUntilAllIsWell(t *testing.T) {
	stage := withHeader(t, "healthy")
	w := stage.World
	stopAtLook(w)
	var until time.Time
	w.When("Judge Health", 2, func(*asl.Execution) {
		until = w.Clock.Now().Add(2 * time.Hour)
		w.Transport.Fault = func(c transport.Call) transport.Outcome {
			if c.Operation == "UpdateContinuousDeploymentPolicy" && w.Clock.Now().Before(until) {
				return transport.Outcome{Kind: transport.Refuse, Status: 403, Code: "AccessDenied", Message: "no permission"}
			}
			return transport.Outcome{}
		}
	})
	stop := w.Schedule(15 * time.Minute)
	w.When(release.Recovered, 1, func(*asl.Execution) { stop() })
	stage.Ends, stage.Check = []scenario.Ending{{Execution: scenario.First}, {Execution: "scheduled-recover-9"}}, nil
	run(t, stage)
	failed, recovered := 0, 0
	for _, x := range w.Executions[1:] {
		switch scenario.End(x) {
		case release.NeedsOperator:
			failed++
		case release.Recovered:
			recovered++
		}
	}
	if failed < 6 || recovered != 1 {
		t.Errorf("got %d recovers that failed and %d that recovered, want many and one", failed, recovered)
	}
	policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
	if policy.Enabled || policy.Type != cloudfront.SingleHeader || w.Locked() || !w.Held() {
		t.Errorf("got policy %+v, lock %t, hold %t; want it off with its header, no lock, and the hold kept", policy, w.Locked(), w.Held())
	}
}

// TestPromise3TwoRecoversAtTheSameInstantDoNoHarm, whatever the seed makes of their order.
func TestPromise3TwoRecoversAtTheSameInstantDoNoHarm(t *testing.T) {
	for seed := range uint64(20) {
		stage := build(t, "healthy", seed)
		w := stage.World
		stopAtLook(w)
		w.When("Find Dead Run", 1, func(*asl.Execution) { startRecover(w, "by-hand", `{"primary": "E1PRIMARY"}`) })
		stage.Ends = []scenario.Ending{{Execution: scenario.First}, {Execution: recoverFirst}, {Execution: "by-hand"}}
		run(t, stage)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { oneRecovered(t, w) })
	}
}
