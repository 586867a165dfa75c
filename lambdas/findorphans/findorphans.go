// Package findorphans judges what Look Around has seen: what nobody owns any more, and can be proven so.
//
// It is level-triggered: it looks at what is, not at what has happened, so that nothing that was missed once is missed for
// ever. What it cannot prove it leaves, and says so.
package findorphans

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	ListTagsForResource(context.Context, *cloudfront.ListTagsForResourceInput, ...func(*cloudfront.Options)) (*cloudfront.ListTagsForResourceOutput, error)
}

type executions interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

type records interface {
	record.ReadWriter
	record.Lister
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Stacks     account.StackReader
	Executions executions
	Records    records
	Bucket     string
	Now        func() time.Time
}

// candidatesPerCall bounds a call: each candidate takes a handful of requests.
const candidatesPerCall = 40

// Handle writes nothing but its own record. A second call judges the same candidates again.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Orphans, error) {
	doc := in.Document
	var seen record.Cleanup
	_, found, err := record.Read(ctx, h.Records, h.Bucket, doc.Look.Record, &seen)
	if err != nil {
		return release.Orphans{}, err
	}
	if !found {
		return release.Orphans{}, fault.Errorf(fault.Unavailable, "what was seen is not in s3://%s/%s (yet)", h.Bucket, doc.Look.Record)
	}
	next := 0
	if doc.Orphans != nil {
		next = doc.Orphans.Next
	}
	if next == 0 {
		seen.Orphans, seen.Left = nil, nil
		if err := h.readLocks(ctx, &seen); err != nil {
			return release.Orphans{}, err
		}
	}
	keep, err := record.ReadKeepList(ctx, h.Records, h.Bucket)
	if err != nil {
		return release.Orphans{}, err
	}
	j := judge{Handler: h, seen: &seen, keep: keep, oldest: h.Now().Add(-doc.Plan.MinimumAge.Std())}
	part, err := j.goOn(ctx, next)
	if err != nil {
		return release.Orphans{}, err
	}
	if _, err := record.Write(ctx, h.Records, h.Bucket, doc.Look.Record, seen, record.Condition{}); err != nil {
		return release.Orphans{}, err
	}
	if !part.More {
		part.Items, part.Later = itemsOf(*doc.Plan, seen.Orphans)
		part.Apply = doc.Plan.Apply && len(part.Items) > 0
	}
	return part, nil
}

// judge has what the verdicts are made of.
type judge struct {
	Handler

	seen *record.Cleanup
	keep record.KeepList
	// oldest is the moment before which an orphan was changed last.
	oldest time.Time
}

// goOn judges candidates from the nth on. What was found is taken from the record when a call is repeated: it is cut back to
// what the calls before had found.
func (j judge) goOn(ctx context.Context, n int) (release.Orphans, error) {
	candidates := j.candidates()
	first := n
	for ; n < len(candidates) && n-first < candidatesPerCall; n++ {
		verdict, err := candidates[n](ctx)
		if fault.NameOf(err) == fault.Throttled && n > first {
			break
		}
		if err != nil {
			return release.Orphans{}, err
		}
		j.forget(n)
		verdict.Candidate = n
		j.seen.Verdicts = append(j.seen.Verdicts, verdict)
	}
	j.seen.Orphans, j.seen.Left = nil, nil
	for _, v := range j.seen.Verdicts {
		if v.Orphan != nil {
			j.seen.Orphans = append(j.seen.Orphans, *v.Orphan)
		}
		if v.Left != nil {
			j.seen.Left = append(j.seen.Left, *v.Left)
		}
	}
	return release.Orphans{More: n < len(candidates), Next: n, Found: len(j.seen.Orphans), Left: len(j.seen.Left)}, nil
}

// forget drops verdicts of an earlier call whose answer was lost.
func (j judge) forget(from int) {
	j.seen.Verdicts = slices.DeleteFunc(j.seen.Verdicts, func(v record.Verdict) bool { return v.Candidate >= from })
}

// candidate is something that may be an orphan.
type candidate func(context.Context) (record.Verdict, error)

// candidates are all, in an order that does not change: locks first, since what they are about is unfinished work.
func (j judge) candidates() []candidate {
	var all []candidate
	for _, lock := range j.seen.Locks {
		all = append(all, func(context.Context) (record.Verdict, error) { return j.lock(lock), nil })
	}
	for _, policy := range j.seen.Policies {
		all = append(all, func(ctx context.Context) (record.Verdict, error) { return j.policy(ctx, policy) })
	}
	for _, id := range j.stagings() {
		all = append(all, func(ctx context.Context) (record.Verdict, error) { return j.staging(ctx, id) })
	}
	return all
}

// stagings are the ids of all staging distributions that no policy names, in alphabetical order.
func (j judge) stagings() []string {
	var ids []string
	for id, d := range j.seen.Distributions {
		named := slices.ContainsFunc(j.seen.Policies, func(p record.SeenPolicy) bool { return p.Domain == d.Domain })
		if d.Staging && !named {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func orphan(o release.Orphan, why string, args ...any) record.Verdict {
	o.Why = fmt.Sprintf(why, args...)
	return record.Verdict{Orphan: &o}
}

func left(what, why string, args ...any) record.Verdict {
	return record.Verdict{Left: &record.Left{What: what, Why: fmt.Sprintf(why, args...)}}
}

// itemsOf are the orphans that this execution works on, and how many are left for the next one.
func itemsOf(plan release.Plan, orphans []release.Orphan) (items []release.Item, later int) {
	items = []release.Item{}
	for _, o := range orphans {
		if len(items) == release.MaxItems {
			return items, len(orphans) - release.MaxItems
		}
		items = append(items, release.Item{Orphan: o, Plan: release.Plan{
			Primary: o.Lock, Reason: "cleanup: " + o.Kind, DeployedWithin: plan.DeployedWithin, Apply: plan.Apply, MinimumAge: plan.MinimumAge,
		}})
	}
	return items, 0
}
