package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/release"
)

// Maintenance is the maintenance workflow, in the terms of Release. It takes the policy off the primary, holds the door open
// for what cannot be changed while a policy is attached, and puts the pair together again. No viewer gets staging in the
// meantime, and no release can begin: the lock is held.
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
	OnlyByDeletion         choiceBox
	DeletePolicy           taskBox
	WaitForDetachment      waitBox
	CheckDetachment        taskBox
	DetachmentDeployed     choiceBox

	StartClock, AnnounceOpenDoor taskBox
	WaitForOperator              waitBox
	CheckSignal                  taskBox
	MaintenanceOver              choiceBox

	pairingStates
	endStates

	Maintained sfn.Succeed
}

var _ = jsii.Bool
