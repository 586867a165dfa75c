package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// TestStagingIsFreeUntilItsPolicyIsAttached: a policy alone keeps its staging distribution enabled; its other fields are frozen
// only while there is a primary to differ from.
func TestStagingIsFreeUntilItsPolicyIsAttached(t *testing.T) {
	w := newWorld(t)
	w.create(t, primaryID, config("one"))
	cfg := staging("two")
	cfg.Enabled = aws.Bool(false)
	domain := *w.create(t, stagingID, cfg).Distribution.DomainName
	policy, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: weightPolicy(domain, 0.1),
	})
	must(t, err)
	w.settle()
	// It was never enabled, so that nobody switches it off.
	w.mustUpdate(t, stagingID, func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClass100 })
	w.mustUpdate(t, stagingID, func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClassAll })
	w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) {
		c.ContinuousDeploymentPolicyId = policy.ContinuousDeploymentPolicy.Id
	})
	_, err = w.update(t, stagingID, func(c *types.DistributionConfig) { c.PriceClass = types.PriceClassPriceClass100 })
	wantCode(t, err, "IllegalUpdate", 400)
	w.mustUpdate(t, stagingID, func(c *types.DistributionConfig) { c.Enabled = aws.Bool(true) })
	_, err = w.update(t, stagingID, func(c *types.DistributionConfig) { c.Enabled = aws.Bool(false) })
	wantCode(t, err, "StagingDistributionInUse", 409)
}

// TestAPolicyOutlivesItsPrimaryAndIsAttachedAgain: deleted with its primary, an attachment is gone; the policy can have
// another primary, be detached from it, be deleted, and its staging distribution have another policy.
func TestAPolicyOutlivesItsPrimaryAndIsAttachedAgain(t *testing.T) {
	w, pair := newPair(t, byWeight(false))
	id := &pair.Policy.ID
	w.create(t, "E3OTHER0000000", config("other"))
	attach := func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = id }
	_, err := w.update(t, "E3OTHER0000000", attach)
	wantCode(t, err, "ContinuousDeploymentPolicyInUse", 409)
	w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) { c.Enabled = aws.Bool(false) })
	w.settle()
	live, _ := w.Live(primaryID)
	_, err = w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(primaryID), IfMatch: &live.ETag})
	must(t, err)

	w.mustUpdate(t, "E3OTHER0000000", attach)
	deletePolicy := func() error {
		now, _ := w.LivePolicy(*id)
		_, err := w.client.DeleteContinuousDeploymentPolicy(t.Context(), &sdk.DeleteContinuousDeploymentPolicyInput{Id: id, IfMatch: &now.ETag})
		return err
	}
	wantCode(t, deletePolicy(), "ContinuousDeploymentPolicyInUse", 409)
	w.mustUpdate(t, "E3OTHER0000000", func(c *types.DistributionConfig) { c.ContinuousDeploymentPolicyId = aws.String("") })
	must(t, deletePolicy())
	wantCode(t, deletePolicy(), "NoSuchContinuousDeploymentPolicy", 404)
	_, err = w.update(t, "E3OTHER0000000", attach)
	wantCode(t, err, "NoSuchContinuousDeploymentPolicy", 404)
	_, err = w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: weightPolicy(pair.Policy.StagingDomain, 0.1),
	})
	must(t, err)
}
