package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

type policyConfig = types.ContinuousDeploymentPolicyConfig

// creatingPolicy for a second staging distribution, changed before it is sent.
func creatingPolicy(changes ...func(*policyConfig)) func(*testing.T, *world, cloudfront.Pair) error {
	return func(t *testing.T, w *world, _ cloudfront.Pair) error {
		t.Helper()
		cfg := weightPolicy(*w.create(t, "", staging("second")).Distribution.DomainName, 0.15)
		for _, change := range changes {
			change(cfg)
		}
		_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(),
			&sdk.CreateContinuousDeploymentPolicyInput{ContinuousDeploymentPolicyConfig: cfg})
		return err
	}
}

// turning the pair's policy to another distribution.
func turning(
	change func(*types.DistributionConfig), then func(*testing.T, *world, string),
) func(*testing.T, *world, cloudfront.Pair) error {
	return func(t *testing.T, w *world, p cloudfront.Pair) error {
		t.Helper()
		cfg := staging("third")
		change(cfg)
		domain := *w.create(t, "", cfg).Distribution.DomainName
		if then != nil {
			then(t, w, domain)
		}
		return w.updatePolicy(t, p.Policy.ID, func(c *policyConfig) { c.StagingDistributionDnsNames.Items = []string{domain} })
	}
}

func weight(v float32) func(*policyConfig) {
	return func(c *policyConfig) { c.TrafficConfig.SingleWeightConfig.Weight = &v }
}

func sticky(idle, maximum int32) func(*policyConfig) {
	return func(c *policyConfig) {
		c.TrafficConfig.SingleWeightConfig.SessionStickinessConfig = &types.SessionStickinessConfig{IdleTTL: &idle, MaximumTTL: &maximum}
	}
}

func header(name string) func(*policyConfig) {
	return func(c *policyConfig) {
		c.TrafficConfig = &types.TrafficConfig{
			Type:               types.ContinuousDeploymentPolicyTypeSingleHeader,
			SingleHeaderConfig: &types.ContinuousDeploymentSingleHeaderConfig{Header: &name, Value: aws.String("yes")},
		}
	}
}

func TestPoliciesAtTheirLimitsAreAccepted(t *testing.T) {
	for name, change := range map[string]func(*policyConfig){
		"sessions at both limits": sticky(300, 3600), "a header in capitals": header("AWS-CF-CD-Staging"), "the largest weight": weight(0.15),
	} {
		t.Run(name, func(t *testing.T) {
			w, pair := newPair(t, byWeight(true))
			must(t, creatingPolicy(change)(t, w, pair))
		})
	}
}

func refusedPolicies() map[string]refusal {
	names := func(c *policyConfig) *types.StagingDistributionDnsNames { return c.StagingDistributionDnsNames }
	return map[string]refusal{
		"a weight above 0.15":                  {"InvalidArgument", creatingPolicy(weight(0.16))},
		"a negative weight":                    {"InvalidArgument", creatingPolicy(weight(-0.01))},
		"a weight of zero":                     {"InvalidArgument", creatingPolicy(weight(0))},
		"sessions that idle too long":          {"InvalidArgument", creatingPolicy(sticky(3601, 3601))},
		"sessions that end too early":          {"InvalidArgument", creatingPolicy(sticky(299, 600))},
		"sessions that idle beyond their end":  {"InvalidArgument", creatingPolicy(sticky(900, 600))},
		"a header without the reserved prefix": {"InvalidArgument", creatingPolicy(header("x-staging"))},
		"a policy for two staging distributions": {"InvalidArgument", creatingPolicy(func(c *policyConfig) {
			names(c).Items, names(c).Quantity = append(names(c).Items, "b.cloudfront.net"), aws.Int32(2)
		})},
		"a policy with a quantity that is not the number": {
			"InconsistentQuantities", creatingPolicy(func(c *policyConfig) { names(c).Quantity = aws.Int32(7) }),
		},
		"a policy for a distribution that does not exist": {
			"InvalidArgument", creatingPolicy(func(c *policyConfig) { names(c).Items[0] = "none.cloudfront.net" }),
		},
		"an enabled policy without traffic": {"InvalidArgument", creatingPolicy(func(c *policyConfig) { c.TrafficConfig = nil })},
		"a type without its config": {"InvalidArgument", creatingPolicy(func(c *policyConfig) {
			c.TrafficConfig.Type = types.ContinuousDeploymentPolicyTypeSingleHeader
		})},
		"one policy too many": {
			"TooManyContinuousDeploymentPolicies", limited(func(l *cloudfront.Limits) { l.Policies = 1 }, creatingPolicy()),
		},
		"the same policy again": {
			"ContinuousDeploymentPolicyAlreadyExists", func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				got, err := w.client.GetContinuousDeploymentPolicyConfig(t.Context(),
					&sdk.GetContinuousDeploymentPolicyConfigInput{Id: &p.Policy.ID})
				must(t, err)
				_, err = w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
					ContinuousDeploymentPolicyConfig: got.ContinuousDeploymentPolicyConfig,
				})
				return err
			},
		},
		"another policy for the same staging distribution": {
			"StagingDistributionInUse", func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
					ContinuousDeploymentPolicyConfig: weightPolicy(p.Policy.StagingDomain, 0.11),
				})
				return err
			},
		},
		"a policy turned to the staging distribution of another": {
			"StagingDistributionInUse", turning(func(*types.DistributionConfig) {}, func(t *testing.T, w *world, domain string) {
				t.Helper()
				_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(),
					&sdk.CreateContinuousDeploymentPolicyInput{ContinuousDeploymentPolicyConfig: weightPolicy(domain, 0.1)})
				must(t, err)
			}),
		},
		"an attached policy turned to a staging distribution of another price class": {
			"InvalidArgument", turning(func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClass100 }, nil),
		},
		"an attached policy turned to a primary": {
			"InvalidArgument", turning(func(c *types.DistributionConfig) { c.Staging = aws.Bool(false) }, nil),
		},
		"an update of a policy with an outdated ETag": {"PreconditionFailed", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			must(t, w.updatePolicy(t, p.Policy.ID, enabled(false)))
			_, err := w.client.UpdateContinuousDeploymentPolicy(t.Context(), &sdk.UpdateContinuousDeploymentPolicyInput{
				Id: &p.Policy.ID, IfMatch: &p.Policy.ETag,
				ContinuousDeploymentPolicyConfig: weightPolicy(p.Policy.StagingDomain, 0.1),
			})
			return err
		}},
	}
}
