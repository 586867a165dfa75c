package live

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
)

// Distribution is a distribution with what only GetDistribution tells: how far its last change has come, and since when.
type Distribution struct {
	Config

	Domain       string
	Status       string
	LastModified time.Time
}

// DistributionUpdater reads and writes a distribution.
type DistributionUpdater interface {
	cloudfront.GetDistributionAPIClient
	UpdateDistribution(context.Context, *cloudfront.UpdateDistributionInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateDistributionOutput, error)
}

// ReadDistribution reads distribution id.
func ReadDistribution(ctx context.Context, api cloudfront.GetDistributionAPIClient, id string) (Distribution, error) {
	got, err := api.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id})
	if err != nil {
		return Distribution{}, fmt.Errorf("read distribution %s: %w", id, err)
	}
	d := got.Distribution
	if d == nil || d.DistributionConfig == nil {
		return Distribution{}, fault.Errorf(fault.Unavailable, "read distribution %s: the answer carries no config", id)
	}
	return Distribution{
		Config: Config{
			DistributionConfig: d.DistributionConfig, ETag: aws.ToString(got.ETag), Fingerprint: distribution.Fingerprint(d.DistributionConfig),
		},
		Domain: aws.ToString(d.DomainName), Status: aws.ToString(d.Status), LastModified: aws.ToTime(d.LastModifiedTime),
	}, nil
}

// WriteConfig writes a distribution's config under the ETag of the one it was made from, and returns when that was. Where
// the distribution is not as it was read the fault is Unavailable: look again. So it is at IllegalUpdate, which may be about
// a distribution that is InProgress still (whether CloudFront refuses that is unverified) while reads lag.
func WriteConfig(ctx context.Context, api DistributionUpdater, id, etag string, config *types.DistributionConfig) (time.Time, error) {
	out, err := api.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{Id: &id, IfMatch: &etag, DistributionConfig: config})
	switch {
	case fault.Code(err) == PreconditionFailed:
		return time.Time{}, fault.Errorf(fault.Unavailable, "distribution %s changed since it was read: look again (%w)", id, err)
	case fault.Code(err) == IllegalUpdate:
		return time.Time{}, fault.Errorf(fault.Unavailable, "distribution %s cannot be updated just now: %w", id, err)
	case err != nil:
		return time.Time{}, fmt.Errorf("update distribution %s: %w", id, err)
	case out.Distribution == nil:
		return time.Time{}, nil
	}
	return aws.ToTime(out.Distribution.LastModifiedTime), nil
}
