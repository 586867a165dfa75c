package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// refusedOnAPair are writes to a primary and a staging distribution that are bound by a policy.
func refusedOnAPair() map[string]refusal {
	type cfg = types.DistributionConfig
	match := func(header *string) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.UpdateDistribution(t.Context(), &sdk.UpdateDistributionInput{
				Id: aws.String(primaryID), IfMatch: header, DistributionConfig: w.config(t, primaryID).DistributionConfig,
			})
			return err
		}
	}
	copying := func(id string, staging *bool) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			live, _ := w.Live(id)
			_, err := w.client.CopyDistribution(t.Context(), &sdk.CopyDistributionInput{
				PrimaryDistributionId: &id, IfMatch: &live.ETag, CallerReference: aws.String("c"), Staging: staging,
			})
			return err
		}
	}
	return map[string]refusal{
		"another price class on the primary": {"IllegalUpdate", updating(primaryID, func(c *cfg) { c.PriceClass = types.PriceClassPriceClass100 })},
		"another price class on staging":     {"IllegalUpdate", updating(stagingID, func(c *cfg) { c.PriceClass = types.PriceClassPriceClass100 })},
		"a web ACL on the primary":           {"IllegalUpdate", updating(primaryID, func(c *cfg) { c.WebACLId = aws.String("arn:aws:wafv2:acl") })},
		"IPv6 on the primary":                {"IllegalUpdate", updating(primaryID, func(c *cfg) { c.IsIPV6Enabled = aws.Bool(true) })},
		"another certificate on the primary": {"IllegalUpdate", updating(primaryID, func(c *cfg) {
			c.ViewerCertificate.ACMCertificateArn = aws.String("arn:aws:acm:us-east-1:123456789012:certificate/2")
		})},
		"another caller reference":           {"IllegalUpdate", updating(primaryID, func(c *cfg) { c.CallerReference = aws.String("other") })},
		"staging made a primary":             {"IllegalUpdate", updating(stagingID, func(c *cfg) { c.Staging = aws.Bool(false) })},
		"staging switched off":               {"StagingDistributionInUse", updating(stagingID, func(c *cfg) { c.Enabled = aws.Bool(false) })},
		"a policy on a staging distribution": {"InvalidArgument", updating(stagingID, func(c *cfg) { c.ContinuousDeploymentPolicyId = aws.String("x") })},
		"no If-Match":                        {"InvalidIfMatchVersion", match(nil)},
		"a star as If-Match":                 {"InvalidIfMatchVersion", match(aws.String("*"))},
		"a malformed If-Match":               {"InvalidIfMatchVersion", match(aws.String("abc"))},
		"an If-Match of another time":        {"PreconditionFailed", match(aws.String("E1A2B3C4D5E6F7"))},
		"a copy of a staging distribution":   {"InvalidArgument", copying(stagingID, aws.Bool(true))},
		"a copy that is not to be staging":   {"InvalidArgument", copying(primaryID, nil)},
		"a copy with a caller reference in use": {"DistributionAlreadyExists", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			w.create(t, "", config("c"))
			return copying(primaryID, aws.Bool(true))(t, w, p)
		}},
		"a copy without a caller reference": {"InvalidArgument", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			live, _ := w.Live(primaryID)
			_, err := w.client.CopyDistribution(t.Context(), &sdk.CopyDistributionInput{
				PrimaryDistributionId: aws.String(primaryID), IfMatch: &live.ETag, CallerReference: aws.String(""), Staging: aws.Bool(true),
			})
			return err
		}},
		"the policy on a second primary": {
			"ContinuousDeploymentPolicyInUse", func(t *testing.T, w *world, p cloudfront.Pair) error {
				t.Helper()
				w.create(t, "E3OTHER0000000", config("other"))
				_, err := w.update(t, "E3OTHER0000000", func(c *cfg) { c.ContinuousDeploymentPolicyId = &p.Policy.ID })
				return err
			},
		},
		"a policy that does not exist": {"NoSuchContinuousDeploymentPolicy", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			w.create(t, "E3OTHER0000000", config("other"))
			_, err := w.update(t, "E3OTHER0000000", func(c *cfg) { c.ContinuousDeploymentPolicyId = aws.String("none") })
			return err
		}},
		"another policy in place of the attached one": {"IllegalUpdate", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			made, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
				ContinuousDeploymentPolicyConfig: weightPolicy(*w.create(t, "", staging("s")).Distribution.DomainName, 0.1),
			})
			must(t, err)
			_, err = w.update(t, primaryID, func(c *cfg) { c.ContinuousDeploymentPolicyId = made.ContinuousDeploymentPolicy.Id })
			return err
		}},
	}
}

