package statemachine

import (
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"cloudfront-cd/internal/release"
)

// apartStates take a pair apart in the only order that works. A part that is not there is passed over by its own box, so
// that an execution that goes on from a pair that is half apart takes the same way.
type apartStates struct {
	FindPair          taskBox
	PairFound         choiceBox
	WaitForCloudFront waitBox

	DisablePolicy, CheckPolicy taskBox
	WaitForPolicy              waitBox
	PolicyOff                  choiceBox

	DetachPolicy, CheckDetach taskBox
	WaitForDetach             waitBox
	PolicyDetached            choiceBox

	DeletePolicy taskBox

	DisableStaging, CheckStaging taskBox
	WaitForStaging               waitBox
	StagingDisabled              choiceBox

	DeleteStaging taskBox
}

func newApartStates(b *boxes) apartStates {
	s := apartStates{
		FindPair: b.task("Find Pair", work{
			Folder: "findpair", Result: "$.parts", Retry: steady(),
			Does: "Finds the primary, the policy and the staging distribution, and writes them down before any of them is touched.",
		}),
		PairFound:         b.choice("Pair Found?"),
		WaitForCloudFront: b.wait("Wait For CloudFront", release.LookOnAfter),
	}
	s.addPolicy(b)
	s.addStaging(b)
	return s
}

func (s *apartStates) addPolicy(b *boxes) {
	s.DisablePolicy = b.task("Disable Policy", work{
		Folder: "disablepolicy", Result: "$.disable", Retry: settling(),
		Does: "Switches the policy off: every viewer gets the primary.",
	})
	s.WaitForPolicy = b.wait("Wait For Policy", release.PollEvery)
	s.CheckPolicy = b.task("Check Policy", work{
		Folder: "checkdeployed", Which: release.OfDisable, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the primary is deployed everywhere without viewers for staging.",
	})
	s.PolicyOff = b.choice("Policy Off?")
	s.DetachPolicy = b.task("Detach Policy", work{
		Folder: "detachpolicy", Result: "$.detach", Retry: settling(),
		Does: "Detaches the policy from the primary, whose other settings stay as they are.",
	})
	s.WaitForDetach = b.wait("Wait For Detach", release.PollEvery)
	s.CheckDetach = b.task("Check Detach", work{
		Folder: "checkdeployed", Which: release.OfDetach, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the primary is deployed everywhere without the policy.",
	})
	s.PolicyDetached = b.choice("Policy Detached?")
	s.DeletePolicy = b.task("Delete Policy", work{
		Folder: "deletepolicy", Result: "$.policyDeleted", Retry: settling(),
		Does: "Deletes the policy under its newest ETag; a refusal that passes is waited for.",
	})
}

func (s *apartStates) addStaging(b *boxes) {
	s.DisableStaging = b.task("Disable Staging", work{
		Folder: "disablestaging", Result: "$.stagingOff", Retry: settling(),
		Does: "Disables the staging distribution, which no policy names any more.",
	})
	s.WaitForStaging = b.wait("Wait For Staging", release.PollEvery)
	s.CheckStaging = b.task("Check Staging", work{
		Folder: "checkdeployed", Which: release.OfNoStaging, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the disabled staging distribution is deployed everywhere.",
	})
	s.StagingDisabled = b.choice("Staging Disabled?")
	s.DeleteStaging = b.task("Delete Staging", work{
		Folder: "deletestaging", Result: "$.stagingDeleted", Retry: settling(),
		Does: "Deletes the disabled staging distribution under its newest ETag; a refusal that passes is waited for.",
	})
}

// arrows leads to off once the policy is off, which leads to Detach Policy in one way or another; and to next once nothing is
// left of the pair but its primary.
func (s *apartStates) arrows(off, next sfn.IChainable) {
	chain(s.FindPair, s.PairFound)
	s.PairFound.When(isTrue("$.parts.search.more"), s.WaitForCloudFront, nil).Otherwise(s.DisablePolicy)
	chain(s.WaitForCloudFront, s.FindPair)

	chain(s.DisablePolicy, s.WaitForPolicy, s.CheckPolicy, s.PolicyOff)
	s.PolicyOff.When(isTrue("$.deployed.deployed"), off, nil).Otherwise(s.WaitForPolicy)
	chain(s.DetachPolicy, s.WaitForDetach, s.CheckDetach, s.PolicyDetached)
	s.PolicyDetached.When(isTrue("$.deployed.deployed"), s.DeletePolicy, nil).Otherwise(s.WaitForDetach)

	chain(s.DeletePolicy, s.DisableStaging, s.WaitForStaging, s.CheckStaging, s.StagingDisabled)
	s.StagingDisabled.When(isTrue("$.deployed.deployed"), s.DeleteStaging, nil).Otherwise(s.WaitForStaging)
	chain(s.DeleteStaging, next)
}

// fallible are the tasks from the first that touches the pair.
func (s *apartStates) fallible() []taskBox {
	return []taskBox{
		s.DisablePolicy, s.CheckPolicy, s.DetachPolicy, s.CheckDetach, s.DeletePolicy, s.DisableStaging, s.CheckStaging, s.DeleteStaging,
	}
}
