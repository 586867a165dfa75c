package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

func TestDetaching(t *testing.T) {
	empty := func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") }
	omitted := func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = nil }
	tests := map[string]struct {
		set      func(*cloudfront.Switches)
		enabled  bool
		change   func(*types.DistributionConfig)
		code     string // of the refusal
		detached bool
	}{
		"an empty id detaches a disabled policy": {nil, false, empty, "", true},
		"an empty id leaves an enabled policy":   {nil, true, empty, "", false},
		"an omitted id changes nothing":          {nil, false, omitted, "", false},
		"an empty id always detaches, if set so": {func(s *cloudfront.Switches) { s.DetachWithEmpty = cloudfront.DetachAlways }, true, empty, "", true},
		"an empty id never detaches, if set so":  {func(s *cloudfront.Switches) { s.DetachWithEmpty = cloudfront.DetachNever }, false, empty, "", false},
		"an omitted id is refused, if set so":    {func(s *cloudfront.Switches) { s.OmittedPolicyID = cloudfront.OmittedRefused }, false, omitted, "IllegalUpdate", false},
		"an omitted id detaches, if set so":      {func(s *cloudfront.Switches) { s.OmittedPolicyID = cloudfront.OmittedDetaches }, true, omitted, "", true},
		"the id as it was is fine where omission is not": {
			func(s *cloudfront.Switches) { s.OmittedPolicyID = cloudfront.OmittedRefused }, true, to("/green"), "", false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, pair := newPair(t, byWeight(tt.enabled))
			if tt.set != nil {
				tt.set(&w.Switches)
			}
			_, err := w.update(t, primaryID, tt.change)
			if tt.code != "" {
				wantCode(t, err, tt.code, 400)
				return
			}
			must(t, err)
			got := aws.ToString(w.config(t, primaryID).DistributionConfig.ContinuousDeploymentPolicyId)
			if want := map[bool]string{true: "", false: pair.Policy.ID}[tt.detached]; got != want {
				t.Errorf("got policy id %q, want %q", got, want)
			}
			w.settle()
			if serving, _ := w.Serving(0, primaryID); (serving.Policy.ID == "") != tt.detached {
				t.Errorf("a POP serves with policy %q", serving.Policy.ID)
			}
		})
	}
}

func TestDeletingADisabledPolicyDetachesWhereNothingElseDoes(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	w.Switches.DetachWithEmpty = cloudfront.DetachNever
	remove := func() error {
		live, _ := w.LivePolicy(pair.Policy.ID)
		_, err := w.client.DeleteContinuousDeploymentPolicy(t.Context(), &sdk.DeleteContinuousDeploymentPolicyInput{
			Id: &pair.Policy.ID, IfMatch: &live.ETag,
		})
		return err
	}
	wantCode(t, remove(), "ContinuousDeploymentPolicyInUse", 409)
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)))
	must(t, remove())
	if got := w.config(t, primaryID); *got.DistributionConfig.ContinuousDeploymentPolicyId != "" {
		t.Error("the primary still has the deleted policy")
	}
}

func TestPromotionSwitches(t *testing.T) {
	tests := map[string]struct {
		set       func(*cloudfront.Switches)
		prepare   func(*testing.T, *world, cloudfront.Pair)
		separator string
		code      string
		status    int
	}{
		"comma":                      {nil, nil, ",", "", 0},
		"comma and space":            {nil, nil, ", ", "", 0},
		"two spaces":                 {nil, nil, ",  ", "InvalidIfMatchVersion", 400},
		"semicolon":                  {nil, nil, ";", "InvalidIfMatchVersion", 400},
		"space where it must not be": {func(s *cloudfront.Switches) { s.IfMatchSeparator = cloudfront.SeparatorComma }, nil, ", ", "InvalidIfMatchVersion", 400},
		"no space where it must be":  {func(s *cloudfront.Switches) { s.IfMatchSeparator = cloudfront.SeparatorCommaSpace }, nil, ",", "InvalidIfMatchVersion", 400},
		"disabled policy":            {nil, disable, ",", "IllegalUpdate", 400},
		"disabled policy, if accepted": {
			func(s *cloudfront.Switches) { s.PromoteWithPolicyDisabled = true }, disable, ",", "", 0,
		},
		"primary in progress": {nil, inProgress(primaryID), ",", "IllegalUpdate", 400},
		"staging in progress": {nil, inProgress(stagingID), ",", "IllegalUpdate", 400},
		"staging in progress, if accepted": {
			func(s *cloudfront.Switches) { s.PromoteWhileInProgress = true }, inProgress(stagingID), ",", "", 0,
		},
		"no policy attached": {
			func(s *cloudfront.Switches) { s.DetachWithEmpty = cloudfront.DetachAlways },
			func(t *testing.T, w *world, _ cloudfront.Pair) {
				t.Helper()
				w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") })
				w.settle()
			}, ",", "IllegalUpdate", 400,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, pair := newPair(t, byWeight(true))
			if tt.set != nil {
				tt.set(&w.Switches)
			}
			if tt.prepare != nil {
				tt.prepare(t, w, pair)
			}
			_, err := w.promote(t, tt.separator)
			if tt.code == "" {
				must(t, err)
				return
			}
			wantCode(t, err, tt.code, tt.status)
			if live, _ := w.Live(primaryID); live.Text(site) != "/blue" {
				t.Error("a refused promotion had an effect")
			}
		})
	}
}

