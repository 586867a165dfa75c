package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/statemachine/golden"
)

// recovered are the runs that end without a Catch, so that they cannot make the pair safe themselves: recover does.
func recovered() []Scenario {
	return []Scenario{
		{
			Name: "aborted", Story: "Somebody stops the execution in some state, so no Catch runs: recover makes the pair safe within minutes.",
			Ends:    []Ending{{First, []string{Aborted}}, {recoveryOfFirst(), []string{release.Recovered, release.NothingToRecover}}},
			Prepare: abortSomewhere,
		},
		{
			Name: "timed-out", Story: "The state machine's own time is over in the middle of the ramp: no Catch runs, recover makes the pair safe.",
			Ends:    []Ending{{First, []string{TimedOut}}, {recoveryOfFirst(), []string{release.Recovered}}},
			Prepare: timeOutAfter(25 * time.Minute),
		},
		{
			Name: "runtime-error", Story: "A Lambda answers without what the next Choice looks at: States.Runtime, which no Catch sees; recover makes the pair safe.",
			Ends: []Ending{{First, []string{Broken}}, {recoveryOfFirst(), []string{release.Recovered}}},
			Prepare: func(w *world.World) error {
				instead(w, "Judge Health", func(run func() asl.Result) asl.Result {
					result := run()
					result.Output = json.RawMessage(`{"verdict": "healthy"}`)
					return result
				})
				return nil
			},
		},
		{
			Name: "stopped-mid-write", Story: "The execution is stopped while a Lambda is about to enable the policy, and the write lands 50 seconds later: recover finds it.",
			Ends:    []Ending{{First, []string{Aborted}}, {recoveryOfFirst(), []string{release.Recovered}}},
			Prepare: stopMidWrite,
		},
		{
			Name: "redriven", Story: "A stopped run is redriven after it was recovered and another release has the lock: it writes nothing, the other goes on.",
			Ends: []Ending{
				{First, []string{release.NeedsOperator}}, {recoveryOfFirst(), []string{release.Recovered}}, {second, []string{release.Promoted}},
			},
			Prepare: redriveUnderAnother,
		},
		{
			Name: "hold", Story: "After Needs Operator releases are Rejected, although recover has made the pair safe, until an operator clears the hold.",
			Ends: []Ending{
				{First, []string{release.NeedsOperator}},
				{recoveryOfFirst(), []string{release.Recovered}},
				{"held-release", []string{release.Rejected}},
				{"clear-hold", []string{release.Recovered}},
				{second, []string{release.Promoted}},
			},
			Prepare: holdAndClear,
		},
		{
			Name: "lost-event", Story: "The execution is stopped and its event gets lost: the schedule finds the dead run.",
			Ends:    []Ending{{First, []string{Aborted}}, {"scheduled-recover-1", []string{release.NothingToRecover}}, {"scheduled-recover-2", []string{release.Recovered}}},
			Prepare: loseTheEvent,
		},
	}
}

func recoveryOfFirst() string { return world.RecoveryOf(First, 1) }

// abortSomewhere stops the first execution in a state that the world's seed picks.
func abortSomewhere(w *world.World) error {
	states := []string{
		"Preflight", "Change Staging", "Wait For Staging", "Shift Traffic", "Wait For Traffic", "Wait For Viewers", "Observe",
		"Judge Health", "Prove Traffic Again", "Promote", "Confirm Promotion", "Wait For Primary", "Bake", "Finish",
	}
	at := states[rand.New(rand.NewPCG(w.Seed, 3)).IntN(len(states))]
	stopIn(w, at)
	return nil
}

func stopIn(w *world.World, state string) {
	w.When(state, 1, func(x *asl.Execution) {
		w.Clock.After(50*time.Millisecond, func() { x.Stop("Stopped", "stopped by an operator in "+state) })
	})
}

// timeOutAfter shortens the workflow's timeout, which is of a day and a half.
func timeOutAfter(d time.Duration) func(*world.World) error {
	return func(w *world.World) error {
		long := fmt.Appendf(nil, `"TimeoutSeconds": %d`, int(release.MachineTimeout.Seconds()))
		short := fmt.Appendf(nil, `"TimeoutSeconds": %d`, int(d.Seconds()))
		definition := bytes.Replace(golden.Release(), long, short, 1)
		if bytes.Equal(definition, golden.Release()) {
			return fmt.Errorf("the release workflow has no timeout of %s", release.MachineTimeout)
		}
		machine, err := asl.Load(definition)
		if err != nil {
			return err
		}
		machine.ARN = w.Machines[release.Release].ARN
		w.Machines[release.Release] = machine
		return nil
	}
}

// instead replaces what the Lambda service does with the first execution's first call of a task.
func instead(w *world.World, title string, does func(run func() asl.Result) asl.Result) {
	done := false
	w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		if done || call.State != title || call.Execution.Name() != First {
			return run()
		}
		done = true
		return does(run)
	}
}

// stopMidWrite: the function has read the lock and the policy when the execution is stopped, and writes when recover has
// switched the policy off already.
func stopMidWrite(w *world.World) error {
	w.Transport.Fault = transport.Nth("CloudFront", "UpdateContinuousDeploymentPolicy", 1, transport.Outcome{
		Kind:    transport.Delay,
		Deliver: func(arrive func()) { w.Clock.After(50*time.Second, arrive) },
	})
	stopIn(w, "Shift Traffic")
	return nil
}

func redriveUnderAnother(w *world.World) error {
	stopIn(w, "Observe")
	w.When(release.Recovered, 1, func(*asl.Execution) { start(w, second) })
	redriven := false
	w.Watch(func(x *asl.Execution, e asl.Event) {
		if x.Name() != second || e.StateEntered == nil || e.StateEntered.Name != "Wait For Traffic" || redriven {
			return
		}
		redriven = true
		w.Clock.After(time.Second, func() { _ = w.Executions[0].Redrive() })
	})
	return nil
}

func holdAndClear(w *world.World) error {
	// CloudFront refuses every policy update for a while: Stop Traffic cannot make the pair safe.
	instead(w, "Judge Health", func(func() asl.Result) asl.Result {
		return asl.Result{Failure: &asl.Failure{Error: "Unexpected", Cause: "made up by the scenario"}, Took: time.Second}
	})
	broken := w.Intercept
	w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		if call.State == "Stop Traffic" {
			return asl.Result{Failure: &asl.Failure{Error: "Refused", Cause: "AccessDenied: somebody has taken the permission away"}, Took: time.Second}
		}
		return broken(call, run)
	}
	w.When(release.Recovered, 1, func(*asl.Execution) { start(w, "held-release") })
	w.When(release.Rejected, 1, func(*asl.Execution) {
		w.Clock.After(time.Minute, func() {
			_, _ = w.StartWorkflow(release.Recover, "clear-hold",
				json.RawMessage(fmt.Sprintf(`{"primary": %q, "clearHold": true, "reason": "permission is back, pair looked at"}`, w.Pair.PrimaryID)))
		})
	})
	w.When(release.Recovered, 2, func(*asl.Execution) { start(w, second) })
	return nil
}

func loseTheEvent(w *world.World) error {
	w.LoseEvents = true
	stop := w.Schedule(15 * time.Minute)
	w.When("Wait For Viewers", 9, func(x *asl.Execution) { // between the schedule's first and second run
		w.Clock.After(50*time.Millisecond, func() { x.Stop("Stopped", "stopped by an operator") })
	})
	w.When(release.Recovered, 1, func(*asl.Execution) { stop() })
	return nil
}
