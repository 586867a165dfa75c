// Package clearhold lets releases of a primary go on after an operator has looked at it.
package clearhold

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	cloudfront.GetDistributionAPIClient
	live.PolicyReader
}

type records interface {
	record.Reader
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    records
	Bucket     string
}

// Handle deletes the hold that it has read, and only while no viewer can get staging. A second call finds none.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.HoldCleared, error) {
	doc := in.Document
	key := record.HoldKey(doc.Plan.Primary)
	var hold record.Hold
	etag, found, err := record.Read(ctx, h.Records, h.Bucket, key, &hold)
	if err != nil && !found { // whatever it is that someone has put there by hand is a hold, too
		return release.HoldCleared{}, err
	}
	if !found {
		return release.HoldCleared{Note: fmt.Sprintf("There is no hold on %s.", doc.Plan.Primary)}, nil
	}
	if d := doc.Dead; d != nil && !d.Found && d.Execution != "" && d.EndedAt.IsZero() {
		// It may be a recover execution that is about to decide the same, without having been asked to clear anything.
		return release.HoldCleared{}, fault.Errorf(fault.Refused, "the hold on %s stays: %s; ask again when it has ended", doc.Plan.Primary, d.Note)
	}
	if err := h.refuseUnlessSafe(ctx, doc.Plan.Primary); err != nil {
		return release.HoldCleared{}, err
	}
	_, err = h.Records.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &h.Bucket, Key: &key, IfMatch: &etag})
	switch code := fault.Code(err); {
	case err == nil, code == "NoSuchKey", code == "NotFound":
	case code == live.PreconditionFailed:
		return release.HoldCleared{}, fault.Errorf(fault.Unavailable, "the hold %s changed while it was cleared: look again", key)
	default:
		return release.HoldCleared{}, fmt.Errorf("clear the hold s3://%s/%s: %w", h.Bucket, key, err)
	}
	return release.HoldCleared{
		Cleared: true,
		Note: fmt.Sprintf("The hold that %s had placed on %s is cleared: %s.",
			cmp.Or(hold.Execution.Name, "someone"), doc.Plan.Primary, strings.TrimSuffix(doc.Plan.Reason, ".")),
	}, nil
}

// refuseUnlessSafe refuses while viewers may get staging: a hold keeps what is not understood from getting worse.
func (h Handler) refuseUnlessSafe(ctx context.Context, primary string) error {
	got, err := h.CloudFront.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &primary})
	if fault.Code(err) == "NoSuchDistribution" {
		return nil // nobody gets anything from it
	}
	if err != nil {
		return fmt.Errorf("read distribution %s: %w", primary, err)
	}
	if got.Distribution == nil || got.Distribution.DistributionConfig == nil {
		return fault.Errorf(fault.Unavailable, "read distribution %s: the answer carries none", primary)
	}
	if status := aws.ToString(got.Distribution.Status); status != live.Deployed {
		return fault.Errorf(fault.Refused, "the hold on %s stays: the distribution is %s; ask again when it is Deployed", primary, status)
	}
	id := aws.ToString(got.Distribution.DistributionConfig.ContinuousDeploymentPolicyId)
	if id == "" {
		return nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, id)
	if fault.Code(err) == "NoSuchContinuousDeploymentPolicy" {
		return nil
	}
	if err != nil {
		return err
	}
	if policy.On() {
		return fault.Errorf(fault.Refused, "the hold on %s stays: policy %s is enabled, viewers get staging. Switch it off: %s",
			primary, id, release.SwitchOffCommand(id))
	}
	return nil
}
