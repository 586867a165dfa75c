package findpair

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// proven says whether the cleanup has named the parts itself. Those of a workflow that stopped half way are in its records.
func proven(doc release.Document) bool {
	return doc.Orphan != nil && doc.Orphan.Kind != release.OrphanUnfinished
}

// prove looks at an orphan again, under its lock and right before it is touched: since it was found, hours may have passed.
func (h Handler) prove(ctx context.Context, doc release.Document, parts *release.Parts) error {
	o := *doc.Orphan
	if ended := doc.Execution.StartTime.Add(release.CleanupWithin); h.Now().After(ended) {
		return changed(o, "this cleanup has gone on for "+release.CleanupWithin.String()+": the next one does it")
	}
	parts.PolicyID, parts.Staging, parts.KeepPair = o.PolicyID, o.Staging, o.KeepPair
	if err := h.provePolicy(ctx, o, parts); err != nil {
		return err
	}
	if err := h.provePrimary(ctx, o, parts); err != nil {
		return err
	}
	return h.proveStaging(ctx, o, parts)
}

func (h Handler) provePolicy(ctx context.Context, o release.Orphan, parts *release.Parts) error {
	if o.PolicyID == "" {
		return nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, o.PolicyID)
	if fault.Code(err) == live.NoSuchPolicy {
		parts.PolicyID = ""
		return nil
	}
	if err != nil {
		return err
	}
	parts.Search.Domain, parts.Search.Attachment = policy.DNSName(), o.Kind == release.OrphanUnattached
	if o.Kind == release.OrphanDeadLock {
		return nil // whatever it has become, it is to be off
	}
	return sameAsFound(o, policy.LastModified)
}

func (h Handler) provePrimary(ctx context.Context, o release.Orphan, parts *release.Parts) error {
	if o.Primary == "" {
		return nil
	}
	primary, found, err := account.Read(ctx, h.CloudFront, o.Primary)
	if err != nil || !found {
		return err
	}
	parts.Primary = o.Primary
	if primary.PolicyID() != o.PolicyID {
		return changed(o, "another policy, or none, is attached to "+o.Primary+" now")
	}
	return nil
}

func (h Handler) proveStaging(ctx context.Context, o release.Orphan, parts *release.Parts) error {
	if o.Staging == "" {
		return nil
	}
	staging, found, err := account.Read(ctx, h.CloudFront, o.Staging)
	if err != nil {
		return err
	}
	switch {
	case !found:
		parts.Staging = ""
		return nil
	case o.Kind == release.OrphanNoPolicy:
		return sameAsFound(o, staging.LastModified)
	case o.Kind == release.OrphanStagingDisabled && aws.ToBool(staging.Config.Enabled):
		return changed(o, "its staging distribution "+o.Staging+" is enabled now")
	}
	return nil
}

func sameAsFound(o release.Orphan, modified time.Time) error {
	if modified.Equal(o.Modified) {
		return nil
	}
	return changed(o, "it was changed at "+modified.Format(time.RFC3339))
}

// changed leaves what is no orphan any more.
func changed(o release.Orphan, how string) error {
	return fault.Errorf(fault.ConfigChanged, "the %s was left alone: %s", o.Name(), how)
}

// seen is the account as this cleanup has seen it: nothing was attached since then to a distribution that has the same ETag.
func (h Handler) seen(ctx context.Context, doc release.Document) (map[string]record.SeenDistribution, error) {
	var seen record.Cleanup
	if doc.Look == nil {
		return seen.Distributions, nil
	}
	_, _, err := record.Read(ctx, h.Records, h.Bucket, doc.Look.Record, &seen)
	return seen.Distributions, err
}
