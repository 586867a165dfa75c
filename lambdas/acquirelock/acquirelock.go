// Package acquirelock takes the lock on the primary, so that one execution at a time works on a pair.
package acquirelock

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type executions interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	Records    record.ReadWriter
	Executions executions
	Bucket     string
	Now        func() time.Time
}

// Handle writes the lock only where there is none, or over one that is provably stale and still the one that was read. A
// second call finds its own execution in the lock and returns it: a lost answer costs nothing.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Lock, error) {
	doc := in.Document
	me := record.Holder{
		Execution: doc.Execution.ARN, Name: doc.Execution.Name, StartTime: doc.Execution.StartTime, At: h.Now(),
		Recovers: doc.Workflow == release.Recover,
	}
	key := record.LockKey(doc.Plan.Primary)
	etag, err := record.Write(ctx, h.Records, h.Bucket, key, me, record.Condition{Missing: true})
	if err == nil {
		return release.Lock{Key: key, ETag: etag}, nil
	}
	if fault.Code(err) != live.PreconditionFailed {
		return release.Lock{}, err
	}
	holder, etag, found, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return release.Lock{}, err
	}
	if !found {
		return release.Lock{}, fault.Errorf(fault.Unavailable, "the lock on %s was released between two looks", doc.Plan.Primary)
	}
	if holder.Execution == me.Execution {
		return lockOf(key, etag, holder), nil
	}
	if err := h.refuseUnlessStale(ctx, doc.Plan.Primary, holder); err != nil {
		return release.Lock{}, err
	}
	return h.takeOver(ctx, key, etag, holder, me)
}

// generations of dead holders are kept in a lock: Recover looks for the evidence of the last one that had any.
const generations = 5

func (h Handler) takeOver(ctx context.Context, key, etag string, dead, me record.Holder) (release.Lock, error) {
	me.Succeed(dead, generations)
	etag, err := record.Write(ctx, h.Records, h.Bucket, key, me, record.Condition{ETag: etag})
	if code := fault.Code(err); code == live.PreconditionFailed || code == "NoSuchKey" {
		return release.Lock{}, fault.Errorf(fault.Unavailable, "another execution was first to take over the stale lock %s", key)
	}
	if err != nil {
		return release.Lock{}, err
	}
	return lockOf(key, etag, me), nil
}

func lockOf(key, etag string, holder record.Holder) release.Lock {
	lock := release.Lock{Key: key, ETag: etag}
	if holder.TakenOverFrom != nil {
		lock.TakenOverFrom = holder.TakenOverFrom.Execution
	}
	return lock
}

// refuseUnlessStale returns LockHeld unless no Lambda of the holder can still be writing. Step Functions reports an
// execution that waits for a redrive as PENDING_REDRIVE: it has not ended. DescribeExecution is eventually consistent
// (Step Functions API Reference), hence the age that a lock without an execution must have.
func (h Handler) refuseUnlessStale(ctx context.Context, primary string, holder record.Holder) error {
	got, err := h.Executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &holder.Execution})
	if fault.Code(err) == "ExecutionDoesNotExist" {
		if free := holder.At.Add(release.OrphanLockAge); h.Now().Before(free) {
			return fault.Errorf(fault.LockHeld, "the lock on %s is held by %s, which Step Functions does not know (yet): it is free from %s on",
				primary, holder.Execution, free.Format(time.RFC3339))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask how %s, the holder of the lock on %s, ended: %w", holder.Execution, primary, err)
	}
	switch got.Status {
	case types.ExecutionStatusSucceeded, types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted:
	default:
		return fault.Errorf(fault.LockHeld, "the lock on %s is held since %s by %s, which is %s: wait for its end, then start again",
			primary, holder.At.Format(time.RFC3339), holder.Execution, got.Status)
	}
	if got.StopDate == nil {
		return fault.Errorf(fault.LockHeld, "the lock on %s was held by %s, which is %s, but Step Functions does not say since when: start again in a minute",
			primary, holder.Execution, got.Status)
	}
	if free := aws.ToTime(got.StopDate).Add(release.StaleAfter); !h.Now().After(free) {
		return fault.Errorf(fault.LockHeld, "the lock on %s was held by %s, which is %s; a Lambda of it may still be writing: start again after %s",
			primary, holder.Execution, got.Status, free.Format(time.RFC3339))
	}
	return nil
}
