package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// TestRefusedOnAPair: each write is refused on a primary and a staging distribution that are bound by a policy.
func TestRefusedOnAPair(t *testing.T) {
	type target = func(t *testing.T, w *world, p cloudfront.Pair) error
	update := func(id string, change func(*types.DistributionConfig)) target {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.update(t, id, change)
			return err
		}
	}
	match := func(header *string) target {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.UpdateDistribution(t.Context(), &sdk.UpdateDistributionInput{
				Id: aws.String(primaryID), IfMatch: header, DistributionConfig: w.config(t, primaryID).DistributionConfig,
			})
			return err
		}
	}
	promote := func(header string) target {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.UpdateDistributionWithStagingConfig(t.Context(), &sdk.UpdateDistributionWithStagingConfigInput{
				Id: aws.String(primaryID), StagingDistributionId: aws.String(stagingID), IfMatch: &header,
			})
			return err
		}
	}
	tests := map[string]struct {
		do     target
		code   string
		status int
	}{
		"another price class on the primary": {
			update(primaryID, func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClass100 }), "IllegalUpdate", 400,
		},
		"another price class on staging": {
			update(stagingID, func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClass100 }), "IllegalUpdate", 400,
		},
		"a web ACL on the primary": {
			update(primaryID, func(c *types.DistributionConfig) { c.WebACLId = aws.String("arn:aws:wafv2:acl") }), "IllegalUpdate", 400,
		},
		"a certificate on the primary": {
			update(primaryID, func(c *types.DistributionConfig) {
				c.ViewerCertificate = &types.ViewerCertificate{ACMCertificateArn: aws.String("arn:aws:acm:cert")}
			}), "IllegalUpdate", 400,
		},
		"another caller reference": {
			update(primaryID, func(c *types.DistributionConfig) { c.CallerReference = aws.String("other") }), "IllegalUpdate", 400,
		},
		"staging made a primary": {
			update(stagingID, func(c *types.DistributionConfig) { c.Staging = aws.Bool(false) }), "IllegalUpdate", 400,
		},
		"staging switched off": {
			update(stagingID, func(c *types.DistributionConfig) { c.Enabled = aws.Bool(false) }), "StagingDistributionInUse", 409,
		},
		"a policy that does not exist": {
			update(stagingID, func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("x") }), "InvalidArgument", 400,
		},
		"no If-Match":                 {match(nil), "InvalidIfMatchVersion", 400},
		"a star as If-Match":          {match(aws.String("*")), "InvalidIfMatchVersion", 400},
		"a malformed If-Match":        {match(aws.String("abc")), "InvalidIfMatchVersion", 400},
		"an If-Match of another time": {match(aws.String("E1A2B3C4D5E6F7")), "PreconditionFailed", 412},
		"a promotion with one ETag":   {promote("E1A2B3C4D5E6F7"), "InvalidIfMatchVersion", 400},
		"a promotion with a star":     {promote("*"), "InvalidIfMatchVersion", 400},
		"a promotion with two stars":  {promote("*,*"), "InvalidIfMatchVersion", 400},
		"a promotion with two ETags of another time": {
			promote("E1A2B3C4D5E6F7,E1A2B3C4D5E6F7"), "PreconditionFailed", 412,
		},
		"a promotion with the staging ETag outdated": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				primary, _ := w.Live(p.PrimaryID)
				staged, _ := w.Live(p.StagingID)
				w.mustUpdate(t, p.StagingID, to("/other"))
				return promote(primary.ETag+", "+staged.ETag)(t, w, p)
			}, "PreconditionFailed", 412,
		},
		"a promotion with the ETags exchanged": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				primary, _ := w.Live(p.PrimaryID)
				staged, _ := w.Live(p.StagingID)
				return promote(staged.ETag+", "+primary.ETag)(t, w, p)
			}, "PreconditionFailed", 412,
		},
		"a promotion without saying from where": {
			func(t *testing.T, w *world, _ cloudfront.Pair) error {
				t.Helper()
				_, err := w.client.UpdateDistributionWithStagingConfig(t.Context(),
					&sdk.UpdateDistributionWithStagingConfigInput{Id: aws.String(primaryID), IfMatch: aws.String("E1,E2")})
				return err
			}, "InvalidArgument", 400,
		},
		"deletion of the attached policy": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				_, err := w.client.DeleteContinuousDeploymentPolicy(t.Context(), &sdk.DeleteContinuousDeploymentPolicyInput{
					Id: &p.Policy.ID, IfMatch: &p.Policy.ETag,
				})
				return err
			}, "ContinuousDeploymentPolicyInUse", 409,
		},
		"deletion of an enabled distribution": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				live, _ := w.Live(p.PrimaryID)
				_, err := w.client.DeleteDistribution(t.Context(),
					&sdk.DeleteDistributionInput{Id: &p.PrimaryID, IfMatch: &live.ETag})
				return err
			}, "DistributionNotDisabled", 409,
		},
		"the policy on a second primary": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				w.create(t, "E3OTHER0000000", config("other"))
				_, err := w.update(t, "E3OTHER0000000", func(c *types.DistributionConfig) {
					c.ContinuousDeploymentPolicyId = &p.Policy.ID
				})
				return err
			}, "ContinuousDeploymentPolicyInUse", 409,
		},
		"the same policy again": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				got, err := w.client.GetContinuousDeploymentPolicyConfig(t.Context(),
					&sdk.GetContinuousDeploymentPolicyConfigInput{Id: &p.Policy.ID})
				must(t, err)
				_, err = w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
					ContinuousDeploymentPolicyConfig: got.ContinuousDeploymentPolicyConfig,
				})
				return err
			}, "ContinuousDeploymentPolicyAlreadyExists", 409,
		},
		"another policy for the same staging distribution": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
					ContinuousDeploymentPolicyConfig: weightPolicy(p.Policy.StagingDomain, 0.11),
				})
				return err
			}, "StagingDistributionInUse", 409,
		},
		"a copy of a staging distribution": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				live, _ := w.Live(p.StagingID)
				_, err := w.client.CopyDistribution(t.Context(), &sdk.CopyDistributionInput{
					PrimaryDistributionId: &p.StagingID, IfMatch: &live.ETag, CallerReference: aws.String("c"), Staging: aws.Bool(true),
				})
				return err
			}, "InvalidArgument", 400,
		},
		"a copy that is not to be staging": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				live, _ := w.Live(p.PrimaryID)
				_, err := w.client.CopyDistribution(t.Context(), &sdk.CopyDistributionInput{
					PrimaryDistributionId: &p.PrimaryID, IfMatch: &live.ETag, CallerReference: aws.String("c"),
				})
				return err
			}, "InvalidArgument", 400,
		},
		"an update of a policy with an outdated ETag": {
			func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				must(t, w.updatePolicy(t, p.Policy.ID, enabled(false)))
				_, err := w.client.UpdateContinuousDeploymentPolicy(t.Context(), &sdk.UpdateContinuousDeploymentPolicyInput{
					Id: &p.Policy.ID, IfMatch: &p.Policy.ETag,
					ContinuousDeploymentPolicyConfig: weightPolicy(p.Policy.StagingDomain, 0.1),
				})
				return err
			}, "PreconditionFailed", 412,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, pair := newPair(t, byWeight(true))
			wantCode(t, tt.do(t, w, pair), tt.code, tt.status)
		})
	}
}
