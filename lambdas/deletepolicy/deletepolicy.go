// Package deletepolicy deletes the policy, which is detached by now.
package deletepolicy

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.PolicyReader
	DeleteContinuousDeploymentPolicy(context.Context, *cloudfront.DeleteContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.DeleteContinuousDeploymentPolicyOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle deletes under the ETag that it has just read, and only what is off: a policy that somebody has enabled again is in
// use. CloudFront itself refuses one that is attached (ContinuousDeploymentPolicyInUse), or, by one report, detaches it
// (terraform-provider-aws#34511). A second call finds it gone.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Deletion, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Deletion{}, err
	}
	id := doc.PolicyOfPair()
	part := release.Deletion{ID: id, At: h.Now()}
	if id == "" {
		return part, nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, id)
	if fault.Code(err) == live.NoSuchPolicy {
		return part, nil
	}
	if err != nil {
		return release.Deletion{}, err
	}
	if policy.On() {
		return release.Deletion{}, fault.Errorf(fault.StillInUse,
			"the policy %s is on, or is still shown so; if somebody has enabled it again, it is theirs: it was not deleted", id)
	}
	_, err = h.CloudFront.DeleteContinuousDeploymentPolicy(ctx, &cloudfront.DeleteContinuousDeploymentPolicyInput{Id: &id, IfMatch: &policy.ETag})
	if fault.Code(err) == live.NoSuchPolicy {
		return part, nil
	}
	if err != nil {
		return release.Deletion{}, live.Settling(err, "delete the policy %s", id)
	}
	part.Deleted = true
	return part, nil
}
