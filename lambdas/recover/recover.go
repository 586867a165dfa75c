// Package recover switches off the policy that a dead run left behind, before a new release looks at the pair.
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

// Handle does nothing unless the lock was taken over from a dead run. A second call finds the policy off and leaves it.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Recovery, error) {
	doc := in.Document
	if doc.Lock.TakenOverFrom == "" {
		return release.Recovery{Note: "the lock was free: no run died here"}, nil
	}
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
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
		Note: "the policy is off after the death of " + doc.Lock.TakenOverFrom,
	}, nil
}

// headerOf is the header routing that the dead run found on the policy, from its evidence; or, where that run had died
// before its own Preflight, what the one before it had found, and so on.
func (h Handler) headerOf(ctx context.Context, doc release.Document) (*release.Header, error) {
	holder, _, _, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return nil, err
	}
	for dead := holder.TakenOverFrom; dead != nil; dead = dead.TakenOverFrom {
		var evidence record.Evidence
		_, found, err := record.Read(ctx, h.Records, h.Bucket, record.KeyOf(doc.Plan.Primary, *dead), &evidence)
		if err != nil {
			return nil, err
		}
		if found && evidence.Preflight != nil {
			return evidence.Preflight.Header, nil
		}
	}
	return nil, nil //nolint:nilnil // no run before has found header routing
}
