package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Recover is the recover workflow, in the terms of Release. It makes the pair of a dead run safe: one that was stopped, has
// timed out or died of States.Runtime, when no Catch ran, or that ended as Needs Operator. Any number of executions may
// run at once: those that do not get the lock end without having done harm.
func Recover(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newRecoverStates(&boxes{scope: scope, functions: functions})
	s.findTheDead()
	s.makeThePairSafe()
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.RecoverTimeout, "Makes a pair safe after a run that could not do it itself: switches the policy off, and says what the run had done.")
}

// recoverStates are the boxes of the recover workflow, in the order of the picture.
type recoverStates struct {
	ReceiveRequest sfn.Pass

	ValidateRequest, FindDeadRun taskBox
	DeadRunFound                 choiceBox
	WaitForStatus                waitBox
	NobodyIsDead                 sfn.Pass

	RecoverAtOnce  taskBox
	WaitForLambdas waitBox
	lockStates

	HoldToClear choiceBox
	ClearHold   taskBox

	endStates

	Recovered, NothingToRecover sfn.Succeed
}

func newRecoverStates(b *boxes) *recoverStates {
	return &recoverStates{
		ReceiveRequest: b.receive(release.Recover),
		ValidateRequest: b.task("Validate Request", work{
			Folder: "validaterequest", Result: "$.plan", Retry: steady(),
			Does: "Reads which primary this is about, from the request or from the event of an execution's end.",
		}),
		FindDeadRun: b.task("Find Dead Run", work{
			Folder: "finddeadrun", Result: "$.dead", Retry: stubborn(),
			Does: "Looks whether the lock is held by a run that has ended without making the pair safe.",
		}),
		DeadRunFound:  b.choice("Dead Run Found?"),
		WaitForStatus: b.wait("Wait For Status", release.AskAgainAfter),
		NobodyIsDead:  b.conclude("Nobody Is Dead", release.Outcome{End: release.NothingToRecover, NothingToRecover: true}, "$.dead.note"),
		RecoverAtOnce: b.task("Recover At Once", work{
			Folder: "recover", Which: release.AtOnce, Result: "$.recovery", Retry: steady(),
			Does: "Switches the policy off without waiting for the lock: viewers first.",
		}),
		WaitForLambdas: b.wait("Wait For Lambdas", release.StaleAfter),
		lockStates:     newLockStates(b, patient()),
		HoldToClear:    b.choice("Hold To Clear?"),
		ClearHold: b.task("Clear Hold", work{
			Folder: "clearhold", Result: "$.holdCleared", Retry: steady(),
			Does: "Lets releases go on, if an operator has asked for it and no viewer gets staging.",
		}),
		endStates:        newEndStates(b, release.EventRecoverEnded),
		Recovered:        b.succeed(release.Recovered, "No viewer gets staging; the outcome says what the dead run had done."),
		NothingToRecover: b.succeed(release.NothingToRecover, "No dead run has left anything behind, or another execution is at it."),
	}
}

// findTheDead looks who holds the lock.
func (s *recoverStates) findTheDead() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.FindDeadRun, s.DeadRunFound)
	s.DeadRunFound.
		When(isTrue("$.dead.found"), s.RecoverAtOnce, nil).
		When(isTrue("$.dead.wait"), s.WaitForStatus, nil).
		When(isTrue("$.dead.clearHold"), s.ClearHold, nil).
		Otherwise(s.NobodyIsDead)
	chain(s.WaitForStatus, s.FindDeadRun)
	chain(s.NobodyIsDead, s.NothingToRecover)
}

// makeThePairSafe switches the policy off at once, and again under the lock: until no Lambda of the dead run can be
// writing any more, it may enable the policy after us.
func (s *recoverStates) makeThePairSafe() {
	chain(s.RecoverAtOnce, s.WaitForLambdas, s.AcquireLock)
	s.lockStates.arrows(s.ExaminePair, s.HoldToClear)
	s.HoldToClear.When(isTrue("$.dead.clearHold"), s.ClearHold, nil).Otherwise(s.Finish)
	chain(s.ClearHold, s.Finish)
}

// toTheEnds is the common way out. Where an operator is needed the lock is kept: the schedule finds this execution dead
// and tries again, until all is well.
func (s *recoverStates) toTheEnds() {
	s.endStates.arrows()
	s.WhichEnd.
		When(isTrue("$.outcome.recovered"), s.Recovered, nil).
		When(isTrue("$.outcome.nothingToRecover"), s.NothingToRecover, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where each box goes when it fails.
func (s *recoverStates) sideways() {
	// Nothing was touched, or nothing but the policy that is off.
	catch(s.ValidateRequest, s.Finish, failure, fault.InvalidRequest)
	rescue(s.Finish, failure, s.ClearHold)

	// The first try is not the last.
	rescue(s.WaitForLambdas, discard, s.RecoverAtOnce)

	// Another execution is at it, or the dead run was redriven.
	catch(s.AcquireLock, s.Finish, failure, fault.LockHeld)

	// What was to make the pair safe, or to find out whether it is, has failed.
	rescue(s.Finish, stranded, s.ValidateRequest, s.FindDeadRun, s.AcquireLock, s.Recover, s.CheckRecovery, s.ExaminePair)
}
