package scenario_test

import (
	"slices"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// TestEverySwitchLeadsToASafeEnd runs the scenarios under every unverified behaviour of AWS turned, one at a time: the end
// may be another one where AWS itself refuses, but what an end promises must hold.
func TestEverySwitchLeadsToASafeEnd(t *testing.T) {
	for _, turn := range cloudfront.Turns() {
		t.Run(turn.Name, func(t *testing.T) {
			for _, name := range []string{"healthy", "bad-release", "regression-after-promote", "lost-answer", "lost-request", "stale-lock", "console-edit-primary"} {
				stage := build(t, name, 1)
				turn.Apply(&stage.World.CloudFront.Switches)
				run(t, stage)
				if got, want := scenario.End(stage.Main()), stage.Ends[0].Titles; !slices.Contains(want, got) {
					t.Errorf("%s: got %s, want %v: %s", name, got, want, stage.Main().Cause())
				}
				checkAftermath(t, stage)
				if id := live(stage.World, stage.World.Pair.PrimaryID).Text("ContinuousDeploymentPolicyId"); id != stage.World.Pair.Policy.ID {
					t.Errorf("%s: the primary's policy id is %q afterwards", name, id)
				}
			}
		})
	}
}

// TestMetricsThatIncludeStagingJudgeTheSame: it is not documented whether the primary's Requests include staging's.
func TestMetricsThatIncludeStagingJudgeTheSame(t *testing.T) {
	for _, name := range []string{"healthy", "bad-release", "override", "regression-after-promote"} {
		t.Run(name, func(t *testing.T) {
			stage := build(t, name, 1)
			stage.World.Edge.RequestsIncludeStaging = true
			run(t, stage)
			if err := stage.Expected(); err != nil {
				t.Error(err)
			}
			checkAftermath(t, stage)
		})
	}
}

// TestTheErrorsOfWeightedRoutingWithCustomErrorResponsesGoBack: the reported bug answers some of staging's requests with
// 500, which the 5xx gate must see.
func TestTheErrorsOfWeightedRoutingWithCustomErrorResponsesGoBack(t *testing.T) {
	stage := build(t, "healthy", 1)
	stage.World.Edge.CustomErrorResponseBug = 0.02
	run(t, stage)
	if got := scenario.End(stage.Main()); got != release.RolledBack {
		t.Errorf("got %s", got)
	}
	checkAftermath(t, stage)
}
