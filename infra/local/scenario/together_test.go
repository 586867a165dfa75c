package scenario_test

import (
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// togetherTable are paths of enroll and maintenance that no scenario takes.
func togetherTable() map[string]row {
	return map[string]row{
		"enroll waits for somebody else's change": {
			scenario: "enroll", end: release.Promoted,
			prepare: func(w *world.World) { edit(w, w.Pair.PrimaryID, touch) },
		},
		"a primary with HTTP/3 is not enrolled": {
			scenario: "enroll", end: release.Rejected, cause: "http3 (block)",
			prepare: func(w *world.World) {
				edit(w, w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("HttpVersion", "http2and3") })
			},
		},
		"a copy that CloudFront refuses leaves nothing behind": {
			scenario: "enroll", end: release.Rejected, cause: "TooManyDistributions", visits: []string{"Copy Primary", "Finish", "Release Lock"},
			prepare: refusing("CopyDistribution", "TooManyDistributions"),
		},
		"an enroll whose lock was lost writes nothing": {
			scenario: "enroll", end: release.NeedsOperator, prepare: stealLock("Copy Primary"),
		},
		"a request of a release is not one of enroll": {
			scenario: "enroll", request: `{"primary": "E1PRIMARY", "ramp": []}`, end: release.Rejected, cause: `unknown field "ramp"`,
		},
		"maintenance waits for somebody else's change": {
			scenario: "maintenance", end: release.Promoted, visits: []string{"Preflight"},
			prepare: func(w *world.World) { edit(w, w.Pair.PrimaryID, touch) },
		},
		"maintenance is refused while somebody tests with the policy": {
			scenario: "maintenance", end: release.Rejected, cause: "policy-enabled (block)",
			prepare: func(w *world.World) { setPolicy(w, "true"); w.Clock.Advance(settled) },
		},
		"a maintenance whose lock was lost opens no door": {
			scenario: "maintenance", end: release.NeedsOperator, visits: []string{"Open Door", "Finish"}, prepare: stealLock("Open Door"),
		},
		"a policy that somebody attaches meanwhile is not taken off": {
			scenario: "maintenance", end: release.NeedsOperator, cause: "by someone else instead of", prepare: func(w *world.World) {
				w.When("Detach Policy", 1, func(*asl.Execution) { attachAnother(w) })
			},
		},
		"maintenance that nobody ends puts the pair together all the same": {
			scenario: "maintenance", request: `{"primary": "E1PRIMARY", "minutes": 4}`, end: release.Promoted,
		},
		"what the operator has made illegal needs an operator": {
			scenario: "maintenance", request: `{"primary": "E1PRIMARY", "minutes": 1}`, end: release.NeedsOperator, cause: "start maintenance again",
			prepare: func(w *world.World) {
				w.When("Wait For Operator", 1, func(*asl.Execution) {
					edit(w, w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("HttpVersion", "http2and3") })
				})
			},
		},
		"a door of another maintenance says nothing": {
			scenario: "maintenance", end: release.Promoted,
			prepare: func(w *world.World) {
				put(w, record.DoorKey(w.Pair.PrimaryID), record.Door{Execution: deadExecution, Done: true, Staging: w.Pair.StagingID})
			},
		},
	}
}

// attachAnother is a colleague who gives the primary another staging distribution.
func attachAnother(w *world.World) {
	tree := w.Pair.Staging.Clone()
	tree.Set("CallerReference", "")
	staging, err := w.CloudFront.AddDistribution("E2ANOTHER1", tree)
	if err != nil {
		panic(err)
	}
	policy, err := w.CloudFront.AddPolicy(cloudfront.Policy{StagingDomain: staging.DomainName, Type: cloudfront.SingleWeight, Weight: 0.05})
	if err != nil {
		panic(err)
	}
	for _, id := range []string{"", policy.ID} { // CloudFront does not replace one by another
		edit(w, w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", id) })
	}
}
