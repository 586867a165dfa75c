// Package invalidate makes the caches of both distributions forget the pages that were replaced.
package invalidate

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	CreateInvalidation(context.Context, *cloudfront.CreateInvalidationInput, ...func(*cloudfront.Options)) (*cloudfront.CreateInvalidationOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle asks each distribution once for each which: CloudFront answers a second request with the same CallerReference and paths with the
// invalidation that there is (API Reference, InvalidationBatch). Staging is asked too, because the next release shows its
// viewers what its cache has kept.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Invalidation, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Invalidation{}, err
	}
	now, reference := h.Now(), doc.Execution.Name
	if in.Which != "" {
		reference += "-" + in.Which
	}
	part := release.Invalidation{
		Paths: doc.Plan.Change.Invalidate, IDs: map[string]string{}, Since: now, Deadline: now.Add(release.InvalidatedWithin), At: now,
	}
	for _, id := range []string{doc.Preflight.Primary.ID, doc.Preflight.Staging.ID} {
		got, err := h.CloudFront.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
			DistributionId: &id,
			InvalidationBatch: &types.InvalidationBatch{
				CallerReference: &reference,
				Paths:           &types.Paths{Quantity: aws.Int32(int32(len(part.Paths))), Items: part.Paths}, //nolint:gosec // a plan has at most a hundred
			},
		})
		if fault.Code(err) == "TooManyInvalidationsInProgress" {
			return release.Invalidation{}, fault.Errorf(fault.Throttled, "invalidate %v of %s: %w", part.Paths, id, err)
		}
		if err != nil {
			return release.Invalidation{}, fmt.Errorf("invalidate %v of %s: %w", part.Paths, id, err)
		}
		if got.Invalidation == nil {
			return release.Invalidation{}, fault.Errorf(fault.Unavailable, "invalidate %v of %s: the answer carries no invalidation", part.Paths, id)
		}
		part.IDs[id] = aws.ToString(got.Invalidation.Id)
	}
	return part, nil
}