func refusedPromotions() map[string]refusal {
	promoting := func(id, from, header string) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			in := &sdk.UpdateDistributionWithStagingConfigInput{Id: &id, IfMatch: &header}
			if from != "" {
				in.StagingDistributionId = &from
			}
			_, err := w.client.UpdateDistributionWithStagingConfig(t.Context(), in)
			return err
		}
	}
	pair := func(header string) func(*testing.T, *world, cloudfront.Pair) error {
		return promoting(primaryID, stagingID, header)
	}
	return map[string]refusal{
		"a promotion with one ETag":                  {"InvalidIfMatchVersion", pair("E1A2B3C4D5E6F7")},
		"a promotion with a star":                    {"InvalidIfMatchVersion", pair("*")},
		"a promotion with two stars":                 {"InvalidIfMatchVersion", pair("*,*")},
		"a promotion with two ETags of another time": {"PreconditionFailed", pair("E1A2B3C4D5E6F7,E1A2B3C4D5E6F7")},
		"a promotion without saying from where":      {"InvalidArgument", promoting(primaryID, "", "E1,E2")},
		"a promotion of what does not exist":         {"NoSuchDistribution", promoting("E0NONE00000000", stagingID, "E1,E2")},
		"a promotion from what does not exist":       {"NoSuchDistribution", promoting(primaryID, "E0NONE00000000", "E1,E2")},
		"a promotion with the staging ETag outdated": {"PreconditionFailed", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			primary, _ := w.Live(p.PrimaryID)
			staged, _ := w.Live(p.StagingID)
			w.mustUpdate(t, p.StagingID, to("/other"))
			return pair(primary.ETag+", "+staged.ETag)(t, w, p)
		}},
		"a promotion with the ETags exchanged": {"PreconditionFailed", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			primary, _ := w.Live(p.PrimaryID)
			staged, _ := w.Live(p.StagingID)
			return pair(staged.ETag+", "+primary.ETag)(t, w, p)
		}},
		"a promotion from the staging distribution of another": {"IllegalUpdate", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			other := w.create(t, "E4OTHER0000000", staging("other"))
			w.settle() // or it would be refused because it is InProgress
			primary, _ := w.Live(p.PrimaryID)
			return promoting(primaryID, "E4OTHER0000000", primary.ETag+","+*other.ETag)(t, w, p)
		}},
	}
}

func refusedDeletions() map[string]refusal {
	deleting := func(t *testing.T, w *world, id string) error {
		t.Helper()
		live, _ := w.Live(id)
		_, err := w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: &id, IfMatch: &live.ETag})
		return err
	}
	off := func(c *types.DistributionConfig) { c.Enabled = aws.Bool(false) }
	return map[string]refusal{
		"deletion of the attached policy": {"ContinuousDeploymentPolicyInUse", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.DeleteContinuousDeploymentPolicy(t.Context(), &sdk.DeleteContinuousDeploymentPolicyInput{
				Id: &p.Policy.ID, IfMatch: &p.Policy.ETag,
			})
			return err
		}},
		"deletion of an enabled distribution": {"DistributionNotDisabled", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			return deleting(t, w, primaryID)
		}},
		"deletion of one that is not disabled everywhere": {"DistributionNotDisabled", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			w.mustUpdate(t, primaryID, off)
			return deleting(t, w, primaryID)
		}},
		"deletion with the ETag from before it was disabled": {"PreconditionFailed", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			before, _ := w.Live(primaryID)
			w.mustUpdate(t, primaryID, off)
			w.settle()
			_, err := w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(primaryID), IfMatch: &before.ETag})
			return err
		}},
		"deletion of a staging distribution with a policy": {"ResourceInUse", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			cfg := staging("s")
			cfg.Enabled = aws.Bool(false)
			made := w.create(t, "E5STAGING00000", cfg)
			w.settle()
			_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
				ContinuousDeploymentPolicyConfig: weightPolicy(*made.Distribution.DomainName, 0.1),
			})
			must(t, err)
			return deleting(t, w, "E5STAGING00000")
		}},
	}
}
