// Package copyprimary makes the staging distribution of a pair, as a copy of its primary.
package copyprimary

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.CopyFinder
	CopyDistribution(context.Context, *cloudfront.CopyDistributionInput, ...func(*cloudfront.Options)) (*cloudfront.CopyDistributionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle makes nothing where Preflight has found a staging distribution. Else the CallerReference, which is this
// execution's own, keeps a second call from making a second one: CloudFront answers DistributionAlreadyExists, and the one
// of the first call is looked for. Until reads show it the answer is Unavailable. Refused is returned only when no copy is
// seen: which of its rules CloudFront checks first is unknown, and the quota may be full because of the first call.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Copy, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Copy{}, err
	}
	if found := doc.Preflight.Staging; found.ID != "" {
		return release.Copy{ID: found.ID, Domain: found.Domain, At: h.Now()}, nil
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return release.Copy{}, err
	}
	out, err := h.CloudFront.CopyDistribution(ctx, &cloudfront.CopyDistributionInput{
		PrimaryDistributionId: &doc.Plan.Primary, IfMatch: &primary.ETag, Staging: aws.Bool(true), Enabled: aws.Bool(true),
		CallerReference: aws.String(live.CopyReference(doc.Plan.Primary, doc.Execution.Name)),
	})
	switch code := fault.Code(err); {
	case code == "DistributionAlreadyExists":
		found, err := h.find(ctx, doc)
		if err == nil && found.ID == "" {
			err = fault.Errorf(fault.Unavailable, "the copy of %s with the reference %s exists, but CloudFront's reads do not show it yet: look again",
				doc.Plan.Primary, live.CopyReference(doc.Plan.Primary, doc.Execution.Name))
		}
		return found, err
	case code == live.PreconditionFailed:
		return release.Copy{}, fault.Errorf(fault.Unavailable, "the primary %s changed since it was read: nothing was copied yet, look again (%w)", doc.Plan.Primary, err)
	case fault.NameOf(err) == fault.Refused:
		if found, lost := h.find(ctx, doc); lost != nil || found.ID != "" {
			return found, lost
		}
		return release.Copy{}, fmt.Errorf("copy the primary %s: %w", doc.Plan.Primary, err)
	case err != nil:
		return release.Copy{}, fmt.Errorf("copy the primary %s: %w", doc.Plan.Primary, err)
	case out.Distribution == nil:
		return release.Copy{}, fault.Errorf(fault.Unavailable, "copy the primary %s: the answer carries no distribution", doc.Plan.Primary)
	}
	return release.Copy{ID: aws.ToString(out.Distribution.Id), Domain: aws.ToString(out.Distribution.DomainName), Made: true, At: h.Now()}, nil
}

// find is the copy of an earlier call of this execution; empty where reads show none.
func (h Handler) find(ctx context.Context, doc release.Document) (release.Copy, error) {
	all, err := live.ListStaging(ctx, h.CloudFront)
	if err != nil {
		return release.Copy{}, err
	}
	found, err := live.FindCopy(ctx, h.CloudFront, all, doc.Plan.Primary)
	if err != nil || found.Id == nil {
		return release.Copy{}, err
	}
	return release.Copy{ID: *found.Id, Domain: aws.ToString(found.DomainName), Made: true, At: h.Now()}, nil
}
