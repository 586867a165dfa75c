package cloudfront_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// TestRefusedConfigs: each is refused by CreateDistribution with AWS's code and status.
func TestRefusedConfigs(t *testing.T) {
	tests := map[string]struct {
		change func(*types.DistributionConfig)
		code   string
		status int
	}{
		"a quantity that is not the number of items": {
			func(c *types.DistributionConfig) { c.Origins.Quantity = aws.Int32(2) }, "InconsistentQuantities", 400,
		},
		"a behaviour whose origin does not exist": {
			func(c *types.DistributionConfig) { c.DefaultCacheBehavior.TargetOriginId = aws.String("other") }, "NoSuchOrigin", 404,
		},
		"a second behaviour whose origin does not exist": {
			func(c *types.DistributionConfig) {
				c.CacheBehaviors = &types.CacheBehaviors{Quantity: aws.Int32(1), Items: []types.CacheBehavior{{
					PathPattern: aws.String("/api/*"), TargetOriginId: aws.String("api"),
					ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll,
				}}}
			}, "NoSuchOrigin", 404,
		},
		"an empty caller reference": {
			func(c *types.DistributionConfig) { c.CallerReference = aws.String("") }, "InvalidArgument", 400,
		},
		"a caller reference that another distribution has": {
			func(c *types.DistributionConfig) { c.CallerReference = aws.String("taken") }, "DistributionAlreadyExists", 409,
		},
		"an HTTP version that does not exist": {
			func(c *types.DistributionConfig) { c.HttpVersion = "http4" }, "InvalidArgument", 400,
		},
		"an alias that another distribution has": {
			func(c *types.DistributionConfig) { c.Aliases = aliases("taken.example.com") }, "CNAMEAlreadyExists", 409,
		},
		"an alias on a staging distribution": {
			func(c *types.DistributionConfig) {
				c.Staging = aws.Bool(true)
				c.Aliases = aliases("new.example.com")
			}, "InvalidArgument", 400,
		},
		"a policy that does not exist": {
			func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("none") },
			"NoSuchContinuousDeploymentPolicy", 404,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			other := config("taken")
			other.Aliases = aliases("taken.example.com")
			w.create(t, "", other)
			cfg := config("new")
			tt.change(cfg)
			_, err := w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: cfg})
			wantCode(t, err, tt.code, tt.status)
			if len(w.Distributions()) != 1 {
				t.Error("a refused distribution was created")
			}
		})
	}
}

func aliases(names ...string) *types.Aliases {
	return &types.Aliases{Quantity: aws.Int32(int32(len(names))), Items: names}
}

// TestRefusedPolicies: each is refused by CreateContinuousDeploymentPolicy.
func TestRefusedPolicies(t *testing.T) {
	weight := func(c *types.ContinuousDeploymentPolicyConfig) *types.ContinuousDeploymentSingleWeightConfig {
		return c.TrafficConfig.SingleWeightConfig
	}
	sticky := func(idle, maximum int32) func(*types.ContinuousDeploymentPolicyConfig) {
		return func(c *types.ContinuousDeploymentPolicyConfig) {
			weight(c).SessionStickinessConfig = &types.SessionStickinessConfig{IdleTTL: &idle, MaximumTTL: &maximum}
		}
	}
	header := func(name string) func(*types.ContinuousDeploymentPolicyConfig) {
		return func(c *types.ContinuousDeploymentPolicyConfig) {
			c.TrafficConfig = &types.TrafficConfig{
				Type: types.ContinuousDeploymentPolicyTypeSingleHeader,
				SingleHeaderConfig: &types.ContinuousDeploymentSingleHeaderConfig{
					Header: &name, Value: aws.String("yes"),
				},
			}
		}
	}
	tests := map[string]struct {
		change func(*types.ContinuousDeploymentPolicyConfig)
		code   string
		status int
	}{
		"weight above 0.15": {
			func(c *types.ContinuousDeploymentPolicyConfig) { weight(c).Weight = aws.Float32(0.16) }, "InvalidArgument", 400,
		},
		"negative weight": {
			func(c *types.ContinuousDeploymentPolicyConfig) { weight(c).Weight = aws.Float32(-0.01) }, "InvalidArgument", 400,
		},
		"weight zero": {
			func(c *types.ContinuousDeploymentPolicyConfig) { weight(c).Weight = aws.Float32(0) }, "InvalidArgument", 400,
		},
		"sessions that idle too long":          {sticky(3601, 3601), "InvalidArgument", 400},
		"sessions that end too early":          {sticky(299, 600), "InvalidArgument", 400},
		"sessions that idle beyond their end":  {sticky(900, 600), "InvalidArgument", 400},
		"a header without the reserved prefix": {header("x-staging"), "InvalidArgument", 400},
		"two staging distributions": {
			func(c *types.ContinuousDeploymentPolicyConfig) {
				c.StagingDistributionDnsNames.Items = append(c.StagingDistributionDnsNames.Items, "b.cloudfront.net")
				c.StagingDistributionDnsNames.Quantity = aws.Int32(2)
			}, "InvalidArgument", 400,
		},
		"a quantity that is not the number of items": {
			func(c *types.ContinuousDeploymentPolicyConfig) { c.StagingDistributionDnsNames.Quantity = aws.Int32(7) },
			"InconsistentQuantities", 400,
		},
		"a distribution that does not exist": {
			func(c *types.ContinuousDeploymentPolicyConfig) {
				c.StagingDistributionDnsNames.Items[0] = "none.cloudfront.net"
			},
			"InvalidArgument", 400,
		},
		"an enabled policy without traffic": {
			func(c *types.ContinuousDeploymentPolicyConfig) { c.TrafficConfig = nil }, "InvalidArgument", 400,
		},
		"a type without its config": {
			func(c *types.ContinuousDeploymentPolicyConfig) {
				c.TrafficConfig.Type = types.ContinuousDeploymentPolicyTypeSingleHeader
			}, "InvalidArgument", 400,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cfg := weightPolicy(*w.create(t, stagingID, staging("s")).Distribution.DomainName, 0.15)
			tt.change(cfg)
			_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(),
				&sdk.CreateContinuousDeploymentPolicyInput{ContinuousDeploymentPolicyConfig: cfg})
			wantCode(t, err, tt.code, tt.status)
		})
	}
	for name, change := range map[string]func(*types.ContinuousDeploymentPolicyConfig){
		"sessions at both limits": sticky(300, 3600), "a header in capitals": header("AWS-CF-CD-Staging"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cfg := weightPolicy(*w.create(t, stagingID, staging("s")).Distribution.DomainName, 0.15)
			change(cfg)
			_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(),
				&sdk.CreateContinuousDeploymentPolicyInput{ContinuousDeploymentPolicyConfig: cfg})
			must(t, err)
		})
	}
}

