package scenario_test

import (
	"slices"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// TestEverySwitchLeadsToASafeEnd runs the scenarios under every unverified behaviour of AWS turned, one at a time: the end
// may be another one where AWS itself refuses, but what an end promises must hold.
func TestEverySwitchLeadsToASafeEnd(t *testing.T) {
	t.Parallel()
	for _, turn := range cloudfront.Turns() {
		t.Run(turn.Name, func(t *testing.T) {
			t.Parallel()
			underEveryLoad(t, func(w *world.World) { turn.Apply(&w.CloudFront.Switches) })
		})
	}
	for _, turn := range edge.Turns() {
		t.Run(turn.Name, func(t *testing.T) {
			t.Parallel()
			underEveryLoad(t, func(w *world.World) { turn.Apply(&w.Edge.Switches) })
		})
	}
}

func underEveryLoad(t *testing.T, turn func(*world.World)) {
	t.Helper()
	for _, name := range []string{
		"healthy", "bad-release", "override", "regression-after-promote", "lost-answer", "lost-request", "stale-lock", "console-edit-primary", "slow-origin", "content",
	} {
		stage := build(t, name, 1)
		turn(stage.World)
		run(t, stage)
		want := stage.Ends[0].Titles
		if stage.World.Edge.CustomErrorResponseBug > 0 {
			want = []string{release.RolledBack} // what the 5xx gate must see
		}
		if got := scenario.End(stage.Main()); !slices.Contains(want, got) {
			t.Errorf("%s: got %s, want %v: %s", name, got, want, stage.Main().Cause())
		}
		checkAftermath(t, stage)
		if id := live(stage.World, stage.World.Pair.PrimaryID).Text("ContinuousDeploymentPolicyId"); id != stage.World.Pair.Policy.ID {
			t.Errorf("%s: the primary's policy id is %q afterwards", name, id)
		}
	}
}
