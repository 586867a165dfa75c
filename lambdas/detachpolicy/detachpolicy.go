// Package detachpolicy detaches the continuous deployment policy from its primary distribution.
package detachpolicy

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.ConfigReader
	UpdateDistribution(context.Context, *cloudfront.UpdateDistributionInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateDistributionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// attempts is how often an edit by someone else is followed before Step Functions is asked to try later.
const attempts = 3

// Handle sends the primary's whole config back as it was read, but for the policy's id. A second call finds none attached
// and writes nothing; the propagation of the first is still to be waited for. The policy should be off: CloudFront may
// keep one that is on.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Detach, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Detach{}, err
	}
	primary := doc.PrimaryOfPair()
	if primary == "" {
		return release.Detach{}, nil
	}
	for range attempts {
		config, err := live.ReadConfig(ctx, h.CloudFront, primary)
		if fault.Code(err) == live.NoSuchDistribution {
			return release.Detach{}, nil // a policy does not keep its primary from being deleted
		}
		if err != nil {
			return release.Detach{}, err
		}
		attached := aws.ToString(config.ContinuousDeploymentPolicyId)
		if attached == "" {
			return release.Detach{Write: doc.Plan.WriteTo(primary, h.Now())}, nil
		}
		if found := foundOn(doc); attached != found {
			return release.Detach{}, fault.Errorf(fault.ConfigChanged,
				"the policy %s was attached to %s by someone else instead of %q: nothing was written", attached, primary, found)
		}
		part, err := h.detach(ctx, doc, primary, config)
		if fault.Code(err) != live.PreconditionFailed {
			return part, err
		}
	}
	return release.Detach{}, fault.Errorf(fault.Unavailable, "the primary %s changed under each of %d tries to detach its policy", primary, attempts)
}

// foundOn is the policy of the pair as this execution has found it.
func foundOn(doc release.Document) string {
	if doc.Parts != nil {
		return doc.Parts.PolicyID
	}
	return doc.Preflight.PolicyID
}

// detach tries what is reported to work, one after the other: an empty id (aws-sdk-js-v3#7417, and AWS's own sample state
// machine), and none (aws-cli#10446). That CloudFront took the write is no proof: in another report
// (terraform-provider-aws#34511) neither helped, and only the deletion of the policy did. The answer to a write shows the
// config that was stored, so it is looked at and not a read, which may lag.
func (h Handler) detach(ctx context.Context, doc release.Document, primary string, config live.Config) (release.Detach, error) {
	part := release.Detach{Write: doc.Plan.WriteTo(primary, h.Now())}
	for _, id := range []*string{aws.String(""), nil} {
		config.ContinuousDeploymentPolicyId = id
		out, err := h.CloudFront.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
			Id: &primary, IfMatch: &config.ETag, DistributionConfig: config.DistributionConfig,
		})
		if id == nil && fault.NameOf(err) == fault.Refused && fault.Code(err) != live.PreconditionFailed {
			return part, nil // "You cannot update Origin or CallerReference" (terraform-provider-aws#33338): not this way, then
		}
		if err != nil {
			return release.Detach{}, live.Settling(err, "detach the policy of %s", primary)
		}
		if out.Distribution == nil || out.Distribution.DistributionConfig == nil {
			return release.Detach{}, fault.Errorf(fault.Unavailable, "detach the policy of %s: the answer carries no config", primary)
		}
		part.LastModified = aws.ToTime(out.Distribution.LastModifiedTime)
		part.StillAttached = aws.ToString(out.Distribution.DistributionConfig.ContinuousDeploymentPolicyId)
		if part.StillAttached == "" {
			return part, nil
		}
		config.ETag = aws.ToString(out.ETag)
	}
	return part, nil
}
