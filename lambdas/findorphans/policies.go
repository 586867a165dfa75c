package findorphans

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// policy judges one policy. The first reason that holds counts.
func (j judge) policy(ctx context.Context, p record.SeenPolicy) (record.Verdict, error) {
	if p.LastModified.After(j.oldest) {
		return record.Verdict{}, nil
	}
	what := "policy " + p.ID
	o := release.Orphan{PolicyID: p.ID, Primary: j.primaryOf(p.ID), Modified: p.LastModified}
	o.Lock = o.Primary
	if o.Lock == "" {
		o.Lock = p.ID
	}
	stagingID, staging := j.byDomain(p.Domain)
	if j.unfinishedBusiness(o, stagingID) {
		return record.Verdict{}, nil
	}
	stack, err := j.stack(ctx, p.ID)
	if err != nil {
		return record.Verdict{}, err
	}
	var why string
	switch {
	case stagingID == "":
		o.Kind, why = release.OrphanStagingGone, fmt.Sprintf("its staging distribution, %s, does not exist", p.Domain)
	case !staging.Enabled:
		o.Kind, why = release.OrphanStagingDisabled, fmt.Sprintf("its staging distribution %s is disabled", stagingID)
	case o.Primary == "":
		o.Kind, why = release.OrphanUnattached, "it is attached to no primary distribution"
	case stack.known && stack.Deleted:
		o.Kind, why = release.OrphanStackDeleted, fmt.Sprintf("its stack %s was deleted", stack.ID)
	default:
		return j.leftOn(ctx, o, p)
	}
	if v, spared, err := j.spared(ctx, what, o, stagingID, stack); spared || err != nil {
		return v, err
	}
	if stagingID != "" {
		note, err := j.keepStaging(ctx, stagingID, staging)
		if err != nil {
			return record.Verdict{}, err
		}
		if note == "" {
			o.Staging = stagingID
		}
		why += note
	}
	return orphan(o, "%s", why), nil
}

// leftOn finds a policy that a release of ours has switched on and nobody has written since.
func (j judge) leftOn(ctx context.Context, o release.Orphan, p record.SeenPolicy) (record.Verdict, error) {
	if !p.Enabled {
		return record.Verdict{}, nil
	}
	e, found, err := record.LastRelease(ctx, j.Records, j.Bucket, o.Primary)
	if err != nil || !found || e.Preflight.PolicyID != p.ID {
		return record.Verdict{}, err
	}
	if p.LastModified.Before(e.Execution.StartTime) || !e.EndedAt.IsZero() && p.LastModified.After(e.EndedAt) {
		return record.Verdict{}, nil // somebody else has switched it on
	}
	o.Kind, o.KeepPair = release.OrphanLeftOn, true
	if v, spared, err := j.spared(ctx, "policy "+p.ID, o, "", ownership{known: true}); spared || err != nil {
		return v, err
	}
	return orphan(o, "the release %s has switched it on, and it runs no more", e.Execution.Name), nil
}

// staging judges a staging distribution that no policy names.
func (j judge) staging(ctx context.Context, id string) (record.Verdict, error) {
	d := j.seen.Distributions[id]
	if d.LastModified.After(j.oldest) {
		return record.Verdict{}, nil
	}
	o := release.Orphan{Kind: release.OrphanNoPolicy, Lock: id, Staging: id, Modified: d.LastModified}
	if j.unfinishedBusiness(o, id) {
		return record.Verdict{}, nil
	}
	stack, err := j.stack(ctx, id)
	if err != nil {
		return record.Verdict{}, err
	}
	if v, spared, err := j.spared(ctx, "staging distribution "+id, o, id, stack); spared || err != nil {
		return v, err
	}
	return orphan(o, "no continuous deployment policy names it"), nil
}

// unfinishedBusiness is what a dead execution has left: the verdict on its lock is the one that counts. One that had touched
// nothing has left nothing but the lock, which whoever works on this next takes over.
func (j judge) unfinishedBusiness(o release.Orphan, stagingID string) bool {
	lock := j.lockOn(o, stagingID)
	return lock != nil && !lock.Running && lock.Touched
}

