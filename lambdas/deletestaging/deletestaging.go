// Package deletestaging deletes the staging distribution, which is disabled everywhere by now.
package deletestaging

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
	DeleteDistribution(context.Context, *cloudfront.DeleteDistributionInput, ...func(*cloudfront.Options)) (*cloudfront.DeleteDistributionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle deletes under the ETag that it has just read, and only a disabled staging distribution. A second call finds it
// gone.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Deletion, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Deletion{}, err
	}
	id := doc.Parts.Staging
	part := release.Deletion{ID: id, At: h.Now()}
	if id == "" {
		return part, nil
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, id)
	if fault.Code(err) == live.NoSuchDistribution {
		return part, nil
	}
	if err != nil {
		return release.Deletion{}, err
	}
	if !aws.ToBool(staging.Staging) {
		return release.Deletion{}, fault.Errorf(fault.Refused, "%s is no staging distribution: it was not deleted", id)
	}
	if aws.ToBool(staging.Enabled) {
		return release.Deletion{}, fault.Errorf(fault.StillInUse,
			"the staging distribution %s is enabled, or is still shown so; if somebody has enabled it again, it is theirs: it was not deleted", id)
	}
	_, err = h.CloudFront.DeleteDistribution(ctx, &cloudfront.DeleteDistributionInput{Id: &id, IfMatch: &staging.ETag})
	if fault.Code(err) == live.NoSuchDistribution {
		return part, nil
	}
	if err != nil {
		return release.Deletion{}, live.Settling(err, "delete the staging distribution %s", id)
	}
	part.Deleted = true
	return part, nil
}
