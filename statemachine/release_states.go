package statemachine

import (
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"cloudfront-cd/internal/release"
)

// releaseStates are the boxes of the release workflow, in the order of the picture.
type releaseStates struct {
	ReceiveRequest sfn.Pass

	ValidateRequest taskBox
	lockStates
	Preflight       taskBox
	PreflightPassed choiceBox
	WaitForOthers   waitBox
	AnnounceStart   taskBox
	contentStates

	ChangeStaging     taskBox
	WaitForStaging    waitBox
	CheckStaging      taskBox
	StagingDeployed   choiceBox
	AnythingToRelease choiceBox
	smokeStates

	ShiftTraffic                                  taskBox
	WaitForTraffic                                waitBox
	CheckTraffic                                  taskBox
	TrafficDeployed                               choiceBox
	WaitForViewers                                waitBox
	CheckPair, ProveTraffic, Observe, JudgeHealth taskBox
	Verdict                                       choiceBox
	AnnounceStep                                  taskBox

	ProveTrafficAgain  taskBox
	StillFlowing       choiceBox
	Promote            taskBox
	ConfirmPromotion   taskBox
	PromotionConfirmed choiceBox
	WaitForAnswer      waitBox
	PromoteAgain       taskBox

	AnnouncePromotion, StopTrafficAfterPromotion taskBox
	WaitForPrimary                               waitBox
	CheckPrimary                                 taskBox
	PrimaryDeployed                              choiceBox
	Bake                                         waitBox
	ObservePrimary, JudgePrimary                 taskBox
	PrimaryHealthy                               choiceBox

	StopTraffic  taskBox
	WaitForStop  waitBox
	CheckStop    taskBox
	StopDeployed choiceBox

	RestorePrimary  taskBox
	WaitForRestore  waitBox
	CheckRestore    taskBox
	RestoreDeployed choiceBox

	endStates

	Promoted, Calibrated, NothingToRelease sfn.Succeed
	RolledBack                             sfn.Fail
}

func newReleaseStates(b *boxes) *releaseStates {
	s := &releaseStates{}
	s.prepare(b)
	s.stage(b)
	s.judge(b)
	s.promote(b)
	s.bake(b)
	s.goBack(b)
	s.end(b)
	return s
}

func (s *releaseStates) prepare(b *boxes) {
	s.ReceiveRequest = b.receive(release.Release)
	s.ValidateRequest = b.task("Validate Request", work{
		Folder: "validaterequest", Result: "$.plan", Retry: steady(),
		Does: "Checks every rule of the request and freezes the plan, with its defaults filled in.",
	})
	s.lockStates = newLockStates(b, steady())
	s.Preflight = b.task("Preflight", work{
		Folder: "preflight", Result: "$.preflight", Retry: steady(),
		Does: "Looks at the pair before anything is touched, and lists what would make the release fail or mislead.",
	})
	s.PreflightPassed = b.choice("Preflight Passed?")
	s.WaitForOthers = b.wait("Wait For Others", release.PollEvery)
	s.contentStates = newContentStates(b)
	s.AnnounceStart = b.task("Announce Start", announcement(release.EventReleaseStarted, "Announces that the release has started."))
}

func (s *releaseStates) stage(b *boxes) {
	s.ChangeStaging = b.task("Change Staging", work{
		Folder: "changestaging", Result: "$.staging", Retry: steady(),
		Does: "Makes the requested change to the staging distribution, which no viewer uses yet.",
	})
	s.WaitForStaging = b.wait("Wait For Staging", release.PollEvery)
	s.CheckStaging = b.task("Check Staging", work{
		Folder: "checkdeployed", Which: release.OfStaging, Result: "$.deployed", Retry: steady(),
		Does: "Asks CloudFront whether the staging distribution is deployed everywhere.",
	})
	s.StagingDeployed = b.choice("Staging Deployed?")
	s.AnythingToRelease = b.choice("Anything To Release?")
	s.smokeStates = newSmokeStates(b)
}

func (s *releaseStates) judge(b *boxes) {
	s.ShiftTraffic = b.task("Shift Traffic", work{
		Folder: "shifttraffic", Result: "$.step", Retry: steady(),
		Does: "Sends the next step's share of the viewers to the staging distribution.",
	})
	s.WaitForTraffic = b.wait("Wait For Traffic", release.PollEvery)
	s.CheckTraffic = b.task("Check Traffic", work{
		Folder: "checkdeployed", Which: release.OfTraffic, Result: "$.deployed", Retry: steady(),
		Does: "Asks CloudFront whether the new share is deployed everywhere.",
	})
	s.TrafficDeployed = b.choice("Traffic Deployed?")
	s.WaitForViewers = b.wait("Wait For Viewers", release.LookEvery)
	s.CheckPair = b.task("Check Pair", work{
		Folder: "checkpair", Result: "$.pair", Retry: steady(),
		Does: "Checks that nobody has changed either config since the judging began.",
	})
	s.ProveTraffic = b.task("Prove Traffic", work{
		Folder: "provetraffic", Result: "$.traffic", Retry: steady(),
		Does: "Measures which share of the viewers' requests the staging distribution really receives.",
	})
	s.Observe = b.task("Observe", work{
		Folder: "observe", Which: release.CountsOfStaging, Result: "$.observation", Retry: steady(),
		Does: "Reads requests and errors of both distributions, minute by minute.",
	})
	s.JudgeHealth = b.task("Judge Health", work{
		Folder: "judgehealth", Result: "$.judgement", Retry: steady(),
		Does: "Decides whether staging is healthy, unhealthy or not yet known.",
	})
	s.Verdict = b.choice("Verdict?")
	s.AnnounceStep = b.task("Announce Step", announcement(release.EventStepPassed, "Announces that a step has passed."))
	s.ProveTrafficAgain = b.task("Prove Traffic Again", work{
		Folder: "provetraffic", Result: "$.traffic", Retry: steady(),
		Does: "Proves once more, right before the promotion, that staging receives viewers' requests.",
	})
	s.StillFlowing = b.choice("Still Flowing?")
}

