package release_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// recovering is the document of a recover execution that has taken the lock over from a dead run.
func recovering(change func(*release.Document)) release.Document {
	d := release.Document{
		Workflow: release.Recover, Execution: release.Execution{Name: "mine"}, Request: []byte(schedule),
		Plan: &release.Plan{Primary: primary}, Dead: &release.DeadRun{Found: true, Execution: deadRun},
		Lock: &release.Lock{TakenOverFrom: deadRun}, Recovery: &release.Recovery{Needed: true, PolicyID: "the-policy"},
		Deployed: &release.Deployed{What: release.OfRecovery, Deployed: true},
	}
	change(&d)
	return d
}

// beforeTheLock is what is not there yet when Acquire Lock has not answered.
func beforeTheLock(d *release.Document) { d.Lock, d.Recovery, d.Deployed = nil, nil, nil }

// nobodyDead is what is not there either when Find Dead Run has found nobody.
func nobodyDead(d *release.Document) { beforeTheLock(d); d.Dead = &release.DeadRun{ClearHold: true} }

func worse(d *release.Document) {
	d.Examination = &release.Examination{Regressed: true, Promoted: true, Record: "releases/the-record.json", Note: "The primary was found worse."}
}

func recovered() map[string]ending {
	examined := func(d *release.Document) {
		d.Examination = &release.Examination{Note: "The primary has its config from before that release."}
	}
	kept := lambdaError(string(fault.Refused), "the hold stays: the distribution is InProgress")
	return map[string]ending{
		"a pair that was made safe is recovered, and the dead run's work is told": {
			examined, release.Recovered,
			[]string{"Viewers are safe: the policy of E1PRIMARY00000 is off everywhere. The primary has its config from before that release."},
			[]string{"hold", "runbook"},
		},
		"a pair that was made safe and whose hold was cleared says both": {
			func(d *release.Document) {
				examined(d)
				d.HoldCleared = &release.HoldCleared{Cleared: true, Note: "The hold is cleared: looked at it."}
			},
			release.Recovered,
			[]string{"is off everywhere. The primary has its config from before that release. The hold is cleared: looked at it."},
			nil,
		},
		"a pair that was made safe and whose hold stays says why": {
			func(d *release.Document) { examined(d); d.Failure = kept }, release.Recovered,
			[]string{"is off everywhere.", "The hold was not cleared: Refused: the hold stays: the distribution is InProgress."},
			nil,
		},
		"a hold that was cleared beside no dead run is recovered": {
			func(d *release.Document) {
				nobodyDead(d)
				d.HoldCleared = &release.HoldCleared{Cleared: true, Note: "The hold is cleared: looked at it."}
			},
			release.Recovered,
			[]string{"The hold is cleared: looked at it."},
			[]string{"policy"},
		},
		"a promotion that made the primary worse needs an operator, who is told both ways on": {
			worse, release.NeedsOperator,
			[]string{
				"The primary was found worse. That is what viewers of E1PRIMARY00000 get.", "which is in the record releases/the-record.json",
				"or start recover with clearHold to keep what is live.",
			},
			[]string{"Viewers are safe", "not cleared"},
		},
		"a promotion that made the primary worse needs an operator still where the hold could not be cleared": {
			func(d *release.Document) { worse(d); d.Failure = kept }, release.NeedsOperator,
			[]string{"That is what viewers of E1PRIMARY00000 get. The hold was not cleared: Refused: the hold stays: the distribution is InProgress. Put"},
			nil,
		},
		"a promotion that made the primary worse may stay where an operator says so": {
			func(d *release.Document) {
				worse(d)
				d.HoldCleared = &release.HoldCleared{Cleared: true, Note: "The hold is cleared: it was the weather."}
			},
			release.Recovered,
			[]string{"The primary was found worse. The hold is cleared: it was the weather."},
			[]string{"Put the config"},
		},
		"a promotion that made the primary worse may stay although there was no hold": {
			func(d *release.Document) {
				worse(d)
				d.HoldCleared = &release.HoldCleared{Note: "There is no hold on it."}
			},
			release.Recovered,
			[]string{"The primary was found worse. There is no hold on it."},
			nil,
		},
		"a promotion that was taken back is recovered": {
			func(d *release.Document) { worse(d); d.Examination.Promoted, d.Examination.Restored = false, true },
			release.Recovered,
			[]string{"Viewers are safe"},
			[]string{"Put the config"},
		},
		"a promotion that was not found worse is recovered": {
			func(d *release.Document) { worse(d); d.Examination.Regressed = false }, release.Recovered, []string{"Viewers are safe"}, nil,
		},
	}
}

