package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// pair is how a pair stands.
type pair struct {
	primary string
	// attention is what somebody has to look at; nothing if the pair is well, or is being made so.
	attention []string
	facts     []fact
	// worker is the execution that works on it, empty if none does.
	worker string
}

type fact struct{ name, text string }

func (p *pair) fact(name, format string, args ...any) {
	p.facts = append(p.facts, fact{name, fmt.Sprintf(format, args...)})
}

// look looks at a pair in the record bucket, in Step Functions and in CloudFront; recovering is a recover execution that
// has not taken the lock yet.
func (t *tool) look(ctx context.Context, primary, recovering string) (*pair, error) {
	p := &pair{primary: primary, worker: recovering}
	for _, part := range []func(context.Context, *pair) error{t.lookAtLock, t.lookAtHold, t.lookAtViewers} {
		if err := part(ctx, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (t *tool) lookAtLock(ctx context.Context, p *pair) error {
	holder, _, found, err := record.ReadLock(ctx, t.Records, t.stack.bucket, p.primary)
	if err != nil {
		return err
	}
	if !found {
		p.fact("Lock", "free: no execution works on the pair")
		return nil
	}
	got, err := t.describe(ctx, holder.Execution)
	if fault.Code(err) == doesNotExist {
		got, err = &sfn.DescribeExecutionOutput{Status: gone}, nil
	}
	if err != nil {
		return err
	}
	p.fact("Lock", "held since %s by %s, which is %s", moment(holder.At), holder.Name, ended(got))
	switch {
	case got.Status == types.ExecutionStatusRunning:
		p.worker = holder.Execution
		return t.lookAtRun(ctx, p, holder)
	case got.Status == types.ExecutionStatusSucceeded, slices.Contains([]string{release.Rejected, release.RolledBack}, aws.ToString(got.Error)):
		p.fact("", "it has made the pair safe; the next release takes the lock over")
		return nil
	case p.worker != "":
		p.fact("Recover", "is at it: %s", follower(p.worker))
		return nil
	}
	if !isPrimary(p.primary) {
		p.attention = append(p.attention, fmt.Sprintf("%s, which is %s, was taking this apart: make cleanup APPLY=true goes on with it", holder.Name, ended(got)))
		return nil
	}
	p.attention = append(p.attention, fmt.Sprintf("%s, which is %s, has not made the pair safe: make recover PRIMARY=%s (the stack's schedule tries as well)", holder.Name, ended(got), p.primary))
	return nil
}

// lookAtRun says where the execution that holds the lock is.
func (t *tool) lookAtRun(ctx context.Context, p *pair, holder record.Holder) error {
	title, since, doc, err := t.where(ctx, holder.Execution)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("%s for %s, %s in all", title, watch.Short(t.Now().Sub(since)), watch.Short(t.Now().Sub(holder.StartTime)))
	if doc.Step != nil && doc.Plan != nil && doc.Promotion == nil && doc.Stop == nil {
		at += fmt.Sprintf("; step %d of %d: %s of the viewers to staging", doc.Step.Index+1, len(doc.Plan.Ramp), watch.Percent(doc.Step.Weight))
	}
	p.fact(titleOf(cmp.Or(doc.Workflow, release.Release)), "%s", at)
	p.fact("", "follow: %s", follower(holder.Execution))
	return nil
}

// titleOf is a workflow's name at the beginning of a line.
func titleOf(workflow string) string { return strings.ToUpper(workflow[:1]) + workflow[1:] }

// where is the state that an execution has entered last, when, and with which document.
func (t *tool) where(ctx context.Context, arn string) (title string, since time.Time, doc release.Document, err error) {
	pages := sfn.NewGetExecutionHistoryPaginator(t.Executions, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &arn, ReverseOrder: true, IncludeExecutionData: aws.Bool(true), MaxResults: 10, // few of them are not about a state
	})
	for pages.HasMorePages() {
		got, err := pages.NextPage(ctx)
		if err != nil {
			return "", time.Time{}, doc, fmt.Errorf("read the history of %s: %w", nameOf(arn), err)
		}
		for _, e := range got.Events {
			if d := e.StateEnteredEventDetails; d != nil {
				_ = json.Unmarshal([]byte(aws.ToString(d.Input)), &doc) // the first state's input is no document
				return aws.ToString(d.Name), aws.ToTime(e.Timestamp), doc, nil
			}
		}
	}
	return "about to begin", t.Now(), doc, nil
}

func (t *tool) lookAtHold(ctx context.Context, p *pair) error {
	var hold record.Hold
	_, found, err := record.Read(ctx, t.Records, t.stack.bucket, record.HoldKey(p.primary), &hold)
	if err != nil || !found {
		return err
	}
	p.attention = append(p.attention, fmt.Sprintf(`releases are refused since %s: do what the cause says, then make recover PRIMARY=%s CLEAR_HOLD="why it may be cleared"`, moment(hold.At), p.primary))
	p.fact("Hold", "placed by %s", hold.Execution.Name)
	p.fact("Cause", "%s", beginning(hold.Cause))
	return nil
}

// lookAtViewers says what viewers get, where whoever asks is permitted to see that.
func (t *tool) lookAtViewers(ctx context.Context, p *pair) error {
	if !isPrimary(p.primary) {
		return nil // the policy that a cleanup works on: it has a lock of its own, and no viewers
	}
	got, err := t.Pairs.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &p.primary})
	switch {
	case denied(err):
		p.fact("Viewers", "not to be seen: your role is not allowed %s", missingAction(err))
		return nil
	case fault.Code(err) == "NoSuchDistribution":
		p.attention = append(p.attention, "there is no such distribution in this account")
		return nil
	case err != nil:
		return fmt.Errorf("read distribution %s: %w", p.primary, err)
	}
	deployed := "the primary is " + live.Deployed
	if status := aws.ToString(got.Distribution.Status); status != live.Deployed {
		deployed = "not everywhere yet, the primary is " + status
	}
	id := aws.ToString(got.Distribution.DistributionConfig.ContinuousDeploymentPolicyId)
	if id == "" {
		p.fact("Viewers", "get the primary: it has no continuous deployment policy; %s", deployed)
		return nil
	}
	policy, err := live.ReadPolicy(ctx, t.Pairs, id)
	switch {
	case denied(err):
		p.fact("Viewers", "%s; policy %s: not to be seen, your role is not allowed %s", deployed, id, missingAction(err))
	case err != nil:
		return err
	case !policy.On():
		p.fact("Viewers", "get the primary, policy %s is off; %s", id, deployed)
	default:
		p.fact("Viewers", "policy %s is on%s; %s", id, share(policy), deployed)
		if p.worker == "" {
			p.attention = append(p.attention, "viewers get staging, and no execution works on the pair: find out who has enabled the policy, or switch it off (docs/runbook.md#by-hand)")
		}
	}
	return nil
}

// ended is an execution's status, with its error where it has one.
func ended(got *sfn.DescribeExecutionOutput) string {
	if got.Error != nil {
		return fmt.Sprintf("%s (%s)", got.Status, *got.Error)
	}
	return string(got.Status)
}

// beginning is the sentences of a Cause that fit into a few lines; the whole of it is in the evidence record.
func beginning(cause string) string {
	const most = 250
	if len(cause) <= most {
		return cause
	}
	if end := strings.LastIndex(cause[:most], ". "); end > 0 {
		return cause[:end+1] + " …"
	}
	return strings.ToValidUTF8(cause[:most], "") + "…"
}

// share is what a policy that is on sends to staging.
func share(policy live.Policy) string {
	if weight := policy.Weight(); weight > 0 {
		return fmt.Sprintf(" and sends %s of them to staging", watch.Percent(weight))
	}
	return " and sends those with its header to staging"
}
