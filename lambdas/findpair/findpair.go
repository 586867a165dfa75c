// Package findpair finds the parts of a pair, and writes them down before any of them is touched.
//
// Once the policy is gone, nothing in CloudFront says any more which staging distribution belonged to which primary. So an
// execution that goes on where another has stopped finds the pair in the records.
package findpair

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	cloudfront.GetDistributionAPIClient
	cloudfront.ListDistributionsAPIClient
	live.PolicyReader
	ListContinuousDeploymentPolicies(context.Context, *cloudfront.ListContinuousDeploymentPoliciesInput, ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error)
	ListTagsForResource(context.Context, *cloudfront.ListTagsForResourceInput, ...func(*cloudfront.Options)) (*cloudfront.ListTagsForResourceOutput, error)
}

type records interface {
	record.ReadWriter
	record.Lister
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    records
	Bucket     string
	Now        func() time.Time
}

// Handle writes nothing but its own record, so it may be retried at any time. It is called again while the look through all
// distributions goes on.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Parts, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Parts{}, err
	}
	var parts release.Parts
	var err error
	if doc.Parts != nil && doc.Parts.Search.More {
		parts = *doc.Parts
	} else if parts, err = h.begin(ctx, doc); err != nil {
		return release.Parts{}, err
	}
	if parts.Search.More {
		if err := h.search(ctx, &parts); err != nil || parts.Search.More {
			return parts, err
		}
	}
	parts.Staging, err = h.staging(ctx, &parts)
	if err != nil {
		return release.Parts{}, err
	}
	return parts, h.keep(ctx, doc, &parts)
}

// begin follows primary → policy as far as it goes, and takes the rest from the records.
func (h Handler) begin(ctx context.Context, doc release.Document) (release.Parts, error) {
	primary, found, err := account.Read(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return release.Parts{}, err
	}
	parts := release.Parts{Known: found, At: h.Now()}
	if found {
		parts.Primary, parts.PolicyID = primary.ID, primary.PolicyID()
	}
	if primary.Staging {
		return release.Parts{}, fault.Errorf(fault.InvalidRequest, "%s is a staging distribution: name the primary of the pair", primary.ID)
	}
	if parts.PolicyID == "" {
		pair, remembered, err := record.LastPair(ctx, h.Records, h.Bucket, doc.Plan.Primary)
		if err != nil {
			return release.Parts{}, err
		}
		if !found && !remembered {
			return release.Parts{}, fault.Errorf(fault.InvalidRequest,
				"there is no distribution %s in this account, nor a record of a pair of it", doc.Plan.Primary)
		}
		parts.PolicyID, parts.Staging = pair.PolicyID, pair.Staging
		parts.Search.Attachment = true
	}
	if parts.PolicyID == "" {
		return parts, nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, parts.PolicyID)
	if fault.Code(err) == live.NoSuchPolicy {
		parts.PolicyID = ""
		return parts, nil
	}
	if err != nil {
		return release.Parts{}, err
	}
	parts.Search.Domain, parts.Search.More = policy.DNSName(), true
	return parts, nil
}

// search goes on with the look for the staging distribution that the policy names, and for the primary that it is attached
// to.
func (h Handler) search(ctx context.Context, parts *release.Parts) error {
	s := &parts.Search
	walk := account.Walk{Marker: s.Marker}
	over, err := walk.Go(ctx, h.CloudFront, func(d account.Distribution) (requests int, enough bool, err error) {
		if d.Domain == s.Domain {
			s.Staging = d.ID
		}
		if s.Attachment && !d.Staging {
			read, found, err := account.Read(ctx, h.CloudFront, d.ID)
			if err != nil {
				return 1, false, err
			}
			if found && read.PolicyID() == parts.PolicyID {
				s.AttachedTo = d.ID
			}
			requests = 1
		}
		return requests, s.Staging != "" && (!s.Attachment || s.AttachedTo != ""), nil
	})
	s.Marker, s.More = walk.Marker, !over
	s.Requests += walk.Requests
	if err != nil || s.More {
		return err
	}
	if s.AttachedTo != "" && s.AttachedTo != parts.Primary {
		parts.Notes = append(parts.Notes, fmt.Sprintf("the policy %s, which is attached to %s now", parts.PolicyID, s.AttachedTo))
		parts.PolicyID, parts.Staging, s.Staging = "", "", ""
	}
	return nil
}

// staging is the staging distribution of the pair: the one that the policy names, or the one of the records as long as no
// other policy names it.
func (h Handler) staging(ctx context.Context, parts *release.Parts) (string, error) {
	if parts.PolicyID != "" {
		return parts.Search.Staging, nil
	}
	if parts.Staging == "" {
		return "", nil
	}
	staging, found, err := account.Read(ctx, h.CloudFront, parts.Staging)
	if err != nil || !found || !staging.Staging {
		return "", err
	}
	policies, err := account.Policies(ctx, h.CloudFront)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(policies, func(p account.Policy) bool { return p.Domain == staging.Domain }); i >= 0 {
		parts.Notes = append(parts.Notes, fmt.Sprintf("the staging distribution %s, which the policy %s names now", staging.ID, policies[i].ID))
		return "", nil
	}
	return staging.ID, nil
}

// keep refuses what is to be kept, and writes everything else down.
func (h Handler) keep(ctx context.Context, doc release.Document, parts *release.Parts) error {
	list, err := record.ReadKeepList(ctx, h.Records, h.Bucket)
	if err != nil {
		return err
	}
	if slices.Contains(list.Policies, parts.PolicyID) {
		return fault.Errorf(fault.InvalidRequest, "the policy %s is on the list s3://%s/%s of what is to be kept", parts.PolicyID, h.Bucket, record.KeepKey)
	}
	evidence := record.Evidence{Execution: doc.Execution, Plan: *doc.Plan, Parts: parts}
	for _, id := range []string{parts.Primary, parts.Staging} {
		if id == "" {
			continue
		}
		if slices.Contains(list.Distributions, id) {
			return fault.Errorf(fault.InvalidRequest, "the distribution %s is on the list s3://%s/%s of what is to be kept", id, h.Bucket, record.KeepKey)
		}
		d, found, err := account.Read(ctx, h.CloudFront, id)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		kept, err := account.Kept(ctx, h.CloudFront, d)
		if err != nil {
			return err
		}
		if kept {
			return fault.Errorf(fault.InvalidRequest, "the distribution %s has the tag %s: it is to be kept, and its pair with it", id, account.KeepTag)
		}
		if id == parts.Primary {
			evidence.Primary, evidence.PrimaryETag = d.Config, d.ETag
		} else {
			evidence.Staging, evidence.StagingETag = d.Config, d.ETag
		}
	}
	parts.Record = record.Key(*doc.Plan, doc.Execution)
	_, err = record.Write(ctx, h.Records, h.Bucket, parts.Record, evidence, record.Condition{})
	return err
}
