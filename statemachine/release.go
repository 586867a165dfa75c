// Package statemachine draws the workflows: which Lambda runs when, and where each failure goes.
//
// A workflow is three things. Boxes (…_states.go) are states with their titles and comments, an operator's user
// interface in the Step Functions console. Retries (retry.go) say which errors are worth repeating. Arrows (release.go, recover.go) are
// written in the order of the picture: forward, back, sideways; a finger on the console's graph can follow them line by
// line. Every task gets the whole document and puts its result back under one key; a Choice looks at one boolean that a
// Lambda has computed, so that every threshold lives in Go. Error names are the constants of internal/fault, or a rename
// would leave an arrow that never matches. Nothing here may be clever: what cannot be read off the picture is a bug.
//
// Package golden has the result without CDK, docs/release.md and docs/recover.md the pictures.
package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Release is the release workflow, as the properties of a state machine to which its owner adds name, role and logs.
// Titles become construct ids, so that every workflow needs a scope of its own. The function of a folder below lambdas/ is
// asked for once per box and must be the same one every time.
func Release(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newReleaseStates(&boxes{scope: scope, functions: functions})
	s.forwardToTheDoor()
	s.throughTheDoor()
	s.back()
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.MachineTimeout, "Releases a CloudFront config through its staging distribution: canary, judge, promote, bake; or goes back.")
}

// forwardToTheDoor is a release up to its promotion.
func (s *releaseStates) forwardToTheDoor() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.AcquireLock)
	s.lockStates.arrows(s.Preflight, s.Preflight)

	chain(s.Preflight, s.PreflightPassed)
	s.PreflightPassed.
		When(isTrue("$.preflight.passed"), s.ContentRelease, nil).
		When(isTrue("$.preflight.wait"), s.WaitForOthers, nil).
		Otherwise(s.Finish)
	chain(s.WaitForOthers, s.Preflight)
	s.contentBefore()

	chain(s.AnnounceStart, s.ChangeStaging, s.WaitForStaging, s.CheckStaging, s.StagingDeployed)
	s.StagingDeployed.When(isTrue("$.deployed.deployed"), s.AnythingToRelease, nil).Otherwise(s.WaitForStaging)
	s.AnythingToRelease.When(isTrue("$.staging.judge"), s.SmokeTestWanted, nil).Otherwise(s.Finish)
	s.smokeBefore()

	chain(s.ShiftTraffic, s.WaitForTraffic, s.CheckTraffic, s.TrafficDeployed)
	s.TrafficDeployed.When(isTrue("$.deployed.deployed"), s.WaitForViewers, nil).Otherwise(s.WaitForTraffic)

	chain(s.WaitForViewers, s.CheckPair, s.ProveTraffic, s.Observe, s.JudgeHealth, s.Verdict)
	s.Verdict.
		When(isTrue("$.judgement.releaseHealthy"), s.ProveTrafficAgain, nil).
		When(isTrue("$.judgement.calibrated"), s.StopTraffic, nil).
		When(isTrue("$.judgement.stepHealthy"), s.AnnounceStep, nil).
		When(isTrue("$.judgement.observe"), s.WaitForViewers, nil).
		Otherwise(s.StopTraffic)
	chain(s.AnnounceStep, s.ShiftTraffic)

	chain(s.ProveTrafficAgain, s.StillFlowing)
	s.StillFlowing.When(isTrue("$.traffic.flowing"), s.Promote, nil).Otherwise(s.WaitForViewers)
}

