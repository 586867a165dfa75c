// Package changestaging puts the change on the staging distribution, while no viewer can see it.
package changestaging

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
	live.PolicyReader
	UpdateDistribution(context.Context, *cloudfront.UpdateDistributionInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateDistributionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle writes staging once: a second call finds the wanted fingerprint and writes nothing. The write carries the ETag of
// the very config it was made from; where CloudFront answers 412, a re-read decides whether it was an earlier call of ours.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Staging, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Staging{}, err
	}
	if err := h.refuseWhileEnabled(ctx, doc); err != nil {
		return release.Staging{}, err
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Primary.ID)
	if err != nil {
		return release.Staging{}, err
	}
	if primary.Fingerprint != doc.Preflight.Primary.Fingerprint {
		return release.Staging{}, fault.Errorf(fault.ConfigChanged, "the primary %s was changed by someone else since Preflight", doc.Plan.Primary)
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Staging.ID)
	if err != nil {
		return release.Staging{}, err
	}
	wanted := staging.DistributionConfig
	switch {
	case doc.Plan.Change.Repoints():
		if wanted, err = repointed(doc.Plan.Change, primary, staging); err != nil {
			return release.Staging{}, err
		}
	case doc.Plan.Change.Kind == release.KindNone:
		wanted = distribution.Copyable(primary.DistributionConfig, staging.DistributionConfig)
	}
	part := h.part(doc, primary, wanted)
	before := doc.Preflight.Staging.Fingerprint
	switch {
	case staging.Fingerprint == before && part.Fingerprint == before:
		part.Written = false
		return part, nil
	case staging.Fingerprint == before:
		return h.write(ctx, doc, part, staging, wanted)
	case doc.Plan.Change.Kind != release.KindStaged && staging.Fingerprint == part.Fingerprint:
		return part, nil // written by an earlier call, so its propagation is still to be waited for
	}
	return release.Staging{}, fault.Errorf(fault.ConfigChanged,
		"staging distribution %s was changed by someone else since Preflight; nothing was overwritten", doc.Preflight.Staging.ID)
}

// refuseWhileEnabled keeps an unjudged config from viewers: Recover and Preflight left the policy off.
func (h Handler) refuseWhileEnabled(ctx context.Context, doc release.Document) error {
	policy, err := live.ReadPolicy(ctx, h.CloudFront, doc.Preflight.PolicyID)
	if err != nil {
		return err
	}
	if policy.On() {
		return fault.Errorf(fault.ConfigChanged,
			"policy %s was enabled by someone else since Preflight: staging is not changed while viewers may see it", policy.ID)
	}
	return nil
}

// repointed is the primary's config with the change, under what is staging's own. Built from the primary and not from
// staging, so that what is judged is the live config plus this one change.
func repointed(change release.Change, primary, staging live.Config) (*types.DistributionConfig, error) {
	wanted := distribution.Copyable(primary.DistributionConfig, staging.DistributionConfig)
	path, domain := change.Target()
	if _, err := distribution.SetOrigin(wanted, change.Origin, path, domain); err != nil {
		return nil, fault.Errorf(fault.InvalidRequest, "%w", err)
	}
	return wanted, nil
}

func (h Handler) part(doc release.Document, primary live.Config, wanted *types.DistributionConfig) release.Staging {
	differences := distribution.Diff(primary.DistributionConfig, wanted)
	part := release.Staging{
		Write:       doc.Plan.WriteTo(doc.Preflight.Staging.ID, h.Now()),
		Fingerprint: distribution.Fingerprint(wanted),
		Differs:     len(differences) > 0,
		Smoke:       doc.Plan.TestsSmoke(),
	}
	part.Judge = part.Differs || doc.Plan.Change.Kind == release.KindNone
	const most = 20 // the document stays small whatever the configs' size; the record has both configs
	for i, d := range differences {
		if i == most {
			part.Changes = append(part.Changes, fmt.Sprintf("and %d more", len(differences)-most))
			break
		}
		part.Changes = append(part.Changes, d.Path)
	}
	return part
}

func (h Handler) write(ctx context.Context, doc release.Document, part release.Staging, staging live.Config, wanted *types.DistributionConfig) (release.Staging, error) {
	out, err := h.CloudFront.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
		Id: &part.Distribution, IfMatch: &staging.ETag, DistributionConfig: wanted,
	})
	if fault.Code(err) == live.PreconditionFailed {
		return h.afterConflict(ctx, part, staging.ETag)
	}
	if err != nil {
		return release.Staging{}, fmt.Errorf("update staging distribution %s: %w", part.Distribution, err)
	}
	// Enabled between the first look and the write, the policy would now be showing viewers what nobody has judged.
	if err := h.refuseWhileEnabled(ctx, doc); err != nil {
		return release.Staging{}, err
	}
	if out.Distribution != nil {
		part.LastModified = aws.ToTime(out.Distribution.LastModifiedTime)
	}
	return part, nil
}

func (h Handler) afterConflict(ctx context.Context, part release.Staging, refused string) (release.Staging, error) {
	again, err := live.ReadConfig(ctx, h.CloudFront, part.Distribution)
	if err != nil {
		return release.Staging{}, err
	}
	if again.ETag == refused {
		return release.Staging{}, fault.Errorf(fault.Unavailable,
			"staging distribution %s is not as CloudFront's reads still show it: look again", part.Distribution)
	}
	if again.Fingerprint != part.Fingerprint {
		return release.Staging{}, fault.Errorf(fault.ConfigChanged,
			"staging distribution %s was changed by someone else while this release was about to; nothing was overwritten", part.Distribution)
	}
	return part, nil
}
