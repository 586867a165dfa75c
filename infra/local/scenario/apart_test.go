package scenario_test

import (
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// apartTable are paths of the retire workflow that no scenario takes.
func apartTable() map[string]row {
	return map[string]row{
		"CloudFront asks to slow down": {
			scenario: "retire", end: release.Retired, visits: []string{"Find Pair", "Wait For CloudFront", "Find Pair", "Disable Policy"},
			prepare: func(w *world.World) { w.CloudFront.Throttle = cloudfront.Throttle{Burst: 5, PerSecond: 5} },
		},
		"a request that names no primary": {
			scenario: "retire", request: `{"primary": "my site"}`, end: release.Rejected, cause: "InvalidRequest",
		},
		"a request with a field that nobody knows": {
			scenario: "retire", request: `{"primary": "E1PRIMARY", "force": true}`, end: release.Rejected, cause: `unknown field "force"`,
		},
		"a primary that is to be kept": {
			scenario: "retire", end: release.Rejected, cause: "cloudfront-cd:keep",
			prepare: func(w *world.World) { w.CloudFront.Tag(world.PrimaryID, account.KeepTag, "") },
		},
		"a staging distribution that is to be kept": {
			scenario: "retire", end: release.Rejected, cause: "cloudfront-cd:keep",
			prepare: func(w *world.World) { w.CloudFront.Tag(world.StagingID, account.KeepTag, "") },
		},
		"a policy on the keep-list": {
			scenario: "retire", end: release.Rejected, cause: "keep.json",
			prepare: func(w *world.World) { put(w, record.KeepKey, record.KeepList{Policies: []string{w.Pair.Policy.ID}}) },
		},
		"a keep-list that nobody can read": {
			scenario: "retire", end: release.Rejected, cause: "what is to be kept is not known",
			prepare: func(w *world.World) { put(w, record.KeepKey, "everything") },
		},
		"somebody switches the policy on again": {
			scenario: "retire", end: release.NeedsOperator, cause: "start retire again",
			prepare: func(w *world.World) {
				w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachNever
				w.When("Delete Policy", 1, func(*asl.Execution) { setPolicy(w, "true") })
			},
		},
	}
}

// TestARetiredPairIsRetiredAgainWithoutAWrite: stages that are repeated stay green.
func TestARetiredPairIsRetiredAgainWithoutAWrite(t *testing.T) {
	t.Parallel()
	stage := begin(t, "retire", "")
	run(t, stage)
	writes := len(ours(stage.World))
	x, err := stage.World.StartWorkflow(release.Retire, "again", []byte(`{"primary": "E1PRIMARY"}`))
	if err != nil {
		t.Fatal(err)
	}
	stage.World.Clock.RunUntil(func() bool { return !stage.World.Running() })
	if got := scenario.End(x); got != release.Retired || len(ours(stage.World)) != writes {
		t.Errorf("got %s with %d more writes, want %s without", got, len(ours(stage.World))-writes, release.Retired)
	}
	if took := x.StopDate().Sub(x.StartDate()); took > 10*time.Minute {
		t.Errorf("it took %s", took)
	}
}
