package statemachine

import (
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"cloudfront-cd/internal/release"
)

// preflightStates look before anything is touched, and wait for somebody else's change to deploy.
type preflightStates struct {
	Preflight       taskBox
	PreflightPassed choiceBox
	WaitForOthers   waitBox
}

func newPreflightStates(b *boxes, does string) preflightStates {
	return preflightStates{
		Preflight:       b.task("Preflight", work{Folder: "preflight", Result: "$.preflight", Retry: steady(), Does: does}),
		PreflightPassed: b.choice("Preflight Passed?"),
		WaitForOthers:   b.wait("Wait For Others", release.PollEvery),
	}
}

// arrows leads to passed, or to refused.
func (s *preflightStates) arrows(passed, refused sfn.IChainable) {
	chain(s.Preflight, s.PreflightPassed)
	s.PreflightPassed.
		When(isTrue("$.preflight.passed"), passed, nil).
		When(isTrue("$.preflight.wait"), s.WaitForOthers, nil).
		Otherwise(refused)
	chain(s.WaitForOthers, s.Preflight)
}

// pairingStates put a pair together out of what there is. Both writes are repeated until a look at what has deployed finds
// nothing left to write, so that it does not matter how much of the pair was there before.
type pairingStates struct {
	AlignStaging    taskBox
	StagingAligned  choiceBox
	WaitForStaging  waitBox
	CheckStaging    taskBox
	StagingDeployed choiceBox

	CreatePolicy    taskBox
	AttachPolicy    taskBox
	PolicyAttached  choiceBox
	WaitForPrimary  waitBox
	CheckPrimary    taskBox
	PrimaryDeployed choiceBox

	PreflightAgain taskBox
}

func newPairingStates(b *boxes) pairingStates {
	return pairingStates{
		AlignStaging: b.task("Align Staging", work{
			Folder: "alignstaging", Result: "$.align", Retry: stubborn(),
			Does: "Gives staging the primary's value of whatever may not differ while a policy is attached, and enables it.",
		}),
		StagingAligned: b.choice("Staging Aligned?"),
		WaitForStaging: b.wait("Wait For Staging", release.PollEvery),
		CheckStaging: b.task("Check Staging", work{
			Folder: "checkdeployed", Which: release.OfAlignment, Result: "$.deployed", Retry: stubborn(),
			Does: "Asks CloudFront whether the staging distribution is deployed everywhere.",
		}),
		StagingDeployed: b.choice("Staging Deployed?"),
		CreatePolicy: b.task("Create Policy", work{
			Folder: "createpolicy", Result: "$.policy", Retry: stubborn(),
			Does: "Looks for the policy that names the staging distribution, and makes one, switched off, where there is none.",
		}),
		AttachPolicy: b.task("Attach Policy", work{
			Folder: "attachpolicy", Result: "$.attach", Retry: stubborn(),
			Does: "Attaches the policy, which is off, to the primary: no viewer notices.",
		}),
		PolicyAttached: b.choice("Policy Attached?"),
		WaitForPrimary: b.wait("Wait For Primary", release.PollEvery),
		CheckPrimary: b.task("Check Primary", work{
			Folder: "checkdeployed", Which: release.OfAttachment, Result: "$.deployed", Retry: stubborn(),
			Does: "Asks CloudFront whether the primary is deployed everywhere.",
		}),
		PrimaryDeployed: b.choice("Primary Deployed?"),
		PreflightAgain: b.task("Preflight Again", work{
			Folder: "preflight", Which: release.Again, Result: "$.verification", Retry: stubborn(),
			Does: "Looks at the finished pair as a release will, and keeps both configs as the baseline.",
		}),
	}
}

// arrows leads from Align Staging to finish.
func (s *pairingStates) arrows(finish sfn.IChainable) {
	chain(s.AlignStaging, s.StagingAligned)
	s.StagingAligned.When(isTrue("$.align.settled"), s.CreatePolicy, nil).Otherwise(s.WaitForStaging)
	chain(s.WaitForStaging, s.CheckStaging, s.StagingDeployed)
	s.StagingDeployed.When(isTrue("$.deployed.deployed"), s.AlignStaging, nil).Otherwise(s.WaitForStaging)

	chain(s.CreatePolicy, s.AttachPolicy, s.PolicyAttached)
	s.PolicyAttached.When(isTrue("$.attach.settled"), s.PreflightAgain, nil).Otherwise(s.WaitForPrimary)
	chain(s.WaitForPrimary, s.CheckPrimary, s.PrimaryDeployed)
	s.PrimaryDeployed.When(isTrue("$.deployed.deployed"), s.AttachPolicy, nil).Otherwise(s.WaitForPrimary)

	chain(s.PreflightAgain, finish)
	rescue(finish, stranded, s.AlignStaging, s.CheckStaging, s.CreatePolicy, s.AttachPolicy, s.CheckPrimary, s.PreflightAgain)
}