func disable(t *testing.T, w *world, p cloudfront.Pair) {
	t.Helper()
	must(t, w.updatePolicy(t, p.Policy.ID, enabled(false)))
	w.settle()
}

func inProgress(id string) func(*testing.T, *world, cloudfront.Pair) {
	return func(t *testing.T, w *world, _ cloudfront.Pair) {
		t.Helper()
		w.mustUpdate(t, id, to("/blue"))
	}
}

func TestPairThatDiffersInAFrozenField(t *testing.T) {
	differing := func(t *testing.T, attach bool) *world {
		t.Helper()
		w := newWorld(t)
		other := config("staging")
		other.PriceClass = types.PriceClassPriceClass100
		other.Enabled = aws.Bool(false)
		pair, err := w.AddPair(cloudfront.Pair{
			PrimaryID: primaryID, StagingID: stagingID,
			Primary: encode(t, config("primary")), Staging: encode(t, other), Policy: byWeight(attach),
		})
		must(t, err)
		if !attach {
			w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") })
			_, err = w.update(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = &pair.Policy.ID })
			wantCode(t, err, "IllegalUpdate", 400)
			w.Switches.AttachChecksFields = false
			w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = &pair.Policy.ID })
		}
		return w
	}
	t.Run("is attached only if the switch says so", func(t *testing.T) { differing(t, false) })
	t.Run("is promoted only if the switch says so", func(t *testing.T) {
		w := differing(t, true)
		_, err := w.promote(t, ",")
		wantCode(t, err, "IllegalUpdate", 400)
		w.Switches.PromoteChecksFields = false
		out, err := w.promote(t, ",")
		must(t, err)
		cfg := out.Distribution.DistributionConfig
		if cfg.PriceClass != types.PriceClassPriceClass100 || *cfg.Enabled {
			t.Errorf("got price class %s and Enabled %v, want both as staging has them", cfg.PriceClass, *cfg.Enabled)
		}
	})
	t.Run("keeps Enabled if the switch says so", func(t *testing.T) {
		w := differing(t, true)
		w.Switches.PromoteChecksFields, w.Switches.PromoteCopiesEnabled = false, false
		out, err := w.promote(t, ",")
		must(t, err)
		if !*out.Distribution.DistributionConfig.Enabled {
			t.Error("the promotion copied Enabled")
		}
	})
}

func TestHTTP3(t *testing.T) {
	for _, version := range []types.HttpVersion{types.HttpVersionHttp3, types.HttpVersionHttp2and3} {
		t.Run(string(version), func(t *testing.T) {
			w := newWorld(t)
			cfg := config("one")
			cfg.HttpVersion = version
			pair, err := w.AddPair(cloudfront.Pair{
				PrimaryID: primaryID, StagingID: stagingID,
				Primary: encode(t, cfg), Staging: encode(t, config("one")), Policy: byWeight(false),
			})
			must(t, err)
			wantCode(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)), "InvalidArgument", 400)
			must(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)))
			w.Switches.HTTP3ErrorCode = "IllegalUpdate"
			wantCode(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)), "IllegalUpdate", 400)
			w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") })
			_, err = w.update(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = &pair.Policy.ID })
			wantCode(t, err, "IllegalUpdate", 400)
		})
	}
}

