package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

const retireRequest = `{"primary": "E1PRIMARY", "reason": "the site moves to another account"}`

const cleanupRequest = `{"apply": true, "reason": "the quota of policies is used up"}`

// amongHealthy puts 20 orphans and 300 healthy distributions into a scenario, and checks in the end what became of them.
func amongHealthy(check func(*Account) error, s Scenario) Scenario {
	var a *Account
	s.Options = func(o *world.Options) { o.Quiet = true }
	s.Prepare = func(w *world.World) (err error) {
		a, err = NewAccount(w, healthy, Orphans())
		return err
	}
	s.Check = func(*world.World) error { return check(a) }
	return s
}

const healthy = 290 // ten of them with a staging distribution

// apart are the scenarios in which pairs are taken apart.
func apart() []Scenario {
	return []Scenario{
		{
			Name: "retire", Story: "A pair that nobody needs any more is taken apart, past what CloudFront refuses for a while; the primary stays as it is.",
			Workflow: release.Retire, Request: retireRequest,
			Ends: []Ending{{release.Retire, []string{release.Retired}}},
			Prepare: func(w *world.World) error {
				enable(w)
				w.Clock.Advance(time.Hour)
				w.Transport.Fault = refuseFirst(map[string]string{
					"DeleteContinuousDeploymentPolicy": "ContinuousDeploymentPolicyInUse", "DeleteDistribution": "DistributionNotDisabled",
				})
				return nil
			},
			Check: onlyThePrimaryIsLeft,
		},
		{
			Name: "retire-interrupted", Story: "A retire may not delete the policy and needs an operator; once the permission is back, a second one goes on from there.",
			Workflow: release.Retire, Request: retireRequest,
			Ends:    []Ending{{release.Retire, []string{release.NeedsOperator}}, {secondRetire, []string{release.Retired}}},
			Prepare: deleteOnlyLater, Check: onlyThePrimaryIsLeft,
		},
		amongHealthy((*Account).CheckUntouched, Scenario{
			Name: "cleanup-dry-run", Story: "The daily cleanup reports 20 orphans of every kind among 300 healthy distributions, and touches nothing.",
			Workflow: release.Cleanup, Request: `{"reason": "schedule"}`, Ends: []Ending{{release.Cleanup, []string{release.OrphansFound}}},
		}),
		amongHealthy((*Account).CheckClean, Scenario{
			Name: "cleanup", Story: "A cleanup takes 20 orphans of every kind apart among 300 healthy distributions, and leaves what is to be kept.",
			Workflow: release.Cleanup, Request: cleanupRequest, Ends: []Ending{{release.Cleanup, []string{release.Cleaned}}},
		}),
		{
			Name: "cleanup-while-releasing", Story: "A cleanup comes in the middle of a release of a pair whose stack was deleted: it leaves that pair alone, and takes an orphan apart.",
			Ends:    []Ending{{First, []string{release.Promoted}}, {release.Cleanup, []string{release.Cleaned}}},
			Prepare: cleanUpInTheMiddle, Check: onlyTheOrphanIsGone,
		},
		{
			Name: "retire-while-releasing", Story: "Somebody retires a pair in the middle of a release: the lock refuses it, and the release goes on.",
			Ends: []Ending{{First, []string{release.Promoted}}, {release.Retire, []string{release.Rejected}}},
			Prepare: func(w *world.World) error {
				w.When("Wait For Traffic", 1, func(*asl.Execution) {
					w.Clock.After(time.Minute, func() {
						_, _ = w.StartWorkflow(release.Retire, release.Retire, json.RawMessage(retireRequest))
					})
				})
				return nil
			},
		},
	}
}

// refuseFirst refuses the first call of each operation with its code.
func refuseFirst(codes map[string]string) func(transport.Call) transport.Outcome {
	return func(c transport.Call) transport.Outcome {
		code := codes[c.Operation]
		if code == "" || c.Service != "CloudFront" {
			return transport.Outcome{}
		}
		delete(codes, c.Operation)
		return transport.Outcome{Kind: transport.Refuse, Status: http.StatusConflict, Code: code, Message: "made up by the scenario"}
	}
}

const secondRetire = "second-retire"

// deleteOnlyLater: the permission to delete policies comes an hour after the first retire has missed it.
func deleteOnlyLater(w *world.World) error {
	allowed := false
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if allowed || c.Operation != "DeleteContinuousDeploymentPolicy" {
			return transport.Outcome{}
		}
		return transport.Outcome{Kind: transport.Refuse, Status: http.StatusForbidden, Code: "AccessDenied", Message: "not authorized to perform cloudfront:DeleteContinuousDeploymentPolicy"}
	}
	w.When(release.NeedsOperator, 1, func(*asl.Execution) {
		w.Clock.After(time.Hour, func() {
			allowed = true
			_, _ = w.StartWorkflow(release.Retire, secondRetire, json.RawMessage(retireRequest))
		})
	})
	return nil
}

const lonely = "E2LONELY01"

func cleanUpInTheMiddle(w *world.World) error {
	tree := w.Pair.Staging.Clone()
	tree.Set("CallerReference", "")
	if _, err := w.CloudFront.AddDistribution(lonely, tree); err != nil {
		return err
	}
	w.SetStagingStack("DELETE_COMPLETE")
	w.CloudFormation.Put(cloudformation.Stack{
		Name: "gone", Status: "DELETE_COMPLETE", Deleted: w.Clock.Now(), Resources: []cloudformation.Resource{{Physical: w.Pair.Policy.ID}},
	})
	w.Clock.Advance(2 * time.Hour)
	w.When("Preflight", 1, func(*asl.Execution) {
		_, _ = w.StartWorkflow(release.Cleanup, release.Cleanup, json.RawMessage(`{"apply": true, "minimumAge": "1h", "reason": "quota"}`))
	})
	return nil
}

func onlyTheOrphanIsGone(w *world.World) error {
	if _, found := w.CloudFront.Live(lonely); found {
		return errors.New("the orphan is left")
	}
	if _, found := w.CloudFront.Live(w.Pair.StagingID); !found || len(w.CloudFront.Policies()) != 1 {
		return errors.New("the pair that was being released is gone")
	}
	return nil
}

// enable is a colleague who switches the policy on by hand.
func enable(w *world.World) {
	if err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) { n.Set("Enabled", "true") }); err != nil {
		panic(err)
	}
}

// onlyThePrimaryIsLeft looks at the pair: nothing may be left but the primary, with the settings that it had.
func onlyThePrimaryIsLeft(w *world.World) error {
	if n := len(w.CloudFront.Policies()); n > 0 {
		return fmt.Errorf("%d policies are left", n)
	}
	if ids := w.CloudFront.Distributions(); len(ids) != 1 || ids[0] != w.Pair.PrimaryID {
		return fmt.Errorf("the distributions %v are left", ids)
	}
	config, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	now, before := config.Tree().Clone(), w.Pair.Primary.Clone()
	now.Remove("ContinuousDeploymentPolicyId")
	before.Remove("ContinuousDeploymentPolicyId")
	if !now.Same(before) {
		return errors.New("the primary's other settings have changed")
	}
	if w.Locked() {
		return errors.New("the lock is held")
	}
	return nil
}
