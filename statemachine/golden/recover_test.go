package golden_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// The rules of the recover workflow.

const (
	nobodyIsDead   = "Nobody Is Dead"
	findDeadRun    = "Find Dead Run"
	recoverAtOnce  = "Recover At Once"
	waitForLambdas = "Wait For Lambdas"
	clearHold      = "Clear Hold"
	stranded       = "$.stranded"
)

func recoverMachine(t *testing.T) golden.Machine {
	t.Helper()
	return machines(t)[release.Recover]
}

// tasks are the tasks among the titles, in alphabetical order.
func tasks(m golden.Machine, titles []string) []string {
	var found []string
	for _, title := range titles {
		if m.States[title].Type == "Task" {
			found = append(found, title)
		}
	}
	slices.Sort(found)
	return found
}

func TestTheEndsAreThoseOfARecovery(t *testing.T) {
	checkEnds(t, recoverMachine(t), release.Recovered, release.NothingToRecover, release.Rejected, release.NeedsOperator)
}

// Where nobody has died there is nothing to finish.
func TestOnlyWhereNobodyHasDiedFinishIsLeftOut(t *testing.T) {
	m := recoverMachine(t)
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			if isEnd(m.States[a.To]) && !slices.Contains(reach(m, finish), title) && title != nobodyIsDead {
				t.Errorf("%s leads to %s without %s", title, a.To, finish)
			}
		}
	}
}

// Until the lock is its own, a recover execution may run beside any number of others.
func TestWithoutTheLockNothingIsWrittenButThePolicyOff(t *testing.T) {
	m := recoverMachine(t)
	want := map[string]string{
		"Validate Request": "${validaterequest}", findDeadRun: "${finddeadrun}", // which only read
		recoverAtOnce: "${recover}",   // which looks at the lock first
		clearHold:     "${clearhold}", // only where nobody has died, see below
	}
	got := tasks(m, reach(m, m.StartAt, acquireLock, finish))
	for _, title := range got {
		if runs := m.States[title].Resource; runs != want[title] {
			t.Errorf("%s runs %s before %s, want no task but %v", title, runs, acquireLock, want)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got the tasks %q before %s, want those of %v", got, acquireLock, want)
	}
}

func TestTheFirstTryIsNotTheLast(t *testing.T) {
	m := recoverMachine(t)
	for _, a := range m.Arrows(recoverAtOnce) {
		if a.To != waitForLambdas || a.KeptIn != "" {
			t.Errorf("%s leads to %q on %v and keeps it in %q, want every way to lead to %s as if nothing had happened",
				recoverAtOnce, a.To, a.Errors, a.KeptIn, waitForLambdas)
		}
	}
	if under := m.States["Recover"].Resource; under != m.States[recoverAtOnce].Resource {
		t.Errorf("got %s under the lock, want the same again as at once", under)
	}
	if slices.Contains(reach(m, acquireLock, "Recover", finish), "Examine Pair") {
		t.Error("the pair is examined although nobody has made sure under the lock that the policy is off")
	}
}

// A Lambda of the dead run may still be writing until StaleAfter: it may enable the policy after the first try.
func TestTheLockIsTakenOnlyWhenNoLambdaOfTheDeadRunCanBeWriting(t *testing.T) {
	m := recoverMachine(t)
	if slices.Contains(reach(m, m.StartAt, waitForLambdas), acquireLock) {
		t.Errorf("%s can be reached without %s", acquireLock, waitForLambdas)
	}
	if slices.Contains(reach(m, m.StartAt, recoverAtOnce), acquireLock) {
		t.Errorf("%s can be reached without %s: viewers come first", acquireLock, recoverAtOnce)
	}
	if got := seconds(m.States[waitForLambdas].Seconds); got < release.StaleAfter {
		t.Errorf("%s: got %s, want at least %s", waitForLambdas, got, release.StaleAfter)
	}
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			if a.To == recoverAtOnce && (title != "Dead Run Found?" || a.Variable != "$.dead.found") {
				t.Errorf("%s leads to %s, which is for a run that was found dead", title, recoverAtOnce)
			}
		}
	}
}