func notRecovered() map[string]ending {
	return map[string]ending{
		"another execution at work leaves nothing to recover": {
			func(d *release.Document) {
				beforeTheLock(d)
				d.Failure = lambdaError(string(fault.LockHeld), "held by other")
			},
			release.NothingToRecover,
			[]string{"Another execution works on the pair: LockHeld: held by other."},
			[]string{"touched"},
		},
		"another execution at work rejects what an operator has asked for": {
			func(d *release.Document) {
				beforeTheLock(d)
				d.Plan.ClearHold, d.Failure = true, lambdaError(string(fault.LockHeld), "held by other: start again")
			},
			release.Rejected,
			[]string{"The hold was not cleared: another execution works on the pair. LockHeld: held by other: start again."},
			[]string{"touched"},
		},
		"the end of an execution that named no primary leaves nothing to recover": {
			func(d *release.Document) {
				*d = release.Document{Workflow: d.Workflow, Execution: d.Execution, Request: []byte(endOf(`{}`))}
				d.Failure = lambdaError(string(fault.InvalidRequest), "the request is refused: it names no primary distribution")
			},
			release.NothingToRecover,
			[]string{"It cannot have taken a lock: InvalidRequest: the request is refused"},
			[]string{"touched"},
		},
		"an end that could not be read for another reason is not passed off as nothing": {
			func(d *release.Document) {
				*d = release.Document{Workflow: d.Workflow, Execution: d.Execution, Request: []byte(endOf(schedule))}
				d.Failure = &release.Failure{Error: "Lambda.ServiceException", Cause: "Service unavailable."}
			},
			release.Rejected,
			[]string{"Nothing was touched. Lambda.ServiceException: Service unavailable."},
			[]string{"lock"},
		},
		"a request of a person that breaks a rule is rejected": {
			func(d *release.Document) {
				*d = release.Document{Workflow: d.Workflow, Execution: d.Execution, Request: []byte(`{"primary":"x"}`)}
				d.Failure = lambdaError(string(fault.InvalidRequest), "the request is refused: primary is no id")
			},
			release.Rejected,
			[]string{"Nothing was touched. InvalidRequest: the request is refused: primary is no id."},
			nil,
		},
		"a hold that stays beside no dead run is rejected": {
			func(d *release.Document) {
				nobodyDead(d)
				d.Failure = lambdaError(string(fault.Refused), "the hold stays: policy P is enabled")
			},
			release.Rejected,
			[]string{"Nothing was touched. Refused: the hold stays: policy P is enabled."},
			nil,
		},
		"a hold that an earlier call has cleared, or that never was, is as it should be": {
			func(d *release.Document) {
				nobodyDead(d)
				d.HoldCleared = &release.HoldCleared{Note: "There is no hold on it."}
			},
			release.Recovered,
			[]string{"There is no hold on it."},
			[]string{"There was nothing to do"},
		},
		"nothing at all leaves nothing to do": {nobodyDead, release.NothingToRecover, []string{"There was nothing to do."}, nil},
	}
}

