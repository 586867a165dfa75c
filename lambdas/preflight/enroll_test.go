package preflight_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// lone is a primary without a pair, about to be enrolled.
func lone(w *world) {
	w.primary().ContinuousDeploymentPolicyId = nil
	w.policy = nil
	delete(w.configs, stagingID)
	w.listed = w.listed[:len(w.listed)-1]
}

// given is a staging distribution that the request names, without a policy.
func given(w *world) {
	w.primary().ContinuousDeploymentPolicyId, w.policy = nil, nil
	w.requestOf(release.Enroll, `{"primary": "EPRIMARY1", "staging": "ESTAGING1"}`)
}

// many lists further distributions, all of them staging where it says so.
func many(w *world, n int, staging bool) {
	for i := range n {
		id := fmt.Sprintf("EMANY%d", i)
		w.listed = append(w.listed, id)
		w.configs[id] = &types.DistributionConfig{Staging: &staging, CallerReference: aws.String("theirs")}
	}
}

// door is what a maintenance has left that died with its door open.
func door(w *world) {
	w.primary().ContinuousDeploymentPolicyId = nil
	w.objects[record.DoorKey(primaryID)] = []byte(`{"execution": "x0", "staging": "ESTAGING1", "policyId": "POLICY1", "record": "releases/EPRIMARY1/x0.json"}`)
}

// togetherCase makes one thing of a world that enroll or maintenance looks at worth a finding.
type togetherCase struct {
	workflow string
	change   func(*world)
	name     string
	level    string
	says     []string // in fact, why or what to do
}

func togetherCases() map[string]togetherCase {
	all := enrollCases()
	maps.Copy(all, maintenanceCases())
	return all
}

