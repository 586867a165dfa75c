package golden_test

import (
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// The rules of the retire and cleanup workflows.

const (
	findPair  = "Find Pair"
	cleanUp   = "Clean Up"
	report    = "Report"
	keepsPair = "Pair To Keep?"
)

func apartMachines(t *testing.T) map[string]golden.Machine {
	t.Helper()
	all := machines(t)
	return map[string]golden.Machine{release.Retire: all[release.Retire], release.Cleanup: all[release.Cleanup]}
}

// order is the only order that CloudFront takes.
func order() []string {
	return []string{
		findPair, "Disable Policy", "Check Policy", "Detach Policy", "Check Detach", "Delete Policy", "Disable Staging", "Check Staging", "Delete Staging",
	}
}

func TestTheEndsAreThoseOfRetireAndCleanup(t *testing.T) {
	m := apartMachines(t)
	checkEnds(t, m[release.Retire], release.Retired, release.Rejected, release.NeedsOperator)
	checkEnds(t, m[release.Cleanup], release.Clean, release.Cleaned, release.OrphansFound, release.Rejected, release.NeedsOperator)
}

func TestAPairIsTakenApartInTheOnlyOrderThatWorks(t *testing.T) {
	for name, m := range apartMachines(t) {
		for i, title := range order() {
			if i == 0 {
				continue
			}
			if slices.Contains(reach(m, m.StartAt, order()[i-1]), title) {
				t.Errorf("%s: %s can be reached without %s", name, title, order()[i-1])
			}
		}
	}
}

// Whatever was written is everywhere before the next write, or CloudFront refuses that.
func TestEachStepWaitsForTheOneBefore(t *testing.T) {
	for name, m := range apartMachines(t) {
		for _, question := range []string{"Policy Off?", "Policy Detached?", "Staging Disabled?"} {
			arrows := m.Arrows(question)
			if len(arrows) != 2 || arrows[0].Variable != "$.deployed.deployed" || m.States[arrows[1].To].Type != "Wait" {
				t.Errorf("%s: %s has the arrows %+v, want one on $.deployed.deployed and a wait", name, question, arrows)
			}
		}
	}
}

func TestNothingIsTouchedWithoutTheLock(t *testing.T) {
	for name, m := range apartMachines(t) {
		for _, title := range order() {
			if slices.Contains(reach(m, m.StartAt, acquireLock), title) {
				t.Errorf("%s: %s can be reached without %s", name, title, acquireLock)
			}
		}
	}
}

func TestTheStepsAreTheSameInBoth(t *testing.T) {
	m := apartMachines(t)
	for _, title := range order() {
		a, b := m[release.Retire].States[title], m[release.Cleanup].States[title]
		if a.Resource != b.Resource || a.Comment != b.Comment || text(t, a.Retry) != text(t, b.Retry) || text(t, a.Parameters) != text(t, b.Parameters) {
			t.Errorf("%s differs: got %+v in retire and %+v in cleanup", title, a, b)
		}
	}
}

// live.Settling: each may last a while after CloudFront reports Deployed.
func TestRefusalsThatPassAreRetriedByWhateverWrites(t *testing.T) {
	for name, m := range apartMachines(t) {
		for title, s := range m.States {
			writes := slices.Contains([]string{"Disable Policy", "Detach Policy", "Delete Policy", "Disable Staging", "Delete Staging"}, title)
			if got := attempts(s, fault.StillInUse) > 0; got != writes {
				t.Errorf("%s: %s retries %s: got %t, want %t", name, title, fault.StillInUse, got, writes)
			}
		}
	}
}

func TestADryRunComesToNoOrphan(t *testing.T) {
	m := apartMachines(t)[release.Cleanup]
	if got := reach(m, m.StartAt, cleanUp); slices.Contains(got, acquireLock) || slices.Contains(got, findPair) {
		t.Errorf("got %q without %s", got, cleanUp)
	}
	for title := range m.States {
		for _, a := range m.Arrows(title) {
			if a.To == cleanUp && m.States[title].Within == "" && a.Variable != "$.orphans.apply" {
				t.Errorf("%s leads to %s on %q, want only on $.orphans.apply", title, cleanUp, a.Variable)
			}
		}
	}
}

// A failing end inside of a Map ends the Map: one orphan's failure would stop the others.
func TestOneOrphanAtATimeAndNoneStopsTheOthers(t *testing.T) {
	m := apartMachines(t)[release.Cleanup]
	if got := m.States[cleanUp]; got.Type != "Map" || got.MaxConcurrency != 1 || got.ItemsPath != "$.orphans.items" || string(got.ResultPath) != "null" {
		t.Errorf("got %+v", got)
	}
	inside := 0
	for title, s := range m.States {
		if s.Within == "" {
			continue
		}
		inside++
		if isEnd(s) {
			t.Errorf("%s ends the Map", title)
		}
		for _, a := range m.Arrows(title) {
			if m.States[a.To].Within == "" && a.To != cleanUp {
				t.Errorf("%s leads out of the Map to %s", title, a.To)
			}
		}
	}
	if inside < len(order()) {
		t.Errorf("got only %d states inside of the Map", inside)
	}
}

func TestAPairThatIsKeptLosesNothing(t *testing.T) {
	m := apartMachines(t)[release.Cleanup]
	arrows := m.Arrows(keepsPair)
	if len(arrows) != 2 || arrows[0].Variable != "$.parts.keepPair" || arrows[0].To != releaseLock || arrows[1].To != "Detach Policy" {
		t.Errorf("got %+v", arrows)
	}
	if slices.Contains(reach(m, m.StartAt, keepsPair), "Detach Policy") {
		t.Errorf("Detach Policy can be reached without %s", keepsPair)
	}
}

func TestWhateverHappensIsReported(t *testing.T) {
	m := apartMachines(t)[release.Cleanup]
	if got := reach(m, m.StartAt, report); slices.ContainsFunc(got, func(title string) bool { return isEnd(m.States[title]) }) {
		t.Errorf("an end can be reached without %s: %q", report, got)
	}
}

func TestWaitsAreThoseOfTheClockwork(t *testing.T) {
	m := apartMachines(t)
	checkWaits(t, m[release.Retire], map[string]time.Duration{"Wait For CloudFront": release.LookOnAfter})
	checkWaits(t, m[release.Cleanup], map[string]time.Duration{
		"Wait For CloudFront": release.LookOnAfter, "Wait For More": release.LookOnAfter, "Wait For Quota": release.LookOnAfter,
	})
}

func TestTakingApartTriesHarder(t *testing.T) {
	m := apartMachines(t)
	checkRetries(t, m[release.Retire], append(order()[1:], "Recover", "Check Recovery", "Examine Pair", finish, releaseLock, placeHold))
	checkRetries(t, m[release.Cleanup], append(order()[1:], "Look Around", "Find Orphans", releaseLock, "Note Result", report))
}

func TestSharedLambdasAreToldWhichTaskOfTakingApartTheyServe(t *testing.T) {
	m := apartMachines(t)
	checkWhich(t, m[release.Retire], map[string]string{
		"Check Recovery": release.OfRecovery, "Check Policy": release.OfDisable, "Check Detach": release.OfDetach,
		"Check Staging": release.OfNoStaging, "Announce End": release.EventRetireEnded,
	})
	checkWhich(t, m[release.Cleanup], map[string]string{
		"Check Policy": release.OfDisable, "Check Detach": release.OfDetach, "Check Staging": release.OfNoStaging,
		"Announce Cleanup": release.EventCleanupEnded,
	})
}

// Three propagations of an hour each, and after each write a quarter of an hour of refusals.
func TestTheMachinesOutliveWhatTheyWaitFor(t *testing.T) {
	m := apartMachines(t)
	if got := seconds(m[release.Retire].TimeoutSeconds); got != release.RetireTimeout || got < 6*time.Hour {
		t.Errorf("retire: got %s", got)
	}
	if got := seconds(m[release.Cleanup].TimeoutSeconds); got != release.CleanupTimeout || got < release.CleanupWithin+release.RetireTimeout {
		t.Errorf("cleanup: got %s", got)
	}
}

// Step Functions ends an execution at 25,000 events (service quotas). One look at a propagation is a Wait, a Task and a Choice.
func TestACleanupStaysFarBelowTheLimitOfItsHistory(t *testing.T) {
	const perLook, perOrphan, limit = 9, 300, 25_000
	longest := release.CleanupWithin + 3*time.Hour
	if got := perLook*int(longest/release.PollEvery) + perOrphan*release.MaxItems; got > limit/4*3 {
		t.Errorf("got %d events, want at most three quarters of %d", got, limit)
	}
}
