// Package attachpolicy attaches the policy, switched off, to the primary.
package attachpolicy

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.DistributionUpdater
	live.PolicyReader
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle writes the primary's whole config back with the policy's id in it, under the ETag of the config that was read, and
// nothing while the primary is InProgress. A second call finds the policy attached and writes nothing; whether that is
// everywhere is for the next round to say, which comes after a look at the propagation: an answer may have been lost.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Settling, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Settling{}, err
	}
	// Attached while it is on, the policy would send viewers to staging at once.
	policy, err := live.ReadPolicy(ctx, h.CloudFront, doc.Policy.ID)
	if doc.Policy.Made && fault.Code(err) == live.NoSuchPolicy { // reads lag writes
		return release.Settling{}, fault.Errorf(fault.Unavailable, "the policy %s was made at %s, but CloudFront's reads do not show it yet: look again",
			doc.Policy.ID, doc.Policy.At.Format(time.RFC3339))
	}
	if err != nil {
		return release.Settling{}, err
	}
	if policy.On() {
		return release.Settling{}, fault.Errorf(fault.ConfigChanged, "policy %s was enabled by someone else: it is not attached to %s while it is on", policy.ID, doc.Plan.Primary)
	}
	primary, err := live.ReadDistribution(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return release.Settling{}, err
	}
	part := release.Settling{Write: doc.Plan.WriteTo(doc.Plan.Primary, h.Now()), Round: 1}
	part.LastModified = primary.LastModified
	if doc.Attach != nil {
		part.Round += doc.Attach.Round
	}
	attached := aws.ToString(primary.ContinuousDeploymentPolicyId)
	switch {
	case primary.Status != live.Deployed:
		return part, nil
	case attached == policy.ID:
		part.Settled = doc.Attach != nil
		return part, nil
	case attached != "":
		return release.Settling{}, fault.Errorf(fault.ConfigChanged, "someone else has attached the policy %s to %s: it is left as it is", attached, doc.Plan.Primary)
	case part.Round > release.Rounds:
		return release.Settling{}, fault.Errorf(fault.ConfigChanged, "policy %s is not attached to %s after %d tries: someone else takes it off", policy.ID, doc.Plan.Primary, doc.Attach.Round)
	}
	wanted := distribution.Clone(primary.DistributionConfig)
	wanted.ContinuousDeploymentPolicyId = &policy.ID
	part.Changes = []string{"ContinuousDeploymentPolicyId"}
	part.LastModified, err = live.WriteConfig(ctx, h.CloudFront, part.Distribution, primary.ETag, wanted)
	return part, err
}
