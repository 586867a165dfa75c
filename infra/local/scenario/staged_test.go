package scenario_test

import (
	"net/http"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

const (
	stagedRequest     = `{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses"]}`
	stagedRegardless  = `{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses", "staging-stack-rolled-back"]}`
	stagedByTerraform = `{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses", "staging-stack-unknown"]}`
)

// stagedRows are releases of what the pipeline has deployed to staging, or has not: the stack says which.
func stagedRows() map[string]row {
	deploymentIs := func(status string) func(*world.World) {
		return func(w *world.World) { w.SetStagingStack(status) }
	}
	return map[string]row{
		"what the stack of staging has deployed is released": {
			request: stagedRequest, prepare: func(w *world.World) { deploy(w) },
			end: release.Promoted, visits: []string{"Preflight", "Change Staging", "Shift Traffic", "Promote"},
		},
		"a rolled-back content that lies on staging is not released with the next config": {
			request: stagedRequest,
			prepare: func(w *world.World) {
				edit(w, w.Pair.StagingID, func(n *cloudfront.Node) { n.Set("Origins/Items/Origin/OriginPath", "/green") })
			},
			end: release.Rejected, cause: "staged-content-moves",
		},
		"a staging stack that is still being deployed is refused": {
			request: stagedRequest, prepare: deploymentIs("UPDATE_IN_PROGRESS"),
			end: release.Rejected, cause: "staging-stack-unfinished", after: time.Minute,
		},
		"a staging stack whose rollback failed is refused": {
			request: stagedRequest, prepare: deploymentIs("UPDATE_ROLLBACK_FAILED"),
			end: release.Rejected, cause: "staging-stack-unfinished", after: time.Minute,
		},
		"a staging stack that was rolled back is refused": {
			request: stagedRequest, prepare: func(w *world.World) { deploy(w); w.SetStagingStack("UPDATE_ROLLBACK_COMPLETE") },
			end: release.Rejected, cause: "staging-stack-rolled-back",
		},
		"a staging stack that was rolled back is released once that is acknowledged": {
			request: stagedRegardless, prepare: func(w *world.World) { deploy(w); w.SetStagingStack("UPDATE_ROLLBACK_COMPLETE") },
			end: release.Promoted,
		},
		"a staging stack that was rolled back to what the primary has leaves nothing to release": {
			request: stagedRequest, prepare: deploymentIs("UPDATE_ROLLBACK_COMPLETE"), end: release.NothingToRelease,
		},
		"a staging distribution of a deleted stack is refused": {
			request: stagedRequest, prepare: deploymentIs("DELETE_COMPLETE"),
			end: release.Rejected, cause: "staging-stack-unknown", after: time.Minute,
		},
		"a staging distribution of a deleted stack that CloudFormation has forgotten is refused": {
			request: stagedRequest,
			prepare: func(w *world.World) {
				w.SetStagingStack("DELETE_COMPLETE")
				w.CloudFormation.ForgetsDeleted = true
			},
			end: release.Rejected, cause: "staging-stack-unknown", after: time.Minute,
		},
		"stacks that may not be read are no proof": {
			request: stagedRequest,
			prepare: func(w *world.World) { w.CloudFormation.Refuse("DescribeStackResources", "AccessDenied") },
			end:     release.Rejected, cause: "staging-stack-unknown", after: time.Minute,
		},
		"a staging distribution that Terraform deploys is released once that is acknowledged": {
			request: stagedByTerraform,
			prepare: func(w *world.World) {
				deploy(w)
				w.SetStagingStack("DELETE_COMPLETE")
				w.CloudFormation.ForgetsDeleted = true
			},
			end: release.Promoted,
		},
		"a CloudFormation that throttles for a moment is asked again": {
			request: stagedRequest,
			prepare: func(w *world.World) {
				w.Transport.Fault = transport.Nth("CloudFormation", "DescribeStacks", 1,
					transport.Outcome{Kind: transport.Refuse, Status: http.StatusBadRequest, Code: "Throttling", Message: "Rate exceeded"})
			},
			end: release.NothingToRelease, visits: []string{"Preflight", "Anything To Release?"},
		},
		"another release of what was promoted has nothing to do": {
			request: stagedRequest, end: release.NothingToRelease,
		},
	}
}

// deploy is a deployment of staging's stack that changes its config.
func deploy(w *world.World) {
	edit(w, w.Pair.StagingID, func(n *cloudfront.Node) { n.Set("Comment", "deployed by the pipeline") })
	w.SetStagingStack("UPDATE_COMPLETE")
}