// spared is what keeps something from being an orphan that looks like one.
func (j judge) spared(ctx context.Context, what string, o release.Orphan, stagingID string, stack ownership) (record.Verdict, bool, error) {
	switch lock, door := j.lockOn(o, stagingID), j.doorOf(o, stagingID); {
	case slices.Contains(j.keep.Policies, o.PolicyID) && o.PolicyID != "", slices.Contains(j.keep.Distributions, o.Primary) && o.Primary != "",
		slices.Contains(j.keep.Distributions, stagingID) && stagingID != "":
		return left(what, "it is on the list %s", record.KeepKey), true, nil
	case lock != nil && lock.Running:
		return left(what, "%s works on it", lock.Holder), true, nil
	case slices.Contains(j.seen.Held, o.Primary) && o.Primary != "":
		return left(what, "there is a hold on its primary %s: an operator comes first", o.Primary), true, nil
	case door != nil:
		return left(what, "maintenance of %s has opened its door at %s, and not put the pair together yet: start it again", door.Primary, door.At.Format(time.RFC3339)), true, nil
	case !stack.known:
		return left(what, "CloudFormation could not be asked whether a stack owns it: %s", stack.Status), true, nil
	case stack.ID != "" && !stack.Deleted:
		return left(what, "it belongs to the stack %s, which is %s: delete it there", stack.ID, stack.Status), true, nil
	}
	for _, id := range []string{o.Primary, stagingID} {
		kept, err := j.tagged(ctx, id)
		if err != nil {
			return record.Verdict{}, false, err
		}
		if kept {
			return left(what, "the distribution %s has the tag %s", id, account.KeepTag), true, nil
		}
	}
	return record.Verdict{}, false, nil
}

// tagged reports whether a distribution is to be kept.
func (j judge) tagged(ctx context.Context, id string) (bool, error) {
	d, found := j.seen.Distributions[id]
	if !found || d.ARN == "" {
		return false, nil
	}
	return account.Kept(ctx, j.CloudFront, account.Distribution{ID: id, ARN: d.ARN})
}

// keepStaging says why an orphaned policy's staging distribution stays; empty where it goes with the policy.
func (j judge) keepStaging(ctx context.Context, id string, d record.SeenDistribution) (string, error) {
	if d.LastModified.After(j.oldest) {
		return fmt.Sprintf("; its staging distribution %s was changed lately and stays", id), nil
	}
	stack, err := j.stack(ctx, id)
	switch {
	case err != nil:
		return "", err
	case !stack.known:
		return fmt.Sprintf("; whether a stack owns its staging distribution %s is not known (%s), so it stays", id, stack.Status), nil
	case stack.ID != "" && !stack.Deleted:
		return fmt.Sprintf("; its staging distribution %s belongs to the stack %s and stays", id, stack.ID), nil
	}
	return "", nil
}

// ownership is a stack as far as CloudFormation could tell.
type ownership struct {
	account.Stack

	known bool
}

// stack asks for the owner of something. Being asked to slow down is not an answer, every other failure is: what is not
// known for certain is no orphan.
func (j judge) stack(ctx context.Context, id string) (ownership, error) {
	stack, err := account.StackOf(ctx, j.Stacks, id)
	if slices.Contains([]fault.Name{fault.Throttled, fault.Unavailable}, fault.NameOf(err)) && err != nil {
		return ownership{}, err
	}
	if err != nil {
		stack.Status = err.Error()
	}
	return ownership{Stack: stack, known: err == nil}, nil
}

func (j judge) primaryOf(policyID string) string {
	primary := ""
	for id, d := range j.seen.Distributions {
		if d.PolicyID == policyID && (primary == "" || id < primary) {
			primary = id
		}
	}
	return primary
}

func (j judge) byDomain(domain string) (string, record.SeenDistribution) {
	for id, d := range j.seen.Distributions {
		if d.Staging && d.Domain == domain {
			return id, d
		}
	}
	return "", record.SeenDistribution{}
}
