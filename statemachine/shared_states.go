package statemachine

import (
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"cloudfront-cd/internal/release"
)

type (
	taskBox   = awsstepfunctionstasks.LambdaInvoke
	waitBox   = sfn.Wait
	choiceBox = sfn.Choice
)

// receive makes the document that travels through a workflow out of the execution's input. Its outcome is what the Fail
// state says when no step could say better.
func (b *boxes) receive(workflow string) sfn.Pass {
	return b.pass("Receive Request",
		"Makes the document that travels through the workflow out of the execution's input.", map[string]any{
			"workflow": workflow,
			"execution": map[string]any{
				"arn":       sfn.JsonPath_ExecutionId(),
				"name":      sfn.JsonPath_ExecutionName(),
				"startTime": sfn.JsonPath_ExecutionStartTime(),
			},
			"request": sfn.JsonPath_ExecutionInput(),
			"outcome": object(release.Outcome{
				End: release.NeedsOperator, NeedsOperator: true,
				Cause: "The execution ended before it could say why. (runbook: Needs Operator)",
			}),
		})
}

// lockStates take the lock on the primary, make safe what a dead holder has left, and see what that was, before anything
// else.
type lockStates struct {
	AcquireLock, Recover taskBox
	AnythingToRecover    choiceBox
	WaitForRecovery      waitBox
	CheckRecovery        taskBox
	RecoveryDeployed     choiceBox
	ExaminePair          taskBox
}

func newLockStates(b *boxes, acquire []*sfn.RetryProps) lockStates {
	return lockStates{
		AcquireLock: b.task("Acquire Lock", acquisition(acquire)),
		Recover: b.task("Recover", work{
			Folder: "recover", Result: "$.recovery", Retry: stubborn(),
			Does: "Switches the policy off if the run that held the lock before died and left it on.",
		}),
		AnythingToRecover: b.choice("Anything To Recover?"),
		WaitForRecovery:   b.wait("Wait For Recovery", release.PollEvery),
		CheckRecovery: b.task("Check Recovery", work{
			Folder: "checkdeployed", Which: release.OfRecovery, Result: "$.deployed", Retry: stubborn(),
			Does: "Asks CloudFront whether the recovered primary is deployed everywhere.",
		}),
		RecoveryDeployed: b.choice("Recovery Deployed?"),
		ExaminePair: b.task("Examine Pair", work{
			Folder: "examinepair", Result: "$.examination", Retry: stubborn(),
			Does: "Finds out whether the dead run had promoted, and whether what it promoted was taken back.",
		}),
	}
}

func acquisition(retries []*sfn.RetryProps) work {
	return work{
		Folder: "acquirelock", Result: "$.lock", Retry: retries,
		Does: "Takes the lock on the primary, or takes it over from a run that is dead; another live run refuses this one.",
	}
}

// arrows leads to next once the pair is ours and safe; to unneeded where there was nothing to make safe.
func (s *lockStates) arrows(unneeded, next sfn.IChainable) {
	chain(s.AcquireLock, s.Recover, s.AnythingToRecover)
	s.AnythingToRecover.When(isTrue("$.recovery.needed"), s.WaitForRecovery, nil).Otherwise(unneeded)
	chain(s.WaitForRecovery, s.CheckRecovery, s.RecoveryDeployed)
	s.RecoveryDeployed.When(isTrue("$.deployed.deployed"), s.ExaminePair, nil).Otherwise(s.WaitForRecovery)
	chain(s.ExaminePair, next)
}

// endStates are the common way out: the end is decided and recorded, then the lock goes back or a hold is placed.
type endStates struct {
	Finish, AnnounceEnd     taskBox
	PairSafe                choiceBox
	ReleaseLock             taskBox
	WhichEnd                choiceBox
	PlaceHold               taskBox
	Rejected, NeedsOperator sfn.Fail
}

func newEndStates(b *boxes, event string) endStates {
	return endStates{
		Finish: b.task("Finish", work{
			Folder: "finish", Result: "$.outcome", Retry: stubborn(),
			Does: "Decides from the document how the execution ended, and writes the evidence record.",
		}),
		PairSafe:    b.choice("Pair Safe?"),
		ReleaseLock: b.task("Release Lock", liberation()),
		AnnounceEnd: b.task("Announce End", announcement(event, "Announces how the execution ended.")),
		WhichEnd:    b.choice("Which End?"),
		PlaceHold: b.task("Place Hold", work{
			Folder: "placehold", Result: "$.outcome", Retry: stubborn(),
			Does: "Keeps the next releases of this primary away until the pair has been made safe.",
		}),
		Rejected:      b.fail(release.Rejected, "Refused: the pair was left as it was."),
		NeedsOperator: b.fail(release.NeedsOperator, "Failed, and something is left behind: the cause says what, and what to do."),
	}
}

// arrows leads up to Which End?, whose ways are the workflow's own.
//
// A lock that cannot be given back becomes stale with this execution's end, and the next one takes it over. An
// announcement never fails a workflow, and no failure keeps the execution from its end.
func (s *endStates) arrows() {
	chain(s.Finish, s.PairSafe)
	s.PairSafe.When(isTrue("$.outcome.needsOperator"), s.PlaceHold, nil).Otherwise(s.ReleaseLock)
	chain(s.ReleaseLock, s.AnnounceEnd)
	chain(s.PlaceHold, s.AnnounceEnd, s.WhichEnd)

	rescue(s.PlaceHold, stranded, s.Finish)
	rescue(s.AnnounceEnd, discard, s.ReleaseLock, s.PlaceHold)
	rescue(s.WhichEnd, discard, s.AnnounceEnd)
}

func announcement(event, does string) work {
	return work{Folder: "announce", Which: event, Result: discard, Retry: brief(), Does: does}
}

func liberation() work {
	return work{
		Folder: "releaselock", Result: discard, Retry: stubborn(),
		Does: "Frees the lock on the primary, if this execution still holds it.",
	}
}