func TestWhatADeadRunIsTakenForIsAskedInThisOrder(t *testing.T) {
	want := []golden.Arrow{
		{To: recoverAtOnce, Variable: "$.dead.found"},
		{To: "Wait For Status", Variable: "$.dead.wait"},
		{To: clearHold, Variable: "$.dead.clearHold"},
		{To: nobodyIsDead},
	}
	same := func(a, b golden.Arrow) bool { return a.To == b.To && a.Variable == b.Variable }
	if got := recoverMachine(t).Arrows("Dead Run Found?"); !slices.EqualFunc(got, want, same) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhoeverIsFasterIsLeftToIt(t *testing.T) {
	m := recoverMachine(t)
	arrows := m.Arrows(acquireLock)
	i := slices.IndexFunc(arrows, func(a golden.Arrow) bool { return slices.Contains(a.Errors, string(fault.LockHeld)) })
	if i < 0 || arrows[i].To != finish || arrows[i].KeptIn != "$.failure" {
		t.Errorf("got %+v, want %s led to %s with $.failure", arrows, fault.LockHeld, finish)
	}
	// The clocks of Lambda and of Step Functions need not agree on when the run has been dead for long enough.
	if got := attempts(m.States[acquireLock], fault.LockHeld); got != 5 {
		t.Errorf("got %d attempts at %s, want 5", got, fault.LockHeld)
	}
}

// A recovery that failed halfway must never be passed off as one that had nothing to do.
func TestWhateverFailsUnderTheLockNeedsAnOperator(t *testing.T) {
	m := recoverMachine(t)
	under := tasks(m, reach(m, acquireLock, finish))
	if len(under) < 5 {
		t.Errorf("got only the tasks %q under the lock", under)
	}
	for _, title := range append(under, findDeadRun) {
		if title == clearHold { // the pair is safe: all that fails is what the operator has asked for
			continue
		}
		arrows := m.Arrows(title)
		if a := arrows[len(arrows)-1]; a.To != finish || a.KeptIn != stranded || !slices.Equal(a.Errors, []string{statesAll}) {
			t.Errorf("%s: got %v to %q with %s as the last Catch, want %s to %s with %s", title, a.Errors, a.To, a.KeptIn, statesAll, finish, stranded)
		}
		for _, a := range arrows {
			if a.KeptIn == "$.failure" && !slices.Equal(a.Errors, []string{string(fault.LockHeld)}) {
				t.Errorf("%s keeps %v in %s", title, a.Errors, a.KeptIn)
			}
		}
	}
	if a := m.Arrows(finish); a[len(a)-1].To != placeHold || a[len(a)-1].KeptIn != stranded {
		t.Errorf("%s: got %+v, want its failure led to %s with %s", finish, a, placeHold, stranded)
	}
}

func TestAHoldIsClearedOnlyWhereItWasAskedFor(t *testing.T) {
	m := recoverMachine(t)
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			if a.To == clearHold && a.Variable != "$.dead.clearHold" {
				t.Errorf("%s leads to %s on %q, want only on what an operator has asked for", title, clearHold, a.Variable)
			}
		}
	}
	for _, a := range m.Arrows(clearHold) {
		if a.To != finish || a.Errors != nil && a.KeptIn != "$.failure" {
			t.Errorf("%s leads to %q on %v with %s, want %s with $.failure", clearHold, a.To, a.Errors, a.KeptIn, finish)
		}
	}
}

func TestWaitsAreThoseOfTheRecoverClockwork(t *testing.T) {
	checkWaits(t, recoverMachine(t), map[string]time.Duration{waitForLambdas: release.StaleAfter, "Wait For Status": 15 * time.Second})
}

func TestMakingThePairSafeTriesHarder(t *testing.T) {
	checkRetries(t, recoverMachine(t), []string{
		findDeadRun, acquireLock, "Recover", "Check Recovery", "Examine Pair", finish, releaseLock, placeHold,
	})
}

func TestSharedLambdasAreToldWhichTaskOfTheRecoveryTheyServe(t *testing.T) {
	checkWhich(t, recoverMachine(t), map[string]string{
		recoverAtOnce: "at-once", "Check Recovery": release.OfRecovery, "Announce End": "recover-ended",
	})
}

// The timeout ends an execution without a Catch: the schedule's next one would have to start again.
func TestTheMachineOutlivesAPropagation(t *testing.T) {
	plan, err := release.ParseRecovery([]byte(`{"primary":"E2QWRUHAPOMQZL"}`))
	if err != nil {
		t.Fatal(err)
	}
	timeout := seconds(recoverMachine(t).TimeoutSeconds)
	if least := plan.DeployedWithin.Std() + release.KnownWithin + release.StaleAfter; timeout != release.RecoverTimeout || timeout <= least {
		t.Errorf("got TimeoutSeconds %s, want %s, which is longer than %s", timeout, release.RecoverTimeout, least)
	}
}

// A scheduled run's output is looked at by whoever wonders what the schedule does.
func TestTheEndWithoutFinishSaysSo(t *testing.T) {
	var got release.Outcome
	s := recoverMachine(t).States[nobodyIsDead]
	if err := json.Unmarshal([]byte(text(t, s.Parameters)), &got); err != nil {
		t.Fatal(err)
	}
	if want := (release.Outcome{End: release.NothingToRecover, NothingToRecover: true}); got != want || s.Parameters["cause.$"] != "$.dead.note" {
		t.Errorf("got %+v with %v, want %+v and the cause from $.dead.note", got, s.Parameters, want)
	}
	if string(s.ResultPath) != `"$.outcome"` {
		t.Errorf("got ResultPath %s", s.ResultPath)
	}
}
