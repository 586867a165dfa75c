package release_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

func stranded() map[string]ending {
	stuck := lambdaError("NotDeployed", "the primary was still InProgress.")
	return map[string]ending{
		"what a dead run left could not be cleaned up": {
			func(d *release.Document) {
				takenOver(d)
				d.Recovery, d.Preflight, d.Stranded = nil, nil, lambdaError("Throttled", "Rate exceeded")
			},
			release.NeedsOperator,
			[]string{
				"Throttled: Rate exceeded.", "A dead run may have left viewers of E1PRIMARY00000 on its staging distribution.",
				"Find its policy: aws cloudfront get-distribution-config --id E1PRIMARY00000 --query DistributionConfig.ContinuousDeploymentPolicyId",
			},
			[]string{"update-continuous-deployment-policy"},
		},
		"what no dead run has left is not blamed on one": {
			func(d *release.Document) {
				d.Lock = &release.Lock{}
				d.Recovery, d.Preflight, d.Stranded = nil, nil, lambdaError("Unexpected", "a bug")
			},
			release.NeedsOperator,
			[]string{"This release has sent no viewer of E1PRIMARY00000 to staging."},
			[]string{"dead run"},
		},
		"a dead run is forgotten once Preflight has looked at the pair": {
			func(d *release.Document) { takenOver(d); d.Stranded = lambdaError("Unexpected", "a bug") },
			release.NeedsOperator,
			[]string{"This release has sent no viewer of E1PRIMARY00000 to staging."},
			[]string{"dead run"},
		},
		"the recovery did not deploy": {
			func(d *release.Document) {
				takenOver(d)
				d.Preflight, d.Recovery, d.Stranded = nil, &release.Recovery{Needed: true, PolicyID: "the-dead-runs"}, stuck
			}, release.NeedsOperator,
			[]string{
				"A dead run may have left viewers of E1PRIMARY00000 on its staging distribution.",
				"Switch the policy off, if it is on: " + release.SwitchOffCommand("the-dead-runs"),
			},
			[]string{"Find its policy"},
		},
		"traffic could not be stopped": {
			func(d *release.Document) {
				d.Staging, d.Step = &release.Staging{Differs: true}, &release.Step{}
				d.Failure, d.Stranded = lambdaError("ConfigChanged", "someone was here."), lambdaError("Unavailable", "no answer")
			}, release.NeedsOperator,
			[]string{
				"Unavailable: no answer. This came while going back because of ConfigChanged: someone was here.",
				"Some viewers of E1PRIMARY00000 may still get the staging config.",
				"Switch the policy off, if it is on: " + release.SwitchOffCommand("the-policy"), "(execution mine; runbook: Needs Operator)",
			},
			[]string{"Find its policy"},
		},
		"traffic was stopped, but not everywhere": {
			func(d *release.Document) {
				d.Staging, d.Stop, d.Stranded = &release.Staging{Differs: true}, &release.Write{}, stuck
			}, release.NeedsOperator,
			[]string{"switched off, but some points of presence may still send viewers to staging"},
			nil,
		},
		"traffic was stopped everywhere, and only the end failed": {
			func(d *release.Document) {
				d.Staging, d.Stop, d.Stranded = &release.Staging{Differs: true}, &release.Write{}, lambdaError("Unavailable", "S3 is down")
				d.Deployed = &release.Deployed{What: release.OfStop, Deployed: true}
			}, release.NeedsOperator, []string{"Viewers are safe: the policy of E1PRIMARY00000 is off everywhere."}, []string{"may still"},
		},
		"the promotion is in doubt": {
			inDoubt, release.NeedsOperator,
			[]string{"It is not known whether E1PRIMARY00000 has the old config or the promoted one", "its policy may still be on"},
			nil,
		},
		"the promotion is in doubt since its first confirmation": {
			func(d *release.Document) { inDoubt(d); d.Doubt, d.Promotion = nil, &release.Promotion{} }, release.NeedsOperator,
			[]string{"It is not known whether"},
			nil,
		},
		"the promotion happened, and the policy or the propagation failed after it": {
			func(d *release.Document) {
				d.Staging, d.Promotion, d.Stranded = &release.Staging{Differs: true}, &release.Promotion{Confirmed: true}, stuck
			}, release.NeedsOperator, []string{"The promotion happened: viewers get the promoted config from E1PRIMARY00000."}, nil,
		},
		"the primary got worse and could not be restored": {
			func(d *release.Document) {
				regressed(d)
				d.Stranded = lambdaError("ConfigChanged", "their config is live")
			}, release.NeedsOperator,
			[]string{"ConfigChanged: their config is live.", "What was promoted to E1PRIMARY00000 got worse and was not taken back."},
			[]string{"was written to"},
		},
		"the primary was restored everywhere, and only the end failed": {
			func(d *release.Document) {
				regressed(d)
				d.Restore, d.Stranded = &release.Write{}, lambdaError("Unavailable", "S3 is down")
				d.Deployed = &release.Deployed{What: release.OfRestore, Deployed: true}
			}, release.NeedsOperator,
			[]string{"Viewers are safe: E1PRIMARY00000 has its config from before the release everywhere."},
			[]string{"may still"},
		},
		"the restoration did not deploy": {
			func(d *release.Document) {
				regressed(d)
				d.Restore, d.Stranded = &release.Write{}, stuck
				d.Deployed = &release.Deployed{What: release.OfRestore}
			},
			release.NeedsOperator,
			[]string{"The config from before the release was written to E1PRIMARY00000, but may not be everywhere yet."},
			[]string{"Viewers are safe", "was not taken back"},
		},
	}
}

func TestTheCommandThatSwitchesThePolicyOffNamesItEverywhere(t *testing.T) {
	t.Parallel()
	got := release.SwitchOffCommand("the-policy")
	if n := strings.Count(got, "--id the-policy "); n != 3 || strings.Contains(got, "POLICY") {
		t.Errorf("got %q, want the policy in each of three calls", got)
	}
	if read, write := strings.Index(got, "--query ETag"), strings.Index(got, `--if-match "$etag"`); read < 0 || write < read || strings.Contains(got, "\n") {
		t.Errorf("got %q, want one line that writes under the ETag it has read first", got)
	}
}
