// Package lookaround looks at every distribution and every policy of the account, a part of them with each call.
package lookaround

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	cloudfront.GetDistributionAPIClient
	cloudfront.ListDistributionsAPIClient
	ListContinuousDeploymentPolicies(context.Context, *cloudfront.ListContinuousDeploymentPoliciesInput, ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.ReadWriter
	Bucket     string
	Now        func() time.Time
}

// Handle writes nothing but its own record. A second call sees the same again.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Look, error) {
	doc := in.Document
	look := release.Look{Record: record.CleanupKey(doc.Execution)}
	if doc.Look != nil {
		look = *doc.Look
	}
	seen := record.Cleanup{Execution: doc.Execution, Plan: doc.Plan}
	return look, record.Amend(ctx, h.Records, h.Bucket, look.Record, &seen, func() error {
		if seen.Distributions == nil {
			seen.Distributions = map[string]record.SeenDistribution{}
		}
		return h.look(ctx, &look, &seen)
	})
}

func (h Handler) look(ctx context.Context, look *release.Look, seen *record.Cleanup) error {
	look.More = true
	progress := false
	if !look.Walked {
		walk := account.Walk{Marker: look.Marker}
		over, err := walk.Go(ctx, h.CloudFront, h.visitor(ctx, seen))
		if err != nil {
			return err
		}
		progress = walk.Marker != look.Marker
		look.Marker, look.Walked = walk.Marker, over
		look.Requests += walk.Requests
		look.Distributions = len(seen.Distributions)
		if !over {
			return nil
		}
	}
	// Policies come last: whatever was attached while the look went on is younger than any orphan.
	policies, err := account.Policies(ctx, h.CloudFront)
	look.Requests++
	if fault.NameOf(err) == fault.Throttled && progress {
		return nil
	}
	if err != nil {
		return err
	}
	seen.Policies = nil
	for _, p := range policies {
		seen.Policies = append(seen.Policies, record.SeenPolicy(p))
	}
	look.More = false
	return nil
}

// visitor reads the config of each primary: a list does not tell which policy is attached.
func (h Handler) visitor(ctx context.Context, seen *record.Cleanup) account.Visit {
	return func(d account.Distribution) (requests int, enough bool, err error) {
		if d.Staging {
			seen.Distributions[d.ID] = record.SeenDistribution{
				ETag: d.ETag, ARN: d.ARN, Staging: true, Enabled: d.Enabled, Domain: d.Domain, LastModified: d.LastModified,
			}
			return 0, false, nil
		}
		read, found, err := account.Read(ctx, h.CloudFront, d.ID)
		if err != nil || !found {
			return 1, false, err
		}
		primary := record.SeenDistribution{ETag: read.ETag, PolicyID: read.PolicyID()}
		if primary.PolicyID != "" {
			primary.ARN = read.ARN
		}
		seen.Distributions[d.ID] = primary
		return 1, false, nil
	}
}
