package live

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// PolicyLister lists the continuous deployment policies of the account.
type PolicyLister interface {
	ListContinuousDeploymentPolicies(context.Context, *cloudfront.ListContinuousDeploymentPoliciesInput, ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error)
}

// ListPolicies reads the whole list. The SDK has no paginator for it.
func ListPolicies(ctx context.Context, api PolicyLister) ([]types.ContinuousDeploymentPolicy, error) {
	var all []types.ContinuousDeploymentPolicy
	in := &cloudfront.ListContinuousDeploymentPoliciesInput{}
	for {
		page, err := api.ListContinuousDeploymentPolicies(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list continuous deployment policies: %w", err)
		}
		if page.ContinuousDeploymentPolicyList == nil {
			return all, nil
		}
		for _, s := range page.ContinuousDeploymentPolicyList.Items {
			if s.ContinuousDeploymentPolicy != nil && s.ContinuousDeploymentPolicy.ContinuousDeploymentPolicyConfig != nil {
				all = append(all, *s.ContinuousDeploymentPolicy)
			}
		}
		if in.Marker = page.ContinuousDeploymentPolicyList.NextMarker; aws.ToString(in.Marker) == "" {
			return all, nil
		}
	}
}

// PolicyFor is the id of the policy that names a staging distribution; empty if none does. There is at most one: CloudFront
// answers StagingDistributionInUse to a second.
func PolicyFor(policies []types.ContinuousDeploymentPolicy, domain string) string {
	for _, p := range policies {
		names := p.ContinuousDeploymentPolicyConfig.StagingDistributionDnsNames
		if names != nil && slices.Contains(names.Items, domain) {
			return aws.ToString(p.Id)
		}
	}
	return ""
}
