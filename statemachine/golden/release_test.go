package golden_test

import (
	"fmt"
	"slices"
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
	for _, title := range []string{"Change Staging", "Route Header", "Shift Traffic", promote, "Invalidate", "Stop Traffic", "Stop Traffic After Promotion", "Restore Primary"} {
		arrows := m.Arrows(title)
		i := slices.IndexFunc(arrows, func(a golden.Arrow) bool {
			return slices.Contains(a.Errors, string(fault.LockLost)) || slices.Contains(a.Errors, statesAll)
		})
		if a := arrows[i]; a.To != finish || a.KeptIn != "$.stranded" {
			t.Errorf("%s: LockLost leads to %q with %s, want %s with $.stranded", title, a.To, a.KeptIn, finish)
		}
	}
}

func TestTheEndsAreThoseOfARelease(t *testing.T) {
	checkEnds(t, releaseMachine(t), release.Promoted, release.Calibrated, release.NothingToRelease, release.Rejected, release.RolledBack, release.NeedsOperator)
}

func TestEveryWayIntoTheEndsPassesFinish(t *testing.T) {
	m := releaseMachine(t)
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			if isEnd(m.States[a.To]) && !slices.Contains(reach(m, finish), title) {
				t.Errorf("%s leads to %s without %s", title, a.To, finish)
			}
		}
	}
}

func TestWaitsAreThoseOfTheReleaseClockwork(t *testing.T) {
	checkWaits(t, releaseMachine(t), map[string]time.Duration{
		"Wait For Viewers": release.LookEvery, "Bake": release.LookEvery, "Wait For Answer": 15 * time.Second,
	})
}

func TestTheWayBackTriesHarder(t *testing.T) {
	checkRetries(t, releaseMachine(t), []string{
		"Stop Traffic", "Stop Traffic After Promotion", "Check Stop", "Restore Primary", "Check Restore", "Check Primary", confirm,
		finish, "Release Lock", "Place Hold", "Recover", "Check Recovery", "Examine Pair", "Judge Primary",
	})
}

func TestSharedLambdasAreToldWhichTaskOfTheReleaseTheyServe(t *testing.T) {
	checkWhich(t, releaseMachine(t), map[string]string{
		"Check Recovery": release.OfRecovery, "Check Staging": release.OfStaging, "Check Traffic": release.OfTraffic,
		"Check Header": release.OfHeader, "Invalidate Again": release.OfRestore,
		"Check Primary": release.OfPromotion, "Check Restore": release.OfRestore, "Check Stop": release.OfStop,
		"Observe": "staging", "Observe Primary": "primary",
		"Announce Start": "release-started", "Announce Step": "step-passed", "Announce Promotion": "promoted", "Announce End": "release-ended",
	})
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
