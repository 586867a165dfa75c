package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"cloudfront-cd/internal/release"
)

// Retire is the retire workflow, in the terms of Release. It takes a pair apart: of the pair only the primary is left, with
// all its other settings. It may be started again at any time, and goes on from what an earlier execution has left.
func Retire(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newRetireStates(&boxes{scope: scope, functions: functions})
	s.toThePair()
	s.apartStates.arrows(s.DetachPolicy, s.Finish)
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.RetireTimeout, "Takes a pair apart: policy off, detached and deleted, staging distribution disabled and deleted. The primary stays as it is.")
}

// retireStates are the boxes of the retire workflow, in the order of the picture.
type retireStates struct {
	ReceiveRequest  sfn.Pass
	ValidateRequest taskBox
	lockStates
	apartStates
	endStates

	Retired sfn.Succeed
}

func newRetireStates(b *boxes) *retireStates {
	return &retireStates{
		ReceiveRequest: b.receive(release.Retire),
		ValidateRequest: b.task("Validate Request", work{
			Folder: "validaterequest", Result: "$.plan", Retry: steady(),
			Does: "Reads which primary this is about.",
		}),
		lockStates:  newLockStates(b, steady()),
		apartStates: newApartStates(b),
		endStates:   newEndStates(b, release.EventRetireEnded),
		Retired:     b.succeed(release.Retired, "Policy and staging distribution are gone; the primary is as it was."),
	}
}

// toThePair makes sure that nobody else works on it.
func (s *retireStates) toThePair() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.AcquireLock)
	s.lockStates.arrows(s.FindPair, s.FindPair)
}

// toTheEnds is the common way out.
func (s *retireStates) toTheEnds() {
	s.endStates.arrows()
	s.WhichEnd.
		When(isTrue("$.outcome.retired"), s.Retired, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where each box goes when it fails.
func (s *retireStates) sideways() {
	// Nothing was touched yet.
	rescue(s.Finish, failure, s.ValidateRequest, s.AcquireLock, s.FindPair)

	// What was to make the pair safe has failed.
	rescue(s.Finish, stranded, s.Recover, s.CheckRecovery, s.ExaminePair)

	// The pair may be half apart.
	rescue(s.Finish, stranded, s.fallible()...)
}
