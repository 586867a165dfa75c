package scenario_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	livepair "cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/statemachine/golden"
)

// settled is longer than any propagation.
const settled = 15 * time.Minute

// intermediate is how much of a pair there is before enroll.
type intermediate struct {
	policy, staging, primary string
}

const (
	none     = "none"
	copied   = "copied"
	created  = "created"
	attached = "attached"
	on       = "on"
)

// intermediates are all that can be reached: a policy needs its staging distribution.
func intermediates() []intermediate {
	var all []intermediate
	for _, policy := range []string{none, created, attached, on} {
		for _, staging := range []string{none, copied, inProgress, disabled} {
			for _, primary := range []string{deployed, inProgress} {
				if policy == none || staging != none {
					all = append(all, intermediate{policy, staging, primary})
				}
			}
		}
	}
	return all
}

// TestEnrollEndsWithAWorkingPairFromEveryState: a release of the pair is promoted afterwards, whichever of AWS's unverified
// behaviours is turned.
func TestEnrollEndsWithAWorkingPairFromEveryState(t *testing.T) {
	t.Parallel()
	turns := append([]cloudfront.Turn{{Name: "no switch", Apply: func(*cloudfront.Switches) {}}}, cloudfront.Turns()...)
	for _, from := range intermediates() {
		t.Run(fmt.Sprintf("policy %s, staging %s, primary %s", from.policy, from.staging, from.primary), func(t *testing.T) {
			t.Parallel()
			for _, turn := range turns {
				w := loneWorld(t)
				from.make(t, w)
				turn.Apply(&w.CloudFront.Switches)
				enrollAndRelease(t, w, turn.Name)
			}
		})
	}
	t.Logf("%d intermediate states under %d switches: %d enrollments, each with a release", len(intermediates()), len(turns), len(intermediates())*len(turns))
}

