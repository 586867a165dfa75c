// Package alignstaging gives the staging distribution what it must have in common with its primary.
package alignstaging

import (
	"context"
	"time"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.DistributionUpdater
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle writes only what differs, under the ETag of the config that was read, and nothing while staging is InProgress. So
// a second call finds nothing to write; whether what it finds is everywhere is for the next round to say, which comes after
// a look at the propagation: an answer may have been lost.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Settling, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Settling{}, err
	}
	primary, err := live.ReadDistribution(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return release.Settling{}, err
	}
	staging, err := live.ReadDistribution(ctx, h.CloudFront, stagingOf(doc))
	if doc.Copy != nil && doc.Copy.Made && fault.Code(err) == live.NoSuchDistribution { // reads lag writes
		return release.Settling{}, fault.Errorf(fault.Unavailable, "the copy %s was made at %s, but CloudFront's reads do not show it yet: look again",
			doc.Copy.ID, doc.Copy.At.Format(time.RFC3339))
	}
	if err != nil {
		return release.Settling{}, err
	}
	part := release.Settling{Write: doc.Plan.WriteTo(stagingOf(doc), h.Now()), Round: 1}
	part.LastModified = staging.LastModified
	if doc.Align != nil {
		part.Round += doc.Align.Round
	}
	wanted := distribution.Aligned(primary.DistributionConfig, staging.DistributionConfig)
	differences := distribution.Diff(staging.DistributionConfig, wanted)
	for _, d := range differences {
		part.Changes = append(part.Changes, d.Path)
	}
	switch {
	case staging.Status != live.Deployed:
		part.Changes = nil
		return part, nil
	case len(differences) == 0:
		part.Settled = doc.Align != nil
		return part, nil
	case part.Round > release.Rounds:
		return release.Settling{}, fault.Errorf(fault.ConfigChanged,
			"staging distribution %s still differs from the primary %s in %v after %d tries: someone else is changing one of the two",
			part.Distribution, doc.Plan.Primary, part.Changes, doc.Align.Round)
	}
	part.LastModified, err = live.WriteConfig(ctx, h.CloudFront, part.Distribution, staging.ETag, wanted)
	return part, err
}

// stagingOf is the pair's: the one that enroll has made or taken, or the one that maintenance has found.
func stagingOf(doc release.Document) string {
	if doc.Copy != nil {
		return doc.Copy.ID
	}
	return doc.Preflight.Staging.ID
}
