// Package checkdeployed reports whether a write has reached every point of presence.
package checkdeployed

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	cloudfront.GetDistributionAPIClient
	live.PolicyReader
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. Which write it asks about comes with the state. On the way back
// Deployed is not enough: an end that says "no viewer gets staging" needs the policy to be off still.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Deployed, error) {
	write, err := writeOf(in)
	if err != nil {
		return release.Deployed{}, err
	}
	if write.Distribution == "" {
		return release.Deployed{What: in.Which, Deployed: true, At: h.Now()}, nil // nothing was there to be written
	}
	got, err := h.CloudFront.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &write.Distribution})
	if in.Document.Parts != nil && fault.Code(err) == live.NoSuchDistribution {
		return release.Deployed{What: in.Which, Distribution: write.Distribution, Deployed: true, Status: "deleted", At: h.Now()}, nil
	}
	if err != nil {
		return release.Deployed{}, fmt.Errorf("read the status of distribution %s: %w", write.Distribution, err)
	}
	if got.Distribution == nil {
		return release.Deployed{}, fault.Errorf(fault.Unavailable, "read the status of distribution %s: the answer carries none", write.Distribution)
	}
	now := h.Now()
	part := release.Deployed{
		What: in.Which, Distribution: write.Distribution, Status: aws.ToString(got.Distribution.Status), At: now,
	}
	part.Deployed = part.Status == live.Deployed && believable(write, now, aws.ToTime(got.Distribution.LastModifiedTime))
	if policy := toBeOff(in); policy != "" && part.Deployed {
		if part.Deployed, err = h.isOff(ctx, policy, in.Document); err != nil {
			return part, err
		}
	}
	if !part.Deployed && now.After(write.Deadline) {
		return part, overdue(write, part)
	}
	return part, nil
}

func overdue(write release.Write, part release.Deployed) error {
	state := part.Status
	if state == live.Deployed { // but that, or the policy, was read as it was before the write
		state = "shown as before the write"
	}
	return fault.Errorf(fault.NotDeployed, "distribution %s was still %s at %s, %s after the write (%s)",
		write.Distribution, state, part.At.Format(time.RFC3339), part.At.Sub(write.At).Round(time.Second), part.What)
}

// toBeOff is the policy that an end will call off everywhere; none on the way forward.
func toBeOff(in release.Input) string {
	switch {
	case in.Which == release.OfStop, in.Which == release.OfRestore:
		return in.Document.Preflight.PolicyID
	case in.Which == release.OfDisable:
		return in.Document.PolicyOfPair()
	case in.Which == release.OfRecovery && in.Document.Workflow == release.Recover:
		return in.Document.Recovery.PolicyID
	}
	return ""
}

// isOff refuses a policy that someone else has enabled since it was switched off. A read from before that is not
// believed: the state is looked at again.
func (h Handler) isOff(ctx context.Context, id string, doc release.Document) (bool, error) {
	policy, err := live.ReadPolicy(ctx, h.CloudFront, id)
	if fault.Code(err) == "NoSuchContinuousDeploymentPolicy" {
		return true, nil // what is gone sends nobody anywhere
	}
	if err != nil {
		return false, err
	}
	if policy.On() && policy.LastModified.After(writtenOff(doc)) {
		return false, fault.Errorf(fault.ConfigChanged, "policy %s was enabled again by someone else while this execution went back", policy.ID)
	}
	return !policy.On(), nil
}

func writtenOff(doc release.Document) time.Time {
	switch {
	case doc.Workflow == release.Recover:
		return doc.Recovery.Write.At
	case doc.Parts != nil:
		return doc.Disable.At
	}
	return doc.Stop.At
}

// believable tells a report of Deployed from one of before the write: reads lag writes, so the report must show a trace of the
// write (its LastModifiedTime), or the write must be old. That InProgress was seen since says nothing: the next read may be of
// an older state than the last (found by the storm, docs/storm.md, seed 68303).
func believable(write release.Write, at, lastModified time.Time) bool {
	switch {
	case !write.Written:
		return true
	case !write.LastModified.IsZero() && !lastModified.Before(write.LastModified):
		return true
	}
	return at.Sub(write.At) >= release.SettleAfter
}

func writeOf(in release.Input) (release.Write, error) {
	doc := in.Document
	var write *release.Write
	switch in.Which {
	case release.OfRecovery:
		if doc.Recovery != nil {
			write = doc.Recovery.Write
		}
	case release.OfStaging:
		if doc.Staging != nil {
			write = &doc.Staging.Write
		}
	case release.OfHeader:
		if doc.Route != nil {
			write = &doc.Route.Write
		}
	case release.OfTraffic:
		if doc.Step != nil {
			write = &doc.Step.Write
		}
	case release.OfPromotion:
		if doc.Promotion != nil {
			write = &doc.Promotion.Write
		}
	case release.OfRestore:
		write = doc.Restore
	case release.OfStop:
		write = doc.Stop
	default:
		write = writeToPair(in)
	}
	if write == nil {
		return release.Write{}, fault.Errorf(fault.Unexpected, "the document has no write of the %q to wait for", in.Which)
	}
	return *write, nil
}

// writeToPair is a write that puts a pair together or takes it apart.
func writeToPair(in release.Input) *release.Write {
	doc := in.Document
	switch in.Which {
	case release.OfAlignment:
		if doc.Align != nil {
			return &doc.Align.Write
		}
	case release.OfAttachment:
		if doc.Attach != nil {
			return &doc.Attach.Write
		}
	case release.OfDisable:
		return doc.Disable
	case release.OfNoStaging:
		return doc.StagingOff
	case release.OfDetach:
		if doc.Detach != nil {
			return &doc.Detach.Write
		}
	}
	return nil
}
