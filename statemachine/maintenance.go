package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Maintenance is the maintenance workflow, in the terms of Release. It takes the policy off the primary, holds the door open
// for what cannot be changed while a policy is attached, and puts the pair together again. No viewer gets staging in the
// meantime, and no release can begin: the lock is held. It may be started again at any time: it finds what an earlier run
// has left, and goes on.
func Maintenance(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newMaintenanceStates(&boxes{scope: scope, functions: functions})
	s.openTheDoor()
	s.holdItOpen()
	s.pairingStates.arrows(s.Finish)
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.MaintenanceTimeout, "Takes the policy off a primary, waits for an operator to change it, and puts the pair together again.")
}

// maintenanceStates are the boxes of the maintenance workflow, in the order of the picture.
type maintenanceStates struct {
	ReceiveRequest sfn.Pass

	ValidateRequest taskBox
	lockStates
	preflightStates

	OpenDoor, DetachPolicy taskBox
	StillAttached          choiceBox
	DeletePolicy           taskBox
	WaitForDetach          waitBox
	CheckDetach            taskBox
	PolicyDetached         choiceBox

	AnnounceOpenDoor taskBox
	WaitForOperator  waitBox
	CheckSignal      taskBox
	MaintenanceOver  choiceBox

	pairingStates
	endStates

	Maintained sfn.Succeed
}

func newMaintenanceStates(b *boxes) *maintenanceStates {
	s := &maintenanceStates{
		ReceiveRequest: b.receive(release.Maintenance),
		ValidateRequest: b.task("Validate Request", work{
			Folder: "validaterequest", Result: "$.plan", Retry: steady(),
			Does: "Checks every rule of the request and freezes the plan, with its defaults filled in.",
		}),
		lockStates: newLockStates(b, steady()),
		preflightStates: newPreflightStates(b,
			"Looks at the pair before anything is touched, and keeps both configs and the policy's."),
		pairingStates: newPairingStates(b),
		endStates:     newEndStates(b, release.EventMaintenanceEnded),
		Maintained:    b.succeed(release.Maintained, "The pair is together again, and the policy is off."),
	}
	s.addDoor(b)
	return s
}

func (s *maintenanceStates) addDoor(b *boxes) {
	s.OpenDoor = b.task("Open Door", work{
		Folder: "opendoor", Result: "$.door", Retry: steady(),
		Does: "Writes down which pair is about to be taken apart; the same object is where the operator says done.",
	})
	s.DetachPolicy = b.task("Detach Policy", work{
		Folder: "detachpolicy", Result: "$.detach", Retry: settling(),
		Does: "Takes the policy, which is off, off the primary.",
	})
	s.StillAttached = b.choice("Still Attached?")
	s.DeletePolicy = b.task("Delete Policy", work{
		Folder: "deletepolicy", Result: "$.policyDeleted", Retry: settling(),
		Does: "Deletes a policy that can be taken off in no other way; Create Policy makes it again.",
	})
	s.WaitForDetach = b.wait("Wait For Detach", release.PollEvery)
	s.CheckDetach = b.task("Check Detach", work{
		Folder: "checkdeployed", Which: release.OfDetach, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the primary is deployed everywhere without its policy.",
	})
	s.PolicyDetached = b.choice("Policy Detached?")
	s.AnnounceOpenDoor = b.task("Announce Open Door", announcement(release.EventMaintenanceOpen, "Announces that the primary can be changed now."))
	s.WaitForOperator = b.wait("Wait For Operator", release.LookEvery)
	s.CheckSignal = b.task("Check Signal", work{
		Folder: "checksignal", Result: "$.door", Retry: stubborn(),
		Does: "Looks whether the operator has said done, or time is up.",
	})
	s.MaintenanceOver = b.choice("Maintenance Over?")
}

// openTheDoor takes the policy off. By a report only its deletion does, hence the way aside.
func (s *maintenanceStates) openTheDoor() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.AcquireLock)
	s.lockStates.arrows(s.Preflight, s.Preflight)
	s.preflightStates.arrows(s.OpenDoor, s.Finish)
	chain(s.OpenDoor, s.DetachPolicy, s.StillAttached)
	s.StillAttached.When(sfn.Condition_IsPresent(new("$.detach.stillAttached")), s.DeletePolicy, nil).Otherwise(s.WaitForDetach)
	chain(s.DeletePolicy, s.WaitForDetach, s.CheckDetach, s.PolicyDetached)
	s.PolicyDetached.When(isTrue("$.deployed.deployed"), s.AnnounceOpenDoor, nil).Otherwise(s.WaitForDetach)
}

// holdItOpen costs nothing while nobody does anything, and survives whatever happens to the operator.
func (s *maintenanceStates) holdItOpen() {
	chain(s.AnnounceOpenDoor, s.CheckSignal, s.MaintenanceOver)
	s.MaintenanceOver.When(isTrue("$.door.over"), s.AlignStaging, nil).Otherwise(s.WaitForOperator)
	chain(s.WaitForOperator, s.CheckSignal)
}

func (s *maintenanceStates) toTheEnds() {
	s.endStates.arrows()
	s.WhichEnd.
		When(isTrue("$.outcome.maintained"), s.Maintained, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where each box goes when it fails.
func (s *maintenanceStates) sideways() {
	// Whoever lost the lock must not write any more.
	catch(s.OpenDoor, s.Finish, stranded, fault.LockLost)

	// Nothing was touched yet.
	rescue(s.Finish, failure, s.ValidateRequest, s.AcquireLock, s.Preflight, s.OpenDoor)

	// The policy may be off the primary.
	rescue(s.Finish, stranded, s.DetachPolicy, s.DeletePolicy, s.CheckDetach, s.CheckSignal)

	// An announcement never keeps the door shut.
	rescue(s.CheckSignal, discard, s.AnnounceOpenDoor)

	// What was to make the pair safe, or to find out whether it is, has failed.
	rescue(s.Finish, stranded, s.Recover, s.CheckRecovery, s.ExaminePair)
}