func (s *releaseStates) promote(b *boxes) {
	s.Promote = b.task("Promote", work{
		Folder: "promote", Result: "$.promote", Retry: unsent(),
		Does: "Copies the judged staging config to the primary: a one-way door, which opens only for the two judged ETags.",
	})
	s.ConfirmPromotion = b.task("Confirm Promotion", work{
		Folder: "confirmpromotion", Result: "$.promotion", Retry: stubborn(),
		Does: "Finds out whether the promotion happened: by CloudFront's answer, or by the config that the primary now has.",
	})
	s.PromotionConfirmed = b.choice("Promotion Confirmed?")
	s.WaitForAnswer = b.wait("Wait For Answer", release.AskAgainAfter)
	s.PromoteAgain = b.task("Promote Again", work{
		Folder: "promote", Result: "$.promote", Retry: unsent(),
		Does: "Sends the promotion in doubt once more, with the same two ETags: it can only happen once.",
	})
	s.AnnouncePromotion = b.task("Announce Promotion", announcement(release.EventPromoted, "Announces that the primary was promoted."))
}

func (s *releaseStates) bake(b *boxes) {
	s.StopTrafficAfterPromotion = b.task("Stop Traffic After Promotion", work{
		Folder: "stoptraffic", Result: "$.stop", Retry: stubborn(),
		Does: "Switches the policy off: the primary now serves every viewer.",
	})
	s.WaitForPrimary = b.wait("Wait For Primary", release.PollEvery)
	s.CheckPrimary = b.task("Check Primary", work{
		Folder: "checkdeployed", Which: release.OfPromotion, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the promoted primary is deployed everywhere.",
	})
	s.PrimaryDeployed = b.choice("Primary Deployed?")
	s.Bake = b.wait("Bake", release.LookEvery)
	s.ObservePrimary = b.task("Observe Primary", work{
		Folder: "observe", Which: release.CountsOfPrimary, Result: "$.observation", Retry: steady(),
		Does: "Reads requests and errors of the primary, now and before the release.",
	})
	s.JudgePrimary = b.task("Judge Primary", work{
		Folder: "judgeprimary", Result: "$.bake", Retry: stubborn(),
		Does: "Decides whether the primary is as healthy as before the promotion.",
	})
	s.PrimaryHealthy = b.choice("Primary Healthy?")
}

func (s *releaseStates) goBack(b *boxes) {
	s.StopTraffic = b.task("Stop Traffic", work{
		Folder: "stoptraffic", Result: "$.stop", Retry: stubborn(),
		Does: "Switches the policy off: every viewer gets the primary, which this release has not changed.",
	})
	s.WaitForStop = b.wait("Wait For Stop", release.PollEvery)
	s.CheckStop = b.task("Check Stop", work{
		Folder: "checkdeployed", Which: release.OfStop, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the switched-off policy is deployed everywhere.",
	})
	s.StopDeployed = b.choice("Stop Deployed?")
	s.RestorePrimary = b.task("Restore Primary", work{
		Folder: "restoreprimary", Result: "$.restore", Retry: stubborn(),
		Does: "Puts the primary's config from before the release back, unless somebody has changed it since.",
	})
	s.WaitForRestore = b.wait("Wait For Restore", release.PollEvery)
	s.CheckRestore = b.task("Check Restore", work{
		Folder: "checkdeployed", Which: release.OfRestore, Result: "$.deployed", Retry: stubborn(),
		Does: "Asks CloudFront whether the restored primary is deployed everywhere.",
	})
	s.RestoreDeployed = b.choice("Restore Deployed?")
}

func (s *releaseStates) end(b *boxes) {
	s.endStates = newEndStates(b, release.EventReleaseEnded)
	s.Promoted = b.succeed(release.Promoted, "The primary has the judged config.")
	s.Calibrated = b.succeed(release.Calibrated, "Two equal sides passed every step; nothing was to be promoted.")
	s.NothingToRelease = b.succeed(release.NothingToRelease, "Staging equals the primary.")
	s.RolledBack = b.fail(release.RolledBack, "Failed, and the pair is verified to be as safe as before.")
}
