// Package findpair finds the parts of a pair, and writes them down before any of them is touched.
//
// Once the policy is gone, nothing in CloudFront says any more which staging distribution belonged to which primary. So an
// execution that goes on where another has stopped finds the pair in the records.
package findpair

import (
	"context"
	"errors"
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

// step does one thing, with a few requests at most, so that a call that CloudFront asks to slow down has come further.
type step func(context.Context, release.Document, *release.Parts) error

// Handle writes nothing but its own record, so it may be retried at any time. It is called again until all its steps are
// done.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Parts, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Parts{}, err
	}
	var parts release.Parts
	if doc.Parts != nil && doc.Parts.Search.More {
		parts = *doc.Parts
	}
	parts.At, parts.Record, parts.Search.More = h.Now(), record.Key(*doc.Plan, doc.Execution), true
	steps := []step{h.follow, h.search, h.settleStaging, h.keepPolicy, h.keepPrimary, h.keepStaging}
	for first := parts.Search.Step; parts.Search.Step < len(steps); parts.Search.Step++ {
		err := steps[parts.Search.Step](ctx, doc, &parts)
		if errors.Is(err, errMore) || fault.NameOf(err) == fault.Throttled && parts.Search.Step > first {
			return parts, nil
		}
		if err != nil {
			return release.Parts{}, err
		}
	}
	parts.Search.More = false
	return parts, h.note(ctx, doc, func(e *record.Evidence) { e.Parts = &parts })
}

// errMore is for a step that is to be called again.
var errMore = errors.New("there is more to look at")

// follow goes from the primary to its policy, and takes from the records what an earlier execution has detached.
func (h Handler) follow(ctx context.Context, doc release.Document, parts *release.Parts) error {
	if proven(doc) {
		return h.prove(ctx, doc, parts)
	}
	primary, found, err := account.Read(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return err
	}
	if primary.Staging {
		return fault.Errorf(fault.InvalidRequest, "%s is a staging distribution: name the primary of the pair", primary.ID)
	}
	parts.Primary, parts.PolicyID, parts.Staging = primary.ID, primary.PolicyID(), ""
	if parts.PolicyID == "" {
		pair, remembered, err := record.LastPair(ctx, h.Records, h.Bucket, doc.Plan.Primary)
		if err != nil {
			return err
		}
		if !found && !remembered && doc.Orphan == nil {
			return fault.Errorf(fault.InvalidRequest,
				"there is no distribution %s in this account, nor a record of a pair of it", doc.Plan.Primary)
		}
		parts.PolicyID, parts.Staging, parts.Search.Attachment = pair.PolicyID, pair.Staging, true
	}
	if parts.PolicyID == "" {
		return nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, parts.PolicyID)
	if fault.Code(err) == live.NoSuchPolicy {
		parts.PolicyID = ""
		return nil
	}
	if err != nil {
		return err
	}
	parts.Search.Domain = policy.DNSName()
	return nil
}

// search looks for the staging distribution that the policy names, and for the primary that it is attached to.
func (h Handler) search(ctx context.Context, doc release.Document, parts *release.Parts) error {
	s := &parts.Search
	if parts.PolicyID == "" || proven(doc) && !s.Attachment {
		return nil
	}
	seen, err := h.seen(ctx, doc)
	if err != nil {
		return err
	}
	walk := account.Walk{Marker: s.Marker}
	over, err := walk.Go(ctx, h.CloudFront, func(d account.Distribution) (requests int, enough bool, err error) {
		switch {
		case d.Staging && d.Domain == s.Domain:
			s.Staging = d.ID
		case !d.Staging && s.Attachment:
			var attached string
			if attached, requests, err = h.attached(ctx, d, seen); attached == parts.PolicyID {
				s.AttachedTo = d.ID
			}
		}
		return requests, s.Staging != "" && (!s.Attachment || s.AttachedTo != ""), err
	})
	s.Marker = walk.Marker
	s.Requests += walk.Requests
	if err != nil {
		return err
	}
	if !over {
		return errMore
	}
	return settleAttachment(doc, parts)
}

// attached is the policy that is attached to a distribution, and the requests that it took to know. The list does not say it.
func (h Handler) attached(ctx context.Context, d account.Distribution, seen map[string]record.SeenDistribution) (policy string, requests int, err error) {
	if seen[d.ID].ETag == d.ETag {
		return seen[d.ID].PolicyID, 0, nil
	}
	read, _, err := account.Read(ctx, h.CloudFront, d.ID)
	return read.PolicyID(), 1, err
}