// throughTheDoor is the promotion and what follows it. Promote is repeated under another title while its answer is in
// doubt: from the first doubt on no arrow may lead to Stop Traffic, which would report a release as rolled back that has
// perhaps reached every viewer.
func (s *releaseStates) throughTheDoor() {
	chain(s.Promote, s.ConfirmPromotion, s.PromotionConfirmed)
	s.PromotionConfirmed.When(isTrue("$.promotion.confirmed"), s.AnnouncePromotion, nil).Otherwise(s.WaitForAnswer)
	chain(s.WaitForAnswer, s.PromoteAgain, s.ConfirmPromotion)

	chain(s.AnnouncePromotion, s.StopTrafficAfterPromotion, s.WaitForPrimary, s.CheckPrimary, s.PrimaryDeployed)
	s.PrimaryDeployed.When(isTrue("$.deployed.deployed"), s.CachesToInvalidate, nil).Otherwise(s.WaitForPrimary)
	s.contentAfter()

	chain(s.Bake, s.ObservePrimary, s.JudgePrimary, s.PrimaryHealthy)
	s.PrimaryHealthy.
		When(isTrue("$.bake.done"), s.Finish, nil).
		When(isTrue("$.bake.continue"), s.Bake, nil).
		Otherwise(s.RestorePrimary)
}

// back is both ways back: before the door, and after it.
func (s *releaseStates) back() {
	chain(s.StopTraffic, s.WaitForStop, s.CheckStop, s.StopDeployed)
	s.StopDeployed.When(isTrue("$.deployed.deployed"), s.Finish, nil).Otherwise(s.WaitForStop)

	chain(s.RestorePrimary, s.WaitForRestore, s.CheckRestore, s.RestoreDeployed)
	s.RestoreDeployed.When(isTrue("$.deployed.deployed"), s.CachesToInvalidateAgain, nil).Otherwise(s.WaitForRestore)
	s.contentBack()
}

// toTheEnds is the common way out.
func (s *releaseStates) toTheEnds() {
	s.endStates.arrows()
	s.WhichEnd.
		When(isTrue("$.outcome.promoted"), s.Promoted, nil).
		When(isTrue("$.outcome.calibrated"), s.Calibrated, nil).
		When(isTrue("$.outcome.nothingToRelease"), s.NothingToRelease, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		When(isTrue("$.outcome.rolledBack"), s.RolledBack, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where each box goes when it fails: first the errors that have a way of their own, then all others.
func (s *releaseStates) sideways() {
	// Whoever lost the lock must not write any more, not even to go back.
	catch(s.ChangeStaging, s.Finish, stranded, fault.LockLost)
	catch(s.ShiftTraffic, s.Finish, stranded, fault.LockLost)
	catch(s.Promote, s.Finish, stranded, fault.LockLost)

	// The one-way door: only what is certain to have had no effect goes back; every other failure looks before it decides,
	// and while the answer is in doubt so does every failure without exception.
	catch(s.Promote, s.StopTraffic, failure, fault.ConfigChanged, fault.Refused, fault.Throttled, fault.Unavailable)
	catch(s.Promote, s.WaitForViewers, discard, fault.NoTrafficProof)
	rescue(s.ConfirmPromotion, doubt, s.Promote, s.PromoteAgain)

	// Nothing was touched yet.
	rescue(s.Finish, failure, s.ValidateRequest, s.AcquireLock, s.Preflight)

	s.contentSideways()
	s.smokeSideways()

	// Viewers may be on staging.
	rescue(s.StopTraffic, failure,
		s.ChangeStaging, s.CheckStaging, s.ShiftTraffic, s.CheckTraffic, s.CheckPair, s.ProveTraffic, s.JudgeHealth, s.ProveTrafficAgain)

	// What was to make the pair safe, or to find out whether it is, has failed.
	rescue(s.Finish, stranded, s.Recover, s.CheckRecovery, s.ExaminePair)
	rescue(s.Finish, stranded, s.ConfirmPromotion, s.StopTrafficAfterPromotion, s.CheckPrimary, s.JudgePrimary)
	rescue(s.Finish, stranded, s.StopTraffic, s.CheckStop, s.RestorePrimary, s.CheckRestore)

	// Metrics that cannot be read are inconclusive, which is for the judge to say.
	rescue(s.JudgeHealth, "$.observation", s.Observe)
	rescue(s.JudgePrimary, "$.observation", s.ObservePrimary)

	// An announcement never fails a release.
	rescue(s.ChangeStaging, discard, s.AnnounceStart)
	rescue(s.ShiftTraffic, discard, s.AnnounceStep)
	rescue(s.StopTrafficAfterPromotion, discard, s.AnnouncePromotion)
}
