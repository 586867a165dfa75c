// Package disablestaging disables the staging distribution, which no policy names any more.
package disablestaging

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

// Handle sends the config back as it was read, but for Enabled, and only where it is one of a staging distribution. A second
// call finds it disabled and writes nothing; the propagation of the first is still to be waited for.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Write, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Write{}, err
	}
	id := doc.Parts.Staging
	if id == "" {
		return release.Write{}, nil
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, id)
	if fault.Code(err) == live.NoSuchDistribution {
		return release.Write{}, nil
	}
	if err != nil {
		return release.Write{}, err
	}
	if !aws.ToBool(staging.Staging) {
		return release.Write{}, fault.Errorf(fault.Refused, "%s is no staging distribution: it was not disabled", id)
	}
	part := doc.Plan.WriteTo(id, h.Now())
	if !aws.ToBool(staging.Enabled) {
		return part, nil
	}
	staging.Enabled = aws.Bool(false)
	out, err := h.CloudFront.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
		Id: &id, IfMatch: &staging.ETag, DistributionConfig: staging.DistributionConfig,
	})
	if err != nil {
		return release.Write{}, live.Settling(err, "disable the staging distribution %s", id)
	}
	if out.Distribution != nil {
		part.LastModified = aws.ToTime(out.Distribution.LastModifiedTime)
	}
	return part, nil
}