func TestUnknownIdsAreNotFound(t *testing.T) {
	w := newWorld(t)
	id, etag := aws.String("E0NONE00000000"), aws.String("E1A2B3C4D5E6F7")
	ctx := t.Context()
	_, err := w.client.GetDistribution(ctx, &sdk.GetDistributionInput{Id: id})
	wantCode(t, err, "NoSuchDistribution", 404)
	_, err = w.client.GetDistributionConfig(ctx, &sdk.GetDistributionConfigInput{Id: id})
	wantCode(t, err, "NoSuchDistribution", 404)
	_, err = w.client.UpdateDistribution(ctx, &sdk.UpdateDistributionInput{Id: id, IfMatch: etag, DistributionConfig: config("x")})
	wantCode(t, err, "NoSuchDistribution", 404)
	_, err = w.client.DeleteDistribution(ctx, &sdk.DeleteDistributionInput{Id: id, IfMatch: etag})
	wantCode(t, err, "NoSuchDistribution", 404)
	_, err = w.client.GetContinuousDeploymentPolicy(ctx, &sdk.GetContinuousDeploymentPolicyInput{Id: id})
	wantCode(t, err, "NoSuchContinuousDeploymentPolicy", 404)
	_, err = w.client.GetContinuousDeploymentPolicyConfig(ctx, &sdk.GetContinuousDeploymentPolicyConfigInput{Id: id})
	wantCode(t, err, "NoSuchContinuousDeploymentPolicy", 404)
	_, err = w.client.DeleteContinuousDeploymentPolicy(ctx, &sdk.DeleteContinuousDeploymentPolicyInput{Id: id, IfMatch: etag})
	wantCode(t, err, "NoSuchContinuousDeploymentPolicy", 404)
	_, err = w.client.GetMonitoringSubscription(ctx, &sdk.GetMonitoringSubscriptionInput{DistributionId: id})
	wantCode(t, err, "NoSuchDistribution", 404)
	_, err = w.client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{Resource: id})
	wantCode(t, err, "NoSuchResource", 404)
}

func TestQuotas(t *testing.T) {
	w := newWorld(t)
	w.Limits = cloudfront.Limits{Distributions: 4, Staging: 2, Policies: 1}
	var domains []string
	for n := range 2 {
		domains = append(domains, *w.create(t, "", staging(fmt.Sprint("s", n))).Distribution.DomainName)
	}
	_, err := w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: staging("s2")})
	wantCode(t, err, "TooManyDistributions", 400)
	w.create(t, "", config("p0"))
	w.create(t, "", config("p1"))
	_, err = w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: config("p2")})
	wantCode(t, err, "TooManyDistributions", 400)
	for n, domain := range domains {
		_, err = w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
			ContinuousDeploymentPolicyConfig: weightPolicy(domain, 0.1),
		})
		if n == 0 {
			must(t, err)
		}
	}
	wantCode(t, err, "TooManyContinuousDeploymentPolicies", 400)
}

func TestDisabledDistributionIsDeletedOnlyWhenDeployed(t *testing.T) {
	w := newWorld(t)
	w.create(t, stagingID, staging("s"))
	domain := w.config(t, stagingID)
	w.settle()
	off := w.mustUpdate(t, stagingID, func(c *types.DistributionConfig) { c.Enabled = aws.Bool(false) })
	remove := func(etag *string) error {
		_, err := w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(stagingID), IfMatch: etag})
		return err
	}
	wantCode(t, remove(off.ETag), "DistributionNotDisabled", 409)
	w.settle()
	wantCode(t, remove(domain.ETag), "PreconditionFailed", 412)
	_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: weightPolicy(*off.Distribution.DomainName, 0.1),
	})
	must(t, err)
	wantCode(t, remove(off.ETag), "ResourceInUse", 409)
}