func loneWorld(t *testing.T) *world.World {
	t.Helper()
	s, _ := scenario.Find("enroll")
	s.Prepare = nil
	options := s.Options
	s.Options = func(o *world.Options) { options(o); o.RequestsPerMinute = 3000 }
	w, err := s.World(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// make is what an earlier enroll has left, or people have.
func (from intermediate) make(t *testing.T, w *world.World) {
	t.Helper()
	api := cf.NewFromConfig(w.SDK())
	if from.staging != none {
		staging := copyOf(t, w, api, from.staging != disabled)
		if from.policy != none {
			from.makePolicy(t, w, api, *staging.DomainName)
		}
		if from.staging == inProgress {
			edit(w, *staging.Id, touch)
		}
	}
	if from.primary == inProgress {
		edit(w, w.Pair.PrimaryID, touch)
	}
}

func copyOf(t *testing.T, w *world.World, api *cf.Client, enabled bool) *types.Distribution {
	t.Helper()
	out, err := api.CopyDistribution(t.Context(), &cf.CopyDistributionInput{
		PrimaryDistributionId: &w.Pair.PrimaryID, IfMatch: &live(w, w.Pair.PrimaryID).ETag, Staging: aws.Bool(true), Enabled: &enabled,
		CallerReference: aws.String(livepair.CopyReference(w.Pair.PrimaryID, "earlier")),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(settled)
	return out.Distribution
}

func (from intermediate) makePolicy(t *testing.T, w *world.World, api *cf.Client, domain string) {
	t.Helper()
	out, err := api.CreateContinuousDeploymentPolicy(t.Context(), &cf.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{
			Enabled:                     aws.Bool(false),
			StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{domain}},
			TrafficConfig: &types.TrafficConfig{
				Type:               types.ContinuousDeploymentPolicyTypeSingleWeight,
				SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(0.1)},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if from.policy == created {
		return
	}
	id := *out.ContinuousDeploymentPolicy.Id
	edit(w, w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", id) })
	w.Clock.Advance(settled)
	if from.policy == on {
		if err := w.CloudFront.EditPolicy(id, func(n *cloudfront.Node) { n.Set("Enabled", "true") }); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(settled)
	}
}

// quick is a release that takes less than an hour of few viewers.
const quick = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "ramp": [{"weight": 0.15, "observe": "2m", "deadline": "1h"}],
	"gates": {"minimumRequests": 100, "tolerance": {"5xx": 2, "4xx": 5}}, "bake": "10m", "acknowledge": ["custom-error-responses", "stickiness-off"]}`

func enrollAndRelease(t *testing.T, w *world.World, name string) {
	t.Helper()
	x := runWorkflow(t, w, release.Enroll, "enroll", `{"primary": "E1PRIMARY", "acknowledge": ["policy-in-use"]}`)
	if end := scenario.End(x); end != release.Enrolled {
		t.Errorf("%s: got %s: %s", name, end, x.Cause())
		return
	}
	checkPair(t, w, name)
	if x = runWorkflow(t, w, release.Release, "release", quick); scenario.End(x) != release.Promoted {
		t.Errorf("%s: the release afterwards ended %s: %s", name, scenario.End(x), x.Cause())
	}
}

func runWorkflow(t *testing.T, w *world.World, workflow, name, request string) *asl.Execution {
	t.Helper()
	x, err := w.StartWorkflow(workflow, name, json.RawMessage(request))
	if err != nil {
		t.Fatal(err)
	}
	if !w.Clock.RunUntil(func() bool { return !w.Running() }) {
		t.Fatalf("%s never ends", name)
	}
	return x
}

// checkPair: there is one pair, and nothing else.
func checkPair(t *testing.T, w *world.World, name string) {
	t.Helper()
	if err := w.Adopt(); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if policies, ids := w.CloudFront.Policies(), w.CloudFront.Distributions(); len(policies) != 1 || len(ids) != 2 {
		t.Errorf("%s: got the distributions %v and the policies %v, want one pair", name, ids, policies)
	}
	if w.Pair.Policy.Enabled {
		t.Errorf("%s: the policy is on", name)
	}
	for _, id := range []string{w.Pair.PrimaryID, w.Pair.StagingID} {
		if config := live(w, id); w.CloudFront.Status(id) != deployed || config.Text("Enabled") != "true" {
			t.Errorf("%s: %s is %s, Enabled %s", name, id, w.CloudFront.Status(id), config.Text("Enabled"))
		}
	}
	if w.Locked() || w.Held() {
		t.Errorf("%s: locked %t, held up %t", name, w.Locked(), w.Held())
	}
}

// TestEnrollSaysWhatToDoWhereItCannotGoOn: a pair whose staging distribution is gone, as stacks leave it, and a policy that is
// on and may be somebody else's. It touches neither, and once its word is followed it ends with a working pair.
func TestEnrollSaysWhatToDoWhereItCannotGoOn(t *testing.T) {
	t.Parallel()
	turns := append([]cloudfront.Turn{{Name: "no switch", Apply: func(*cloudfront.Switches) {}}}, cloudfront.Turns()...)
	count := 0
	for _, from := range []halfApart{
		{offAttached, deleted, deployed}, {onAttached, deleted, deployed}, {offAttached, deleted, inProgress}, {onDetached, enabled, deployed},
	} {
		for _, turn := range turns {
			count++
			t.Run(fmt.Sprint(from, " ", turn.Name), func(t *testing.T) {
				t.Parallel()
				refuseAndGoOn(t, from, turn)
			})
		}
	}
	t.Logf("%d refusals, each with the enrollment after it", count)
}

func refuseAndGoOn(t *testing.T, from halfApart, turn cloudfront.Turn) {
	t.Helper()
	w, _ := from.build(t)
	turn.Apply(&w.CloudFront.Switches)
	request := `{"primary": "E1PRIMARY", "staging": "E2STAGING"}`
	says := release.SwitchOffCommand(w.Pair.Policy.ID)
	if from.staging == deleted {
		request, says = `{"primary": "E1PRIMARY"}`, "by retire of this primary"
	}
	x := runWorkflow(t, w, release.Enroll, "first", request)
	if end := scenario.End(x); end != release.Rejected || !strings.Contains(x.Cause(), says) || len(ours(w)) > 0 {
		t.Fatalf("got %s with the writes %v: %s; want it to say %q", end, operations(ours(w)), x.Cause(), says)
	}
	if from.staging == deleted {
		if x = runWorkflow(t, w, release.Retire, "retire", `{"primary": "E1PRIMARY"}`); scenario.End(x) != release.Retired {
			t.Fatalf("got %s: %s", scenario.End(x), x.Cause())
		}
	} else {
		setPolicy(w, "false")
		w.Clock.Advance(settled)
	}
	if x = runWorkflow(t, w, release.Enroll, "second", request); scenario.End(x) != release.Enrolled {
		t.Fatalf("got %s: %s", scenario.End(x), x.Cause())
	}
	checkPair(t, w, "second")
}

// TestStoppedAnywhereAndStartedAgainItFinishes: enroll and maintenance, in every state that they come to.
func TestStoppedAnywhereAndStartedAgainItFinishes(t *testing.T) {
	t.Parallel()
	count := 0
	for _, c := range []struct {
		workflow, request, end string
		never                  bool // CloudFront detaches no policy
	}{
		{release.Enroll, `{"primary": "E1PRIMARY"}`, release.Enrolled, false},
		{release.Maintenance, `{"primary": "E1PRIMARY", "minutes": 2}`, release.Maintained, false},
		{release.Maintenance, `{"primary": "E1PRIMARY", "minutes": 2}`, release.Maintained, true},
	} {
		for _, state := range visitedBy(t, c.workflow, c.request, c.end, c.never) {
			count++
			t.Run(fmt.Sprintf("%s %t in %s", c.workflow, c.never, state), func(t *testing.T) {
				t.Parallel()
				w := worldFor(t, c.workflow, c.never)
				w.When(state, 1, func(x *asl.Execution) {
					w.Clock.After(50*time.Millisecond, func() { x.Stop("Stopped", "by the test") })
				})
				if x := runWorkflow(t, w, c.workflow, "first", c.request); scenario.End(x) != scenario.Aborted {
					t.Fatalf("got %s: %s", scenario.End(x), x.Cause())
				}
				x := runWorkflow(t, w, c.workflow, "second", c.request)
				if end := scenario.End(x); end != c.end {
					t.Fatalf("got %s: %s", end, x.Cause())
				}
				checkPair(t, w, state)
			})
		}
	}
	t.Logf("%d stops", count)
}

func worldFor(t *testing.T, workflow string, never bool) *world.World {
	t.Helper()
	var w *world.World
	if workflow == release.Enroll {
		w = loneWorld(t)
	} else {
		s, _ := scenario.Find("maintenance")
		s.Prepare = nil
		s.Options = func(o *world.Options) { o.RequestsPerMinute = 3000 }
		var err error
		if w, err = s.World(scenario.Inputs{Seed: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if never {
		w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachNever
	}
	return w
}

// visitedBy are the states of an undisturbed run, but for its first and its last.
func visitedBy(t *testing.T, workflow, request, end string, never bool) []string {
	t.Helper()
	w := worldFor(t, workflow, never)
	x := runWorkflow(t, w, workflow, "alone", request)
	if got := scenario.End(x); got != end {
		t.Fatalf("got %s: %s", got, x.Cause())
	}
	checkPair(t, w, workflow)
	definition, err := golden.Parse(golden.All()[workflow])
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, title := range visited(x) {
		if kind := definition.States[title].Type; (kind == "Task" || kind == "Wait") && !slices.Contains(states, title) {
			states = append(states, title)
		}
	}
	return states
}