func enrollCases() map[string]togetherCase {
	return map[string]togetherCase{
		"a primary with HTTP/3": {
			release.Enroll, func(w *world) { lone(w); w.primary().HttpVersion = types.HttpVersionHttp2and3 },
			release.HTTP3Enabled, release.Block,
			[]string{primaryID, "http2and3"},
		},
		"a multi-tenant primary": {
			release.Enroll, func(w *world) { lone(w); w.primary().ConnectionMode = types.ConnectionModeTenantOnly },
			release.MultiTenant, release.Block,
			[]string{"tenant-only"},
		},
		"a staging distribution as the primary": {
			release.Enroll, func(w *world) { lone(w); w.primary().Staging = aws.Bool(true) },
			release.PrimaryIsStaging, release.Block,
			[]string{primaryID},
		},
		"what a copy does not have": {
			release.Enroll, lone, release.NotCopied, release.Note, []string{"alternate domain names", "tags", "additional metrics"},
		},
		"what can no longer be changed": {
			release.Enroll, func(w *world) { lone(w); w.primary().WebACLId = aws.String("arn:acl") },
			release.FrozenWhileAttached, release.Note,
			[]string{"PriceClass", "HttpVersion", "certificate", "arn:acl", "maintenance"},
		},
		"a bucket whose policy will not know the copy": {
			release.Enroll, lone, release.BucketPolicyRefusesStaging, release.Note, []string{siteBucket},
		},
		"twenty staging distributions": {
			release.Enroll, func(w *world) { lone(w); many(w, 20, true) },
			release.QuotaReached, release.Warn,
			[]string{"20 staging distributions of 20", "cleanup", "Service Quotas"},
		},
		"five hundred distributions": {
			release.Enroll, func(w *world) { lone(w); many(w, 496, false) },
			release.QuotaReached, release.Warn,
			[]string{"500 distributions of 500"},
		},
		"a quota that is almost reached": {
			release.Enroll, func(w *world) { lone(w); many(w, 17, true) },
			release.QuotaNearlyReached, release.Note,
			[]string{"17 staging distributions of 20"},
		},
		"a policy that is attached and on": {
			release.Enroll, func(w *world) { w.policy.Enabled = aws.Bool(true) },
			release.PolicyInUse, release.Warn,
			[]string{policyID, "0.05", "acknowledge policy-in-use"},
		},
		"a policy that is on somewhere else": {
			release.Enroll, func(w *world) { given(w); w.policy = policyFor(stagingID); w.policy.Enabled = aws.Bool(true) },
			release.PolicyEnabled, release.Block,
			[]string{policyID, "not attached to " + primaryID},
		},
		"an attached policy that does not exist": {
			release.Enroll, func(w *world) { w.fail["GetContinuousDeploymentPolicy"] = answer(live.NoSuchPolicy) },
			release.PolicyMissing, release.Block,
			[]string{policyID, "retire"},
		},
		"an attached policy whose staging distribution is gone": {
			release.Enroll, func(w *world) { delete(w.configs, stagingID); w.listed = w.listed[:len(w.listed)-1] },
			release.StagingUnknown, release.Block,
			[]string{stagingID + domain, "retire"},
		},
		"a request that names another staging distribution than the policy": {
			release.Enroll, func(w *world) { w.requestOf(release.Enroll, `{"primary": "EPRIMARY1", "staging": "EOTHER1"}`) },
			release.StagingMismatch, release.Block,
			[]string{"EOTHER1", stagingID, "retire"},
		},
		"a request that names a staging distribution that is not there": {
			release.Enroll, func(w *world) { given(w); delete(w.configs, stagingID) },
			release.StagingUnknown, release.Block,
			[]string{stagingID, "copies the primary"},
		},
		"a request that names a primary for staging": {
			release.Enroll, func(w *world) { given(w); w.staging().Staging = aws.Bool(false) },
			release.StagingFlagMissing, release.Block,
			[]string{stagingID, "copies the primary"},
		},
		"a given staging distribution that must follow its primary": {
			release.Enroll, func(w *world) { given(w); w.staging().PriceClass = types.PriceClassPriceClass100 },
			release.StagingToBeAligned, release.Warn,
			[]string{"PriceClass_100", "PriceClass_All", "acknowledge staging-to-be-aligned"},
		},
		"a staging distribution of the pair that must follow its primary": {
			release.Enroll, func(w *world) { w.staging().PriceClass = types.PriceClassPriceClass100 },
			release.StagingToBeAligned, release.Note,
			[]string{"PriceClass_100"},
		},
		"a staging distribution that is off": {
			release.Enroll, func(w *world) { given(w); w.staging().Enabled = aws.Bool(false) },
			release.StagingDisabled, release.Note,
			[]string{"it is enabled"},
		},
		"a staging distribution that brings something along": {
			release.Enroll, func(w *world) { given(w); w.staging().DefaultRootObject = aws.String("home.html") },
			release.StagingCarriesOtherChanges, release.Note,
			[]string{"home.html", release.KindStaged},
		},
	}
}

func maintenanceCases() map[string]togetherCase {
	return map[string]togetherCase{
		"maintenance of a pair that is in use": {
			release.Maintenance, func(w *world) { w.policy.Enabled = aws.Bool(true) },
			release.PolicyEnabled, release.Block,
			[]string{policyID},
		},
		"maintenance of a primary without a pair": {
			release.Maintenance, lone, release.PolicyNotAttached, release.Block, []string{primaryID},
		},
		"maintenance of a pair whose staging distribution is off": {
			release.Maintenance, func(w *world) { w.staging().Enabled = aws.Bool(false) },
			release.StagingDisabled, release.Note,
			[]string{stagingID},
		},
		"a door that was left open": {
			release.Maintenance, door, release.PolicyNotAttached, release.Note, []string{"earlier maintenance", "opens the door again"},
		},
	}
}

// policyFor is a policy that is off and names a staging distribution.
func policyFor(id string) *types.ContinuousDeploymentPolicyConfig {
	return &types.ContinuousDeploymentPolicyConfig{
		Enabled:                     aws.Bool(false),
		StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{id + domain}},
		TrafficConfig:               live.ByWeight(release.Weighted{Weight: 0.05}),
	}
}

