// Package account reads what there is in the whole account: its distributions, its policies, and what says that they are to
// be kept.
//
// CloudFront has no way to find the distribution that a policy is attached to but to read every config, so a look through
// all distributions takes as many requests as there are distributions. It is cut into calls: a Lambda does not run for
// minutes, and CloudFront may ask to slow down at any time.
package account

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
)

// Distribution is one distribution. Config is nil where it comes from a list.
type Distribution struct {
	ID, ARN, Domain, ETag string
	Staging, Enabled      bool
	LastModified          time.Time
	Config                *types.DistributionConfig
}

// PolicyID is the policy that is attached, as far as the config was read.
func (d Distribution) PolicyID() string {
	if d.Config == nil {
		return ""
	}
	return aws.ToString(d.Config.ContinuousDeploymentPolicyId)
}

// Read reads distribution id; one that does not exist is not an error.
func Read(ctx context.Context, api cloudfront.GetDistributionAPIClient, id string) (d Distribution, found bool, err error) {
	got, err := api.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id})
	if fault.Code(err) == live.NoSuchDistribution {
		return Distribution{}, false, nil
	}
	if err != nil {
		return Distribution{}, false, fmt.Errorf("read distribution %s: %w", id, err)
	}
	if got.Distribution == nil || got.Distribution.DistributionConfig == nil {
		return Distribution{}, false, fault.Errorf(fault.Unavailable, "read distribution %s: the answer carries no config", id)
	}
	x, config := got.Distribution, got.Distribution.DistributionConfig
	return Distribution{
		ID: id, ARN: aws.ToString(x.ARN), Domain: aws.ToString(x.DomainName), ETag: aws.ToString(got.ETag),
		Staging: aws.ToBool(config.Staging), Enabled: aws.ToBool(config.Enabled),
		LastModified: aws.ToTime(x.LastModifiedTime), Config: config,
	}, true, nil
}

func ofSummary(s types.DistributionSummary) Distribution {
	return Distribution{
		ID: aws.ToString(s.Id), ARN: aws.ToString(s.ARN), Domain: aws.ToString(s.DomainName), ETag: aws.ToString(s.ETag),
		Staging: aws.ToBool(s.Staging), Enabled: aws.ToBool(s.Enabled), LastModified: aws.ToTime(s.LastModifiedTime),
	}
}

// Policy is one continuous deployment policy.
type Policy struct {
	ID, Domain   string
	Enabled      bool
	LastModified time.Time
}

type policyLister interface {
	ListContinuousDeploymentPolicies(context.Context, *cloudfront.ListContinuousDeploymentPoliciesInput, ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error)
}

// Policies are all policies. There are 20 at most unless AWS was asked for more, so that they come in one page or two.
func Policies(ctx context.Context, api policyLister) ([]Policy, error) {
	var all []Policy
	in := &cloudfront.ListContinuousDeploymentPoliciesInput{}
	for {
		got, err := api.ListContinuousDeploymentPolicies(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list the continuous deployment policies: %w", err)
		}
		list := got.ContinuousDeploymentPolicyList
		if list == nil {
			return nil, fault.Errorf(fault.Unavailable, "list the continuous deployment policies: the answer carries no list")
		}
		for _, item := range list.Items {
			p := item.ContinuousDeploymentPolicy
			if p == nil || p.ContinuousDeploymentPolicyConfig == nil {
				return nil, fault.Errorf(fault.Unavailable, "list the continuous deployment policies: one of the answer's carries no config")
			}
			policy := live.Policy{ContinuousDeploymentPolicyConfig: p.ContinuousDeploymentPolicyConfig}
			all = append(all, Policy{
				ID: aws.ToString(p.Id), Domain: policy.DNSName(), Enabled: policy.On(), LastModified: aws.ToTime(p.LastModifiedTime),
			})
		}
		if aws.ToString(list.NextMarker) == "" {
			return all, nil
		}
		in.Marker = list.NextMarker
	}
}

// KeepTag keeps the distribution that has it, and its pair, from being taken apart, whatever its value is.
const KeepTag = "cloudfront-cd:keep"

type tagLister interface {
	ListTagsForResource(context.Context, *cloudfront.ListTagsForResourceInput, ...func(*cloudfront.Options)) (*cloudfront.ListTagsForResourceOutput, error)
}

// Kept reports whether a distribution has the tag. One that is gone meanwhile has none.
func Kept(ctx context.Context, api tagLister, d Distribution) (bool, error) {
	got, err := api.ListTagsForResource(ctx, &cloudfront.ListTagsForResourceInput{Resource: &d.ARN})
	if code := fault.Code(err); code == "NoSuchResource" || code == live.NoSuchDistribution {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the tags of distribution %s: %w", d.ID, err)
	}
	if got.Tags == nil {
		return false, nil
	}
	for _, tag := range got.Tags.Items {
		if aws.ToString(tag.Key) == KeepTag {
			return true, nil
		}
	}
	return false, nil
}
