package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Enroll is the enroll workflow, in the terms of Release. It gives a primary its staging distribution and the policy that
// binds the two, switched off. It may be started again at any time: it finds what an earlier run has left, and goes on.
func Enroll(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newEnrollStates(&boxes{scope: scope, functions: functions})
	s.beforeTheFirstWrite()
	s.pairingStates.arrows(s.Finish)
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.EnrollTimeout, "Gives a primary its staging distribution and the policy that binds the two; no viewer notices.")
}

// enrollStates are the boxes of the enroll workflow, in the order of the picture.
type enrollStates struct {
	ReceiveRequest sfn.Pass

	ValidateRequest taskBox
	lockStates
	preflightStates
	CopyPrimary taskBox
	pairingStates
	endStates

	Enrolled sfn.Succeed
}

func newEnrollStates(b *boxes) *enrollStates {
	return &enrollStates{
		ReceiveRequest: b.receive(release.Enroll),
		ValidateRequest: b.task("Validate Request", work{
			Folder: "validaterequest", Result: "$.plan", Retry: steady(),
			Does: "Checks every rule of the request and freezes the plan, with its defaults filled in.",
		}),
		lockStates: newLockStates(b, steady()),
		preflightStates: newPreflightStates(b,
			"Looks whether the primary is eligible, and what of its pair there is already, before anything is touched."),
		CopyPrimary: b.task("Copy Primary", work{
			Folder: "copyprimary", Result: "$.copy", Retry: steady(),
			Does: "Makes the staging distribution as a copy of the primary, unless there is one already.",
		}),
		pairingStates: newPairingStates(b),
		endStates:     newEndStates(b, release.EventEnrollEnded),
		Enrolled:      b.succeed(release.Enrolled, "The primary has its pair, and the policy is off."),
	}
}

func (s *enrollStates) beforeTheFirstWrite() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.AcquireLock)
	s.lockStates.arrows(s.Preflight, s.Preflight)
	s.preflightStates.arrows(s.CopyPrimary, s.Finish)
	chain(s.CopyPrimary, s.AlignStaging)
}

func (s *enrollStates) toTheEnds() {
	s.endStates.arrows()
	s.WhichEnd.
		When(isTrue("$.outcome.enrolled"), s.Enrolled, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where each box goes when it fails.
func (s *enrollStates) sideways() {
	// Nothing was touched yet.
	rescue(s.Finish, failure, s.ValidateRequest, s.AcquireLock, s.Preflight)

	// A copy that CloudFront has refused was not made; of any other there may be one.
	catch(s.CopyPrimary, s.Finish, failure, fault.Refused)
	rescue(s.Finish, stranded, s.CopyPrimary)

	// What was to make the pair safe, or to find out whether it is, has failed.
	rescue(s.Finish, stranded, s.Recover, s.CheckRecovery, s.ExaminePair)
}
