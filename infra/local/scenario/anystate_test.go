package scenario_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/cloudfront"
)

// halfApart is a state that a pair may be found in.
type halfApart struct{ policy, staging, primary string }

const (
	onAttached  = "policy on"
	offAttached = "policy off"
	onDetached  = "policy on, detached"
	offDetached = "policy off, detached"

	enabled            = "enabled"
	disabled           = "disabled"
	enabledInProgress  = "enabled, InProgress"
	disabledInProgress = "disabled, InProgress"

	deployed   = "Deployed"
	inProgress = "InProgress"
	deleted    = "deleted"
)

// states are all that can be reached. A primary that is deleted takes the attachment with it.
func states() []halfApart {
	var all []halfApart
	for _, policy := range []string{onAttached, offAttached, onDetached, offDetached, deleted} {
		for _, staging := range []string{enabled, disabled, enabledInProgress, disabledInProgress, deleted} {
			for _, primary := range []string{deployed, inProgress, deleted} {
				if primary == deleted && (policy == onAttached || policy == offAttached) {
					continue
				}
				all = append(all, halfApart{policy, staging, primary})
			}
		}
	}
	return all
}

// TestNothingIsLeftOfAPairWhateverStateItWasIn takes a pair apart from every state that it can be in, by retire and by
// cleanup, under every unverified behaviour of AWS.
func TestNothingIsLeftOfAPairWhateverStateItWasIn(t *testing.T) {
	t.Parallel()
	turns := append([]cloudfront.Turn{{Name: "as assumed", Apply: func(*cloudfront.Switches) {}}}, cloudfront.Turns()...)
	runs := 0
	for _, turn := range turns {
		for _, s := range states() {
			for _, workflow := range []string{release.Retire, release.Cleanup} {
				runs++
				t.Run(fmt.Sprint(workflow, " ", s, " ", turn.Name), func(t *testing.T) {
					t.Parallel()
					takeApart(t, workflow, s, turn)
				})
			}
		}
	}
	t.Logf("%d states of a pair, each taken apart by two workflows under %d settings of the switches: %d runs", len(states()), len(turns), runs)
}

func takeApart(t *testing.T, workflow string, s halfApart, turn cloudfront.Turn) {
	t.Helper()
	w, before := s.build(t)
	turn.Apply(&w.CloudFront.Switches)
	request := map[string]string{release.Retire: `{"primary": "E1PRIMARY"}`, release.Cleanup: apply}[workflow]
	x, err := w.StartWorkflow(workflow, workflow, json.RawMessage(request))
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.RunUntil(func() bool { return x.Status() != asl.Running })
	if got := scenario.End(x); !slices.Contains([]string{release.Retired, release.Cleaned, release.Clean}, got) {
		t.Errorf("got %s: %s", got, x.Cause())
	}
	if got := w.CloudFront.Policies(); len(got) > 0 {
		t.Errorf("the policies %v are left", got)
	}
	if keys := w.S3.Keys(world.Bucket, "locks/"); len(keys) > 0 {
		t.Errorf("the locks %v are held", keys)
	}
	var want []string
	if s.primary != deleted {
		want = []string{world.PrimaryID}
		now := live(w, world.PrimaryID).Tree().Clone()
		now.Remove("ContinuousDeploymentPolicyId")
		if !now.Same(before) {
			t.Error("the primary's other settings have changed")
		}
	}
	if got := w.CloudFront.Distributions(); !slices.Equal(got, want) {
		t.Errorf("the distributions %v are left, want %v", got, want)
	}
}

// build makes a world two days after the pair has come to its state, and the primary's config without its policy. A record of
// a release has the pair, and a stack that was deleted has owned it.
func (s halfApart) build(t *testing.T) (*world.World, *cloudfront.Node) {
	t.Helper()
	w, err := scenario.Scenario{Options: func(o *world.Options) {
		o.Quiet = true
		on := s.policy == onAttached || s.policy == onDetached
		o.Policy = cloudfront.Policy{Enabled: on, Type: cloudfront.SingleWeight, Weight: 0.05}
		o.Staging.Enabled = aws.Bool(s.staging == enabled || s.staging == enabledInProgress)
	}}.World(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	put(w, "releases/E1PRIMARY/20261122T090000Z-release.json", record.Evidence{
		Preflight: &release.Preflight{PolicyID: w.Pair.Policy.ID, Staging: release.Distribution{ID: world.StagingID}},
	})
	w.SetStagingStack("DELETE_COMPLETE")
	w.CloudFormation.Put(cloudformation.Stack{
		Name: "deleted", Status: "DELETE_COMPLETE", Deleted: w.Clock.Now(),
		Resources: []cloudformation.Resource{{Physical: w.Pair.Policy.ID}, {Physical: world.StagingID}},
	})
	s.detach(t, w)
	s.deleteStaging(t, w)
	if s.primary == deleted {
		deleteDistribution(t, w, world.PrimaryID)
	}
	stuck := w.CloudFront.POPs()[0]
	for id, state := range map[string]string{world.PrimaryID: s.primary, world.StagingID: s.staging} {
		if slices.Contains([]string{inProgress, enabledInProgress, disabledInProgress}, state) {
			w.CloudFront.Stick(id, stuck)
			edit(w, id, nil)
			w.Clock.After(48*time.Hour+10*time.Minute, func() { w.CloudFront.Unstick(id, stuck) })
		}
	}
	w.Clock.Advance(48 * time.Hour)
	before := cloudfront.Elem("DistributionConfig")
	if s.primary != deleted {
		before = live(w, world.PrimaryID).Tree().Clone()
		before.Remove("ContinuousDeploymentPolicyId")
	}
	return w, before
}

// detach takes the policy off the primary, under a behaviour of AWS that lets it.
func (s halfApart) detach(t *testing.T, w *world.World) {
	t.Helper()
	if s.policy == onAttached || s.policy == offAttached {
		return
	}
	w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
	edit(w, world.PrimaryID, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", "") })
	w.CloudFront.Switches = cloudfront.DefaultSwitches()
	w.Clock.Advance(10 * time.Minute)
	if s.policy != deleted {
		return
	}
	policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
	_, err := cf.NewFromConfig(w.SDK()).DeleteContinuousDeploymentPolicy(t.Context(), &cf.DeleteContinuousDeploymentPolicyInput{Id: &policy.ID, IfMatch: &policy.ETag})
	if err != nil {
		t.Fatal(err)
	}
}

// deleteStaging: CloudFront does not let a staging distribution go that a policy names, and yet policies were found that name
// one that is gone.
func (s halfApart) deleteStaging(t *testing.T, w *world.World) {
	t.Helper()
	switch {
	case s.staging != deleted:
	case s.policy == deleted:
		deleteDistribution(t, w, world.StagingID)
	default:
		w.CloudFront.Vanish(world.StagingID)
	}
}

func deleteDistribution(t *testing.T, w *world.World, id string) {
	t.Helper()
	edit(w, id, func(n *cloudfront.Node) { n.Set("Enabled", "false") })
	w.Clock.Advance(10 * time.Minute)
	_, err := cf.NewFromConfig(w.SDK()).DeleteDistribution(t.Context(), &cf.DeleteDistributionInput{Id: &id, IfMatch: aws.String(live(w, id).ETag)})
	if err != nil {
		t.Fatal(err)
	}
}
