// Package promote sends the one-way promotion: staging's config becomes the primary's.
package promote

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
	live.ConfigReader
	UpdateDistributionWithStagingConfig(context.Context, *cloudfront.UpdateDistributionWithStagingConfigInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateDistributionWithStagingConfigOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle sends the promotion with the two ETags that Check Pair noted, so it can take effect only on the judged pair and
// only once: after a first effect the primary's ETag has moved, and a second call gets 412. An answer that is lost, or
// that does not exclude an effect, is PromotionInDoubt; so is everything once an earlier send is in doubt, because then
// no refusal of a later one says that nothing happened. Confirm Promotion decides; nothing here leads back.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.PromoteAnswer, error) {
	answer, err := h.promote(ctx, in.Document)
	if err != nil && in.Document.Promotion != nil {
		return answer, fault.Errorf(fault.PromotionInDoubt, "an earlier promotion of %s is in doubt, and this one: %w", in.Document.Plan.Primary, err)
	}
	return answer, err
}

func (h Handler) promote(ctx context.Context, doc release.Document) (release.PromoteAnswer, error) {
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.PromoteAnswer{}, err
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return release.PromoteAnswer{}, err
	}
	switch primary.Fingerprint {
	case doc.Staging.Fingerprint:
		return h.answer(doc, primary.ETag, time.Time{}), nil
	case doc.Preflight.Primary.Fingerprint:
	default:
		return release.PromoteAnswer{}, fault.Errorf(fault.ConfigChanged,
			"the primary %s was changed by someone else just before the promotion, which was not sent", doc.Plan.Primary)
	}
	if age := h.Now().Sub(doc.Traffic.At); !doc.Traffic.Flowing || age > release.ProofFreshFor {
		return release.PromoteAnswer{}, fault.Errorf(fault.NoTrafficProof,
			"the proof that staging receives viewers is %s old (%s): at most %s is accepted; the promotion was not sent", age, doc.Traffic.Verdict, release.ProofFreshFor)
	}
	return h.send(ctx, doc)
}

// send tries both spellings of the double ETag that AWS's own material has ("primary, staging" in the API model,
// "primary,staging" in the CLI reference); which one the service insists on, if any, is unverified, and it refuses a wrong
// one with InvalidIfMatchVersion, before any effect.
func (h Handler) send(ctx context.Context, doc release.Document) (release.PromoteAnswer, error) {
	var err error
	for _, separator := range []string{", ", ","} {
		var out *cloudfront.UpdateDistributionWithStagingConfigOutput
		out, err = h.CloudFront.UpdateDistributionWithStagingConfig(ctx, &cloudfront.UpdateDistributionWithStagingConfigInput{
			Id:                    &doc.Plan.Primary,
			StagingDistributionId: &doc.Preflight.Staging.ID,
			IfMatch:               aws.String(doc.Pair.PrimaryETag + separator + doc.Pair.StagingETag),
		})
		if err == nil {
			var modified time.Time
			if out.Distribution != nil {
				modified = aws.ToTime(out.Distribution.LastModifiedTime)
			}
			return h.answer(doc, aws.ToString(out.ETag), modified), nil
		}
		if fault.Code(err) != "InvalidIfMatchVersion" {
			break
		}
	}
	return h.afterRefusal(ctx, doc, err)
}

func (h Handler) afterRefusal(ctx context.Context, doc release.Document, err error) (release.PromoteAnswer, error) {
	if fault.Code(err) == live.PreconditionFailed {
		return h.afterConflict(ctx, doc, err)
	}
	switch fault.NameOf(err) {
	case fault.Throttled, fault.Refused:
		return release.PromoteAnswer{}, fmt.Errorf("promote staging distribution %s to %s: %w", doc.Preflight.Staging.ID, doc.Plan.Primary, err)
	default:
		return release.PromoteAnswer{}, fault.Errorf(fault.PromotionInDoubt,
			"promote staging distribution %s to %s: no certain answer came: %w", doc.Preflight.Staging.ID, doc.Plan.Primary, err)
	}
}

// afterConflict finds out who moved one of the two ETags. It was us, an earlier call of this step, if the primary has the
// judged config; it was someone else if either side has a third one. The old configs on both sides prove nothing, because
// reads lag: the promotion may have happened.
func (h Handler) afterConflict(ctx context.Context, doc release.Document, conflict error) (release.PromoteAnswer, error) {
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if err == nil && primary.Fingerprint == doc.Staging.Fingerprint {
		return h.answer(doc, primary.ETag, time.Time{}), nil
	}
	staging, stagingErr := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Staging.ID)
	if err == nil && primary.Fingerprint != doc.Preflight.Primary.Fingerprint ||
		stagingErr == nil && staging.Fingerprint != doc.Staging.Fingerprint {
		return release.PromoteAnswer{}, fault.Errorf(fault.ConfigChanged,
			"the primary %s or its staging distribution was changed by someone else since it was judged; the promotion was refused: %w", doc.Plan.Primary, conflict)
	}
	return release.PromoteAnswer{}, fault.Errorf(fault.PromotionInDoubt,
		"the promotion to %s was refused because an ETag has moved, and what can be read does not show by whom: %w", doc.Plan.Primary, conflict)
}

func (h Handler) answer(doc release.Document, etag string, modified time.Time) release.PromoteAnswer {
	answer := release.PromoteAnswer{ETag: etag, Write: doc.Plan.WriteTo(doc.Plan.Primary, h.Now())}
	answer.LastModified = modified
	return answer
}