func TestOtherSwitches(t *testing.T) {
	t.Run("weight zero", func(t *testing.T) {
		w, pair := newPair(t, byWeight(true))
		zero := func(c *types.ContinuousDeploymentPolicyConfig) {
			c.TrafficConfig.SingleWeightConfig.Weight = aws.Float32(0)
		}
		wantCode(t, w.updatePolicy(t, pair.Policy.ID, zero), "InvalidArgument", 400)
		w.Switches.WeightZeroAccepted = true
		must(t, w.updatePolicy(t, pair.Policy.ID, zero))
	})
	t.Run("primary's ETag on a policy update", func(t *testing.T) {
		w, pair := newPair(t, byWeight(true))
		w.Switches.PolicyUpdateChangesPrimaryETag = false
		before, _ := w.Live(primaryID)
		must(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)))
		if got := w.get(t, primaryID); *got.ETag != before.ETag || *got.Distribution.Status != "InProgress" {
			t.Errorf("got %s, %s; want the old ETag and InProgress", *got.ETag, *got.Distribution.Status)
		}
	})
	t.Run("writes while in progress", func(t *testing.T) {
		w, pair := newPair(t, byWeight(true))
		w.Switches.UpdateWhileInProgress, w.Switches.PolicyUpdateWhileInProgress = false, false
		w.mustUpdate(t, primaryID, to("/green"))
		_, err := w.update(t, primaryID, to("/red"))
		wantCode(t, err, "IllegalUpdate", 400)
		wantCode(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)), "IllegalUpdate", 400)
		w.settle()
		w.mustUpdate(t, primaryID, to("/red"))
	})
	t.Run("aliases", func(t *testing.T) {
		w, _ := newPair(t, byWeight(true))
		add := func(c *types.DistributionConfig) { c.Aliases = aliases("www.example.com") }
		w.mustUpdate(t, primaryID, add)
		w.Switches.AliasesWhileAttached = false
		_, err := w.update(t, primaryID, func(c *types.DistributionConfig) { c.Aliases = aliases("other.example.com") })
		wantCode(t, err, "IllegalUpdate", 400)
		w.mustUpdate(t, primaryID, to("/green"))
	})
	t.Run("policy on staging", func(t *testing.T) {
		w, pair := newPair(t, byWeight(false))
		w.Switches.StagingShowsPolicy = true
		policyOf := func() string {
			return aws.ToString(w.get(t, stagingID).Distribution.DistributionConfig.ContinuousDeploymentPolicyId)
		}
		if got := policyOf(); got != pair.Policy.ID {
			t.Errorf("got %q, want the id of the policy", got)
		}
		w.mustUpdate(t, stagingID, to("/green"))
		if live, _ := w.Live(stagingID); live.Text("ContinuousDeploymentPolicyId") != "" {
			t.Error("what is only shown was stored")
		}
		_, err := w.update(t, stagingID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("another") })
		wantCode(t, err, "InvalidArgument", 400)
		w.settle()
		w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") })
		if got := policyOf(); got != "" {
			t.Errorf("got %q after the policy was detached", got)
		}
	})
	t.Run("empty items", func(t *testing.T) {
		w, _ := newPair(t, byWeight(true))
		empty := func(c *types.DistributionConfig) {
			c.OriginGroups = &types.OriginGroups{Quantity: aws.Int32(0), Items: []types.OriginGroup{}}
		}
		w.mustUpdate(t, primaryID, empty)
		if live, _ := w.Live(primaryID); live.Tree().Child("OriginGroups").Child("Items") != nil {
			t.Error("got the empty Items back, want none")
		}
		w.Switches.EmptyItemsAccepted = false
		_, err := w.update(t, primaryID, empty)
		wantCode(t, err, "MalformedInput", 400)
	})
}

// TestAPolicyOfAVanishedStagingDistributionCanBeSwitchedOff, and not on again.
func TestAPolicyOfAVanishedStagingDistributionCanBeSwitchedOff(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	w.Vanish(stagingID)
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)))
	if policy, _ := w.LivePolicy(pair.Policy.ID); policy.Enabled {
		t.Error("the policy is on")
	}
	wantCode(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)), "InvalidArgument", 400)
}

func TestTurnsAreSingleAndDistinct(t *testing.T) {
	seen := map[cloudfront.Switches]string{cloudfront.DefaultSwitches(): "the default"}
	for _, turn := range cloudfront.Turns() {
		s := cloudfront.DefaultSwitches()
		turn.Apply(&s)
		if other, ok := seen[s]; ok {
			t.Errorf("%q is the same as %q", turn.Name, other)
		}
		seen[s] = turn.Name
	}
}