func (c togetherCase) world(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.requestOf(c.workflow, map[string]string{
		release.Enroll: `{"primary": "EPRIMARY1"}`, release.Maintenance: `{"primary": "EPRIMARY1", "minutes": 30}`,
	}[c.workflow])
	c.change(w)
	return w
}

func TestEachFindingOfEnrollAndMaintenanceNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for title, c := range togetherCases() {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			part := c.world(t).look()
			f := find(t, part, c.name)
			if f.Level != c.level || part.Passed == f.Blocks() {
				t.Errorf("got %s, passed %t with %v; want %s", f.Level, part.Passed, names(part.Findings), c.level)
			}
			text := f.Fact + "\n" + f.Why + "\n" + f.Do
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("got %s\nwant it to say %q", text, want)
				}
			}
		})
	}
}

func TestAWarningOfEnrollIsAcknowledged(t *testing.T) {
	t.Parallel()
	for title, c := range enrollCases() {
		if c.level != release.Warn {
			continue
		}
		w := c.world(t)
		w.doc.Plan.Acknowledge = []string{c.name}
		if part := w.look(); !part.Passed {
			t.Errorf("%s: got %v", title, part.Findings)
		}
	}
}

// TestTheQuotasAreNoMatterToAPairThatIsThere: nothing is made.
func TestTheQuotasAreNoMatterToAPairThatIsThere(t *testing.T) {
	t.Parallel()
	c := togetherCase{workflow: release.Enroll, change: func(w *world) { many(w, 500, true) }}
	if part := c.world(t).look(); !part.Passed || len(part.Findings) > 0 {
		t.Errorf("got passed %t, %v", part.Passed, names(part.Findings))
	}
}

func TestEnrollWaitsForSomebodyElsesChange(t *testing.T) {
	t.Parallel()
	w := togetherCase{workflow: release.Enroll, change: lone}.world(t)
	w.status[primaryID] = "InProgress"
	if part := w.look(); part.Passed || !part.Wait {
		t.Errorf("got passed %t, wait %t, %v", part.Passed, part.Wait, names(part.Findings))
	}
}

// TestTheFinishedPairIsLookedAtAsAReleaseWill: what the operator has made of the primary in the meantime may be illegal.
func TestTheFinishedPairIsLookedAtAsAReleaseWill(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"":                        func(*world) {},
		release.HTTP3Enabled:      func(w *world) { w.both(func(c *types.DistributionConfig) { c.HttpVersion = types.HttpVersionHttp3 }) },
		release.PolicyEnabled:     func(w *world) { w.policy.Enabled = aws.Bool(true) },
		release.PolicyNotAttached: func(w *world) { w.primary().ContinuousDeploymentPolicyId = nil },
		release.StagingDisabled:   func(w *world) { w.staging().Enabled = aws.Bool(false) },
		release.WebACLDiffers:     func(w *world) { w.primary().WebACLId = aws.String("arn:acl") },
	} {
		w := togetherCase{workflow: release.Maintenance, change: change}.world(t)
		part, err := w.tryAs(release.Again)
		if err != nil {
			t.Fatal(err)
		}
		if part.Passed != (name == "") {
			t.Errorf("%s: got passed %t, %v", name, part.Passed, names(part.Findings))
		}
		if name != "" {
			find(t, part, name)
		}
	}
}

// TestTheBaselineHasBothConfigsAndThePolicys, which a policy that has to be deleted is made from again.
func TestTheBaselineHasBothConfigsAndThePolicys(t *testing.T) {
	t.Parallel()
	w := togetherCase{workflow: release.Maintenance, change: func(*world) {}}.world(t)
	w.look()
	got, found := w.record()
	if !found || got.Primary == nil || got.Staging == nil || got.Policy == nil || got.PrimaryETag == "" || got.StagingETag == "" {
		t.Errorf("got %+v", got)
	}
	if weight := (live.Policy{ContinuousDeploymentPolicyConfig: got.Policy}).Weight(); weight != 0.05 {
		t.Errorf("the policy's weight is %v", weight)
	}
}