// settleAttachment leaves a policy that belongs to another primary now.
func settleAttachment(doc release.Document, parts *release.Parts) error {
	to := parts.Search.AttachedTo
	if to != "" && doc.Orphan != nil && doc.Orphan.Kind == release.OrphanUnattached {
		return changed(*doc.Orphan, "it is attached to "+to+" now")
	}
	if to != "" && to != parts.Primary {
		parts.Notes = append(parts.Notes, fmt.Sprintf("the policy %s, which is attached to %s now", parts.PolicyID, to))
		parts.PolicyID, parts.Staging, parts.Search.Staging = "", "", ""
	}
	return nil
}

// settleStaging decides on the staging distribution: the one that the policy names, or the one of the records, as long as no
// other policy names it.
func (h Handler) settleStaging(ctx context.Context, doc release.Document, parts *release.Parts) error {
	if parts.PolicyID != "" {
		if !proven(doc) {
			parts.Staging = parts.Search.Staging
		}
		return nil
	}
	if parts.Staging == "" {
		return nil
	}
	staging, found, err := account.Read(ctx, h.CloudFront, parts.Staging)
	if err != nil {
		return err
	}
	if !found || !staging.Staging {
		parts.Staging = ""
		return nil
	}
	policies, err := account.Policies(ctx, h.CloudFront)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(policies, func(p account.Policy) bool { return p.Domain == staging.Domain }); i >= 0 {
		parts.Notes = append(parts.Notes, fmt.Sprintf("the staging distribution %s, which the policy %s names now", staging.ID, policies[i].ID))
		parts.Staging = ""
	}
	return nil
}

func (h Handler) keepPolicy(ctx context.Context, doc release.Document, parts *release.Parts) error {
	list, err := record.ReadKeepList(ctx, h.Records, h.Bucket)
	if err != nil {
		return err
	}
	if slices.Contains(list.Policies, parts.PolicyID) {
		return h.listed(doc, "policy", parts.PolicyID)
	}
	for _, id := range []string{parts.Primary, parts.Staging} {
		if slices.Contains(list.Distributions, id) {
			return h.listed(doc, "distribution", id)
		}
	}
	return nil
}

func (h Handler) listed(doc release.Document, what, id string) error {
	return fault.Errorf(keptAs(doc), "the %s %s is on the list s3://%s/%s of what is to be kept", what, id, h.Bucket, record.KeepKey)
}

func (h Handler) keepPrimary(ctx context.Context, doc release.Document, parts *release.Parts) error {
	return h.keep(ctx, doc, parts.Primary, func(e *record.Evidence, d account.Distribution) { e.Primary, e.PrimaryETag = d.Config, d.ETag })
}

func (h Handler) keepStaging(ctx context.Context, doc release.Document, parts *release.Parts) error {
	return h.keep(ctx, doc, parts.Staging, func(e *record.Evidence, d account.Distribution) { e.Staging, e.StagingETag = d.Config, d.ETag })
}

// keep refuses a distribution that is to be kept, and writes the config of any other down: it is all that is left of a
// staging distribution.
func (h Handler) keep(ctx context.Context, doc release.Document, id string, save func(*record.Evidence, account.Distribution)) error {
	if id == "" {
		return nil
	}
	d, found, err := account.Read(ctx, h.CloudFront, id)
	if err != nil || !found {
		return err
	}
	kept, err := account.Kept(ctx, h.CloudFront, d)
	if err != nil {
		return err
	}
	if kept {
		return fault.Errorf(keptAs(doc), "the distribution %s has the tag %s: it is to be kept, and its pair with it", id, account.KeepTag)
	}
	return h.note(ctx, doc, func(e *record.Evidence) { save(e, d) })
}

// keptAs is what it means that something is to be kept: whoever asks for it to be retired is refused, a cleanup leaves it.
func keptAs(doc release.Document) fault.Name {
	if doc.Orphan != nil {
		return fault.ConfigChanged
	}
	return fault.InvalidRequest
}

// note adds to the execution's own record.
func (h Handler) note(ctx context.Context, doc release.Document, add func(*record.Evidence)) error {
	key := record.Key(*doc.Plan, doc.Execution)
	evidence := record.Evidence{Execution: doc.Execution, Plan: *doc.Plan}
	return record.Amend(ctx, h.Records, h.Bucket, key, &evidence, func() error { add(&evidence); return nil })
}
