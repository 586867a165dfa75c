package golden_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// The rules of the release workflow.

const (
	promote      = "Promote"
	promoteAgain = "Promote Again"
	confirm      = "Confirm Promotion"
	finish       = "Finish"
)

// A promotion in doubt may have happened: going back then would report Rolled Back for what every viewer gets.
func TestTheDoorIsOneWay(t *testing.T) {
	m := releaseMachine(t)
	beyond := reach(m, confirm)
	for _, title := range []string{"Stop Traffic", "Change Staging", "Shift Traffic", "Wait For Viewers", promote} {
		if slices.Contains(beyond, title) {
			t.Errorf("%s can be followed by %q", confirm, title)
		}
	}
	for _, title := range []string{promote, promoteAgain} {
		arrows := m.Arrows(title)
		if a := arrows[len(arrows)-1]; a.To != confirm || !slices.Equal(a.Errors, []string{statesAll}) || a.KeptIn != "$.doubt" {
			t.Errorf("%s: got %v to %q with %s as the last Catch, want %s to %s with $.doubt", title, a.Errors, a.To, a.KeptIn, statesAll, confirm)
		}
	}
	for _, a := range m.Arrows(promoteAgain) {
		if a.To != confirm {
			t.Errorf("%s leads to %q on %v, want every way to lead to %s", promoteAgain, a.To, a.Errors, confirm)
		}
	}
}

// Only these say for certain that CloudFront did nothing. Unavailable does because the handler says it only of the calls
// before the promotion itself (TestALostAnswerIsInDoubtAndTheSecondCallFindsThePromotion).
func TestOnlyAPromotionWithoutEffectGoesBackOrIsRetriedOnTheSpot(t *testing.T) {
	m := releaseMachine(t)
	noEffect := []string{
		string(fault.ConfigChanged), string(fault.Refused), string(fault.Throttled), string(fault.NoTrafficProof),
		string(fault.LockLost), string(fault.Unavailable), "Lambda.TooManyRequestsException",
	}
	for _, title := range []string{promote, promoteAgain} {
		for _, r := range m.States[title].Retry {
			for _, name := range r.ErrorEquals {
				if !slices.Contains(noEffect, name) {
					t.Errorf("%s retries %s, after which the promotion may have happened", title, name)
				}
			}
		}
		for _, a := range m.Arrows(title) {
			for _, name := range a.Errors {
				if a.To != confirm && !slices.Contains(noEffect, name) {
					t.Errorf("%s: %s leads to %q, although the promotion may have happened", title, name, a.To)
				}
			}
		}
	}
}

func TestWhoeverLostTheLockWritesNoMore(t *testing.T) {
	m := releaseMachine(t)
	for _, title := range []string{"Change Staging", "Shift Traffic", promote, "Stop Traffic", "Stop Traffic After Promotion", "Restore Primary"} {
		arrows := m.Arrows(title)
		i := slices.IndexFunc(arrows, func(a golden.Arrow) bool {
			return slices.Contains(a.Errors, string(fault.LockLost)) || slices.Contains(a.Errors, statesAll)
		})
		if a := arrows[i]; a.To != finish || a.KeptIn != "$.stranded" {
			t.Errorf("%s: LockLost leads to %q with %s, want %s with $.stranded", title, a.To, a.KeptIn, finish)
		}
	}
}

func TestTheEndsAreThoseOfTheDesign(t *testing.T) {
	var got []string
	for title, s := range releaseMachine(t).States {
		if s.Type == "Succeed" || s.Type == "Fail" {
			got = append(got, title)
		}
	}
	slices.Sort(got)
	want := []string{release.NeedsOperator, release.NothingToRelease, release.Promoted, release.Rejected, release.RolledBack}
	if !slices.Equal(got, want) {
		t.Errorf("got the ends %q, want %q", got, want)
	}
}

func TestEveryWayIntoTheEndsPassesFinish(t *testing.T) {
	m := releaseMachine(t)
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			s := m.States[a.To]
			if (s.Type == "Succeed" || s.Type == "Fail") && !slices.Contains(reach(m, finish), title) {
				t.Errorf("%s leads to %s without %s", title, a.To, finish)
			}
		}
	}
	if slices.Contains(reach(m, "Place Hold"), "Release Lock") {
		t.Error("the lock is released although the pair may be unsafe")
	}
}

func TestWaitsAreThoseOfTheReleaseClockwork(t *testing.T) {
	m := releaseMachine(t)
	want := map[string]time.Duration{"Wait For Viewers": release.LookEvery, "Bake": release.LookEvery, "Wait For Answer": 15 * time.Second}
	for title, s := range m.States {
		if s.Type != "Wait" {
			continue
		}
		d, ok := want[title]
		if !ok {
			d = release.PollEvery
		}
		if got := seconds(s.Seconds); got != d {
			t.Errorf("%s: got %s, want %s", title, got, d)
		}
	}
}

