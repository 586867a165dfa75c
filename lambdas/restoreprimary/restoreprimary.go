// Package restoreprimary puts the primary's saved config back after a promotion that made it worse.
package restoreprimary

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
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

// attempts is how often an edit beside the promoted fields (an alias, say) is followed before Step Functions is asked to
// try later.
const attempts = 3

// Handle writes only over the promoted config: it starts from the live config and replaces the fields that a promotion
// copies, so that aliases and policy id stay as they are now. A second call finds the saved fingerprint and writes
// nothing; any third config is someone else's and is left alone.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Write, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Write{}, err
	}
	saved, err := h.saved(ctx, doc)
	if err != nil {
		return release.Write{}, err
	}
	for range attempts {
		primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
		if err != nil {
			return release.Write{}, err
		}
		switch primary.Fingerprint {
		case doc.Preflight.Primary.Fingerprint:
			// Since the promotion somebody wrote this, most likely an earlier call: its propagation is still to be waited for.
			return h.part(doc, time.Time{}), nil
		case doc.Staging.Fingerprint:
		default:
			return release.Write{}, fault.Errorf(fault.ConfigChanged,
				"the primary %s was changed by someone else after the promotion: nothing was written, their config is live", doc.Plan.Primary)
		}
		out, err := h.CloudFront.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
			Id: &doc.Plan.Primary, IfMatch: &primary.ETag,
			DistributionConfig: distribution.Copyable(saved, primary.DistributionConfig),
		})
		if err == nil {
			return h.part(doc, lastModified(out)), nil
		}
		if fault.Code(err) != live.PreconditionFailed {
			return release.Write{}, fmt.Errorf("restore the config of the primary %s: %w", doc.Plan.Primary, err)
		}
	}
	return release.Write{}, fault.Errorf(fault.Unavailable, "the primary %s changed under each of %d tries to restore it", doc.Plan.Primary, attempts)
}

// saved is the primary's config from Preflight, checked against its fingerprint: a damaged record must not go live.
func (h Handler) saved(ctx context.Context, doc release.Document) (*types.DistributionConfig, error) {
	var evidence record.Evidence
	_, found, err := record.Read(ctx, h.Records, h.Bucket, doc.Preflight.Record, &evidence)
	if err != nil {
		return nil, err
	}
	if !found || evidence.Primary == nil || distribution.Fingerprint(evidence.Primary) != doc.Preflight.Primary.Fingerprint {
		return nil, fault.Errorf(fault.Refused, "the saved config in s3://%s/%s is missing or not the one of Preflight", h.Bucket, doc.Preflight.Record)
	}
	return evidence.Primary, nil
}

func (h Handler) part(doc release.Document, modified time.Time) release.Write {
	write := doc.Plan.WriteTo(doc.Plan.Primary, h.Now())
	write.LastModified = modified
	return write
}

func lastModified(out *cloudfront.UpdateDistributionOutput) time.Time {
	if out.Distribution == nil {
		return time.Time{}
	}
	return aws.ToTime(out.Distribution.LastModifiedTime)
}