func strandedRecovery() map[string]ending {
	down := lambdaError(string(fault.Unavailable), "S3 is down.")
	return map[string]ending{
		"whether a run has died could not be found out": {
			func(d *release.Document) { beforeTheLock(d); d.Dead, d.Stranded = nil, down }, release.NeedsOperator,
			[]string{
				"Unavailable: S3 is down. A dead run may have left viewers of E1PRIMARY00000 on its staging distribution.",
				"Find its policy: aws cloudfront get-distribution-config --id E1PRIMARY00000",
			},
			[]string{"This release"},
		},
		"the lock could not be taken, and the first try had failed too": {
			func(d *release.Document) { beforeTheLock(d); d.Stranded = down }, release.NeedsOperator,
			[]string{"A dead run may have left viewers of E1PRIMARY00000 on its staging distribution.", "Find its policy"},
			[]string{"was switched off"},
		},
		"the lock could not be taken after the first try": {
			func(d *release.Document) {
				beforeTheLock(d)
				d.Recovery, d.Stranded = &release.Recovery{Needed: true, PolicyID: "the-policy"}, down
			},
			release.NeedsOperator,
			[]string{
				"The policy of E1PRIMARY00000 was switched off, but some points of presence may still send viewers to staging.",
				"Switch the policy off, if it is on: " + release.SwitchOffCommand("the-policy"),
			},
			[]string{"Viewers are safe"},
		},
		"the lock could not be taken, and there was no policy to switch off": {
			func(d *release.Document) {
				beforeTheLock(d)
				d.Recovery, d.Stranded = &release.Recovery{Note: "no policy is attached"}, down
			},
			release.NeedsOperator,
			[]string{"A dead run may have left viewers"},
			[]string{"was switched off"},
		},
		"the policy that is off is not off everywhere in time": {
			func(d *release.Document) {
				d.Deployed, d.Stranded = &release.Deployed{What: release.OfRecovery}, lambdaError(string(fault.NotDeployed), "still InProgress")
			},
			release.NeedsOperator,
			[]string{"NotDeployed: still InProgress. The policy of E1PRIMARY00000 was switched off, but some"},
			[]string{"Viewers are safe"},
		},
		"what the dead run had done could not be found out": {
			func(d *release.Document) { d.Stranded = down }, release.NeedsOperator,
			[]string{"Viewers are safe: the policy of E1PRIMARY00000 is off everywhere."},
			[]string{"aws cloudfront", "may still"},
		},
		"whatever else is known counts less": {
			func(d *release.Document) {
				d.Examination, d.HoldCleared = &release.Examination{}, &release.HoldCleared{Cleared: true}
				d.Stranded = down
			},
			release.NeedsOperator,
			[]string{"Unavailable: S3 is down."},
			nil,
		},
		"another execution has taken the lock": {
			func(d *release.Document) {
				d.Deployed, d.Stranded = nil, lambdaError(string(fault.LockLost), "the lock is held by other")
			},
			release.NeedsOperator,
			[]string{"LockLost: the lock is held by other. This execution has written nothing since"},
			[]string{"aws cloudfront"},
		},
	}
}

func TestTheEndOfARecoveryIsWhatTheDocumentSaysHappened(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]ending{recovered(), notRecovered(), strandedRecovery()} {
		for name, c := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := recovering(c.change)
				checkEnd(t, d.Conclude(), c)
			})
		}
	}
}

// TestNamesOfFailuresAreThoseOfPackageFault: package release spells them itself, because it imports nothing of ours.
func TestNamesOfFailuresAreThoseOfPackageFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[fault.Name]struct {
		change func(*release.Document, *release.Failure)
		says   string
	}{
		fault.LockHeld: {func(d *release.Document, f *release.Failure) { beforeTheLock(d); d.Failure = f }, "Another execution works on the pair"},
		fault.LockLost: {func(d *release.Document, f *release.Failure) { d.Stranded = f }, "This execution has written nothing since"},
		fault.InvalidRequest: {
			func(d *release.Document, f *release.Failure) {
				beforeTheLock(d)
				d.Plan, d.Request, d.Failure = nil, []byte(endOf("{}")), f
			},
			"It cannot have taken a lock",
		},
	} {
		for _, other := range fault.Names() {
			d := recovering(func(d *release.Document) { c.change(d, lambdaError(string(other), "why")) })
			if got := d.Conclude().Cause; strings.Contains(got, c.says) != (other == name) {
				t.Errorf("got %q for %s, want it to say %q: %t", got, other, c.says, other == name)
			}
		}
	}
}