func TestTheWayBackTriesHarder(t *testing.T) {
	m := releaseMachine(t)
	stubborn := []string{
		"Stop Traffic", "Stop Traffic After Promotion", "Check Stop", "Restore Primary", "Check Restore", "Check Primary", confirm,
		finish, "Release Lock", "Place Hold", "Recover", "Check Recovery", "Judge Primary",
	}
	for title, s := range m.States {
		if s.Type != "Task" || title == promote || title == promoteAgain {
			continue
		}
		throttled, transient := 15, 6
		switch {
		case slices.Contains(stubborn, title):
			throttled, transient = 30, 30
		case strings.HasPrefix(title, "Announce "):
			throttled, transient = 3, 3
		}
		if got := attempts(s, fault.Throttled); got != throttled {
			t.Errorf("%s: got %d attempts when throttled, want %d", title, got, throttled)
		}
		for _, name := range []fault.Name{
			fault.Unavailable, "States.Timeout", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
			"Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError",
		} {
			if got := attempts(s, name); got != transient {
				t.Errorf("%s: got %d attempts at %s, want %d", title, got, name, transient)
			}
		}
	}
}

func TestSharedLambdasAreToldWhichTaskTheyServe(t *testing.T) {
	want := map[string]string{
		"Check Recovery": release.OfRecovery, "Check Staging": release.OfStaging, "Check Traffic": release.OfTraffic,
		"Check Primary": release.OfPromotion, "Check Restore": release.OfRestore, "Check Stop": release.OfStop,
		"Observe": "staging", "Observe Primary": "primary",
		"Announce Start": "release-started", "Announce Step": "step-passed", "Announce Promotion": "promoted", "Announce End": "release-ended",
	}
	for title, s := range releaseMachine(t).States {
		if s.Type != "Task" {
			continue
		}
		got, _ := s.Parameters["which"].(string)
		if got != want[title] {
			t.Errorf("%s: got which %q, want %q", title, got, want[title])
		}
	}
}

// Place Hold may fail too: its Fail state still finds a cause.
func TestTheDocumentHasAnOutcomeFromTheStart(t *testing.T) {
	m := releaseMachine(t)
	var got release.Document
	if err := json.Unmarshal([]byte(text(t, m.States[m.StartAt].Parameters)), &got); err != nil {
		t.Fatal(err)
	}
	want := release.Outcome{
		End: release.NeedsOperator, NeedsOperator: true,
		Cause: "The execution ended before it could say why. (runbook: Needs Operator)",
	}
	if got.Outcome != want {
		t.Errorf("got the outcome %+v, want %+v", got.Outcome, want)
	}
	for key, path := range map[string]string{"arn.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "startTime.$": "$$.Execution.StartTime"} {
		execution, ok := m.States[m.StartAt].Parameters["execution"].(map[string]any)
		if !ok || execution[key] != path {
			t.Errorf("got execution %v, want %s from %s", execution, key, path)
		}
	}
}

func TestTheMachineOutlivesTheLongestPlan(t *testing.T) {
	m := releaseMachine(t)
	timeout := seconds(m.TimeoutSeconds)
	if timeout != release.MachineTimeout {
		t.Errorf("got TimeoutSeconds %s, want %s", timeout, release.MachineTimeout)
	}
	var longest time.Duration
	for bake := 1; bake <= 24; bake++ {
		for deployed := 1; deployed <= 6; deployed++ {
			request := fmt.Sprintf(`{"primary":"E2QWRUHAPOMQZL","change":{"kind":"staged"},"ramp":[{"weight":0.1,"observe":"10m"}],"bake":"%dh","deployedWithin":"%dh"}`,
				bake, deployed)
			if plan, err := release.ParsePlan([]byte(request)); err == nil {
				longest = max(longest, plan.Longest())
			}
		}
	}
	if longest < 12*time.Hour || longest >= timeout {
		t.Errorf("got a longest plan of %s, want one of more than half a day that %s outlives", longest, timeout)
	}
}

func releaseMachine(t *testing.T) golden.Machine {
	t.Helper()
	m, err := golden.Parse(golden.Release())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// attempts is how often an error is retried, by the first Retry that names it.
func attempts(s golden.State, name fault.Name) int {
	for _, r := range s.Retry {
		if slices.Contains(r.ErrorEquals, string(name)) {
			return r.MaxAttempts
		}
	}
	return 0
}
