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
// the same is done again under the lock.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Recovery, error) {
	doc := in.Document
	fence := record.Fence
	var dead string
	if in.Which == release.AtOnce {
		fence, dead = record.FenceAtOnce, doc.Dead.Execution
	} else {
		dead = doc.Lock.TakenOverFrom
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
		return release.Recovery{Note: "no policy is attached to the primary: no viewer gets staging"}, nil
	}
	header, unread := h.headerOf(ctx, doc)
	// Viewers first: a record that cannot be read must not keep them on staging. A retry puts the header back.
	if _, err := live.SwitchOff(ctx, h.CloudFront, policy, header, time.Time{}); err != nil {
		return release.Recovery{}, err
	}
	if unread != nil {
		return release.Recovery{}, fmt.Errorf("policy %s is off, its header routing is not put back: %w", policy, unread)
	}
	// Needed and Written even where this call wrote nothing: an earlier one may have done it and lost the answer.
	write := doc.Plan.WriteTo(doc.Plan.Primary, h.Now())
	return release.Recovery{
		Needed: true, PolicyID: policy, Write: &write,
		Note: "the policy is off after the death of " + dead,
	}, nil
}

// headerOf is the header routing that the dead run found on the policy, from its evidence.
func (h Handler) headerOf(ctx context.Context, doc release.Document) (*release.Header, error) {
	holder, _, _, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return nil, err
	}
	dead := holder.TakenOverFrom
	if holder.Execution != doc.Execution.ARN { // at once: the lock is still the dead run's
		dead = &holder
	}
	_, evidence, found, err := record.EvidenceOfTheDead(ctx, h.Records, h.Bucket, doc.Plan.Primary, dead)
	if err != nil || !found {
		return nil, err
	}
	return evidence.Preflight.Header, nil
}
