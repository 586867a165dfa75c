package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

const (
	// ruleWithin is how long the stack's rule gets to start recover: "about half a second" is typical of EventBridge
	// (https://aws.amazon.com/blogs/compute/introducing-amazon-eventbridge-event-bus-latency-improvements/, unverified here), and
	// there is no promise.
	ruleWithin = time.Minute
	// listEvery is the pause between two looks for it. ListExecutions is "eventually consistent" (API reference).
	listEvery = 5 * time.Second
)

// settle follows the recover execution that makes a pair safe after an end at that time. Where the stack's rule does not
// start one it starts one itself.
func (t *tool) settle(ctx context.Context, primary string, ended time.Time) (int, error) {
	for {
		arn, err := t.recoverySince(ctx, primary, ended)
		switch {
		case ctx.Err() != nil:
			return exitcode.Failure, &operatorError{
				err: fmt.Errorf("interrupted while looking for recover: %w", ctx.Err()), code: exitcode.Failure,
				viewers: "the stack makes the pair safe by itself", next: "make status PRIMARY=" + primary,
			}
		case err == nil && arn != "":
			t.introduce(arn, "makes the pair safe")
			return t.settleWith(ctx, primary, arn)
		case t.Now().Sub(ended) >= ruleWithin:
			r := recovery{Primary: primary, Reason: "no recover execution was found after the end of a release"}
			if arn, err = t.startRecovery(ctx, r); err != nil {
				return exitcode.Failure, err
			}
			return t.settleWith(ctx, primary, arn)
		}
		_ = t.Sleep(ctx, listEvery) // the next look finds out that the context has ended
	}
}

// settleWith follows a recover execution, and after one that found another at work that other one.
func (t *tool) settleWith(ctx context.Context, primary, arn string) (int, error) {
	end, err := t.follow(ctx, arn)
	if err != nil {
		return exitcode.Failure, err
	}
	holder, _, found, err := record.ReadLock(ctx, t.Records, t.stack.bucket, primary)
	if end.end != release.NothingToRecover || err != nil || !found || !holder.Recovers || holder.Execution == arn {
		return exitcode.Of(end.end), nil //nolint:nilerr // the end is known; who holds the lock would be an addition
	}
	t.introduce(holder.Execution, "is the one that makes the pair safe")
	return t.exitWith(ctx, holder.Execution)
}

// recoverySince is a recover execution of a primary that was started at that time or later; empty if there is none. Long
// after that time only one that still runs is meant.
func (t *tool) recoverySince(ctx context.Context, primary string, since time.Time) (arn string, err error) {
	list, err := t.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &t.stack.recoveries, MaxResults: 20})
	if err != nil {
		return "", fmt.Errorf("list the executions of recover: %w", err)
	}
	long := t.Now().Sub(since) > ruleWithin
	for _, x := range list.Executions {
		if aws.ToTime(x.StartDate).Before(since) {
			break // newest first
		}
		if long && x.Status != types.ExecutionStatusRunning {
			continue
		}
		got, err := t.describe(ctx, aws.ToString(x.ExecutionArn))
		if err != nil {
			return "", err
		}
		if primaryIn(got.Input) == primary {
			return aws.ToString(x.ExecutionArn), nil
		}
	}
	return "", nil
}
