// Package checkpair makes sure that both configs still are the ones being judged, and notes their ETags.
package checkpair

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.ConfigReader
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. The ETags it returns are those that Promote sends: the promotion
// can then only succeed while these very configs are in place.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Pair, error) {
	doc := in.Document
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Primary.ID)
	if err != nil {
		return release.Pair{}, err
	}
	if primary.Fingerprint != doc.Preflight.Primary.Fingerprint {
		return release.Pair{}, fault.Errorf(fault.ConfigChanged,
			"the primary %s was changed by someone else during the release; their change stays", doc.Plan.Primary)
	}
	if id := aws.ToString(primary.ContinuousDeploymentPolicyId); id != doc.Preflight.PolicyID {
		return release.Pair{}, fault.Errorf(fault.ConfigChanged,
			"the primary %s is attached to policy %q instead of %s: someone else changed it", doc.Plan.Primary, id, doc.Preflight.PolicyID)
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Staging.ID)
	if err != nil {
		return release.Pair{}, err
	}
	if staging.Fingerprint != doc.Staging.Fingerprint {
		return release.Pair{}, fault.Errorf(fault.ConfigChanged,
			"staging distribution %s was changed by someone else while it was being judged; their change stays", doc.Preflight.Staging.ID)
	}
	return release.Pair{PrimaryETag: primary.ETag, StagingETag: staging.ETag, At: h.Now()}, nil
}
