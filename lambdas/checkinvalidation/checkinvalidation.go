// Package checkinvalidation asks whether the caches of both distributions have forgotten what they were told to.
package checkinvalidation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// completed is an invalidation's status when every point of presence has it.
const completed = "Completed"

type cloudFront interface {
	GetInvalidation(context.Context, *cloudfront.GetInvalidationInput, ...func(*cloudfront.Options)) (*cloudfront.GetInvalidationOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. An invalidation that is not to be seen yet is under way: reads lag. At
// its deadline it is left alone, since viewers have a page either way and every asset is on both sides.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Invalidation, error) {
	part := *in.Document.Invalidation
	part.At = h.Now()
	part.Completed = true
	for _, distribution := range slices.Sorted(maps.Keys(part.IDs)) {
		id := part.IDs[distribution]
		got, err := h.CloudFront.GetInvalidation(ctx, &cloudfront.GetInvalidationInput{DistributionId: &distribution, Id: &id})
		switch {
		case fault.Code(err) == "NoSuchInvalidation":
			part.Completed = false
		case err != nil:
			return release.Invalidation{}, fmt.Errorf("read invalidation %s of %s: %w", id, distribution, err)
		case got.Invalidation == nil || aws.ToString(got.Invalidation.Status) != completed:
			part.Completed = false
		}
	}
	part.Over = part.Completed || !part.At.Before(part.Deadline)
	return part, nil
}
