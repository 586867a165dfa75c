// Package recover switches off the policy that a dead run left behind.
package recover

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.ConfigReader
	live.PolicyUpdater
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle does nothing unless there is a dead run. A second call finds the policy off and leaves it.
//
// At once, before the lock may be taken over, it is only the first try: a Lambda of the dead run may still be writing, so
// the same is done again under the lock. Then a policy that is read as off is believed only if it was written since the
// lock was taken: reads lag, and an older one may be from before the dead run's last write.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Recovery, error) {
	doc := in.Document
	fence, dead := record.Fence, doc.Recovering()
	if in.Which == release.AtOnce {
		fence, dead = record.FenceAtOnce, doc.Dead.Execution
	}
	if dead == "" {
		return release.Recovery{Note: "the lock was free: no run died here"}, nil
	}
	if err := fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Recovery{}, err
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if fault.Code(err) == "NoSuchDistribution" {
		return release.Recovery{Note: "the primary is gone: there is nothing to make safe"}, nil
	}
	if err != nil {
		return release.Recovery{}, err
	}
	policy := aws.ToString(primary.ContinuousDeploymentPolicyId)
	if policy == "" {
		return h.part(doc, "", "no policy is attached to the primary: no viewer gets staging once that is everywhere"), nil
	}
	routing, since, unread := h.found(ctx, doc)
	// Viewers first: a record that cannot be read must not keep them on staging. A retry puts the routing back.
	_, err = live.SwitchOff(ctx, h.CloudFront, policy, routing, since)
	if fault.Code(err) == "NoSuchContinuousDeploymentPolicy" {
		return h.part(doc, "", "the policy "+policy+" is gone: it sends nobody to staging"), nil
	}
	if err != nil {
		return release.Recovery{}, err
	}
	if unread != nil {
		return release.Recovery{}, fmt.Errorf("policy %s is off, the routing found on it is not put back: %w", policy, unread)
	}
	return h.part(doc, policy, "the policy is off after the death of "+dead), nil
}

// part is Needed and Written even where this call wrote nothing: an earlier one may have done it and lost the answer, or
// someone else has.
func (h Handler) part(doc release.Document, policy, note string) release.Recovery {
	write := doc.Plan.WriteTo(doc.Plan.Primary, h.Now())
	return release.Recovery{Needed: true, PolicyID: policy, Write: &write, Note: note}
}

// found is the routing that the dead run found on the policy, from its evidence, and when the lock was taken over
// from it: zero as long as it was not.
func (h Handler) found(ctx context.Context, doc release.Document) (routing release.Routing, since time.Time, err error) {
	holder, _, _, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return routing, time.Time{}, err
	}
	dead := &holder
	if holder.Execution == doc.Execution.ARN {
		dead, since = holder.TakenOverFrom, holder.At
	}
	_, evidence, found, err := record.EvidenceOfTheDead(ctx, h.Records, h.Bucket, doc.Plan.Primary, dead)
	if err != nil || !found {
		return routing, since, err
	}
	return evidence.Preflight.Routing(), since, nil
}
