// Package finddeadrun finds out whether the lock on the primary is held by a run that has ended without giving it back.
//
// The lock is the sign of unfinished work: a run that has made its pair safe gives it back, and only then.
package finddeadrun

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type executions interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	Records    record.Reader
	Executions executions
	Bucket     string
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. It does not decide whether the lock may be taken over: that is
// for Acquire Lock, once no Lambda of the dead run can be writing any more.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.DeadRun, error) {
	doc := in.Document
	part := release.DeadRun{ClearHold: doc.Plan.ClearHold}
	holder, _, found, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return release.DeadRun{}, err
	}
	if !found {
		part.Note = fmt.Sprintf("the lock on %s is free: no run has left anything behind", doc.Plan.Primary)
		return part, nil
	}
	part.Execution = holder.Execution
	got, err := h.Executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &holder.Execution})
	if fault.Code(err) == "ExecutionDoesNotExist" {
		// One that has just started may not be known yet.
		part.Found = !h.Now().Before(holder.At.Add(release.OrphanLockAge))
		part.Note = fmt.Sprintf("%s has held the lock since %s, and Step Functions does not know it", holder.Execution, holder.At.Format(time.RFC3339))
		return part, nil
	}
	if err != nil {
		return release.DeadRun{}, fmt.Errorf("ask how %s, the holder of the lock on %s, ended: %w", holder.Execution, doc.Plan.Primary, err)
	}
	part.Status, part.Error, part.EndedAt = string(got.Status), aws.ToString(got.Error), aws.ToTime(got.StopDate)
	h.judge(&part, doc, holder)
	return part, nil
}

// judge tells a dead run from one that is going on, and from one whose end says that the pair is safe.
func (h Handler) judge(part *release.DeadRun, doc release.Document, holder record.Holder) {
	ended := part.Status
	if part.Error != "" {
		ended += " (" + part.Error + ")"
	}
	switch {
	case part.Status == string(types.ExecutionStatusRunning) || part.Status == string(types.ExecutionStatusPendingRedrive):
		announced := release.EndedExecution(doc.Request) == part.Execution
		part.Wait = announced && h.Now().Sub(doc.Execution.StartTime) < release.KnownWithin
		part.Note = fmt.Sprintf("%s holds the lock and is %s", part.Execution, ended)
	case safe(part, holder):
		// Only its Release Lock has failed: the next release takes the lock over.
		part.Note = fmt.Sprintf("%s has left the lock, but made the pair safe: it is %s", part.Execution, ended)
	default:
		part.Found = true
		part.Note = fmt.Sprintf("%s holds the lock and is %s", part.Execution, ended)
	}
}

// safe tells the ends that say that the pair is safe. The error alone does not say so: whoever stops an execution gives it
// any. And one that was Rejected may have taken the lock over from a dead run without coming as far as recovering from it.
func safe(part *release.DeadRun, holder record.Holder) bool {
	switch types.ExecutionStatus(part.Status) {
	case types.ExecutionStatusSucceeded:
		return true
	case types.ExecutionStatusFailed:
		return part.Error == release.RolledBack || part.Error == release.Rejected && holder.TakenOverFrom == nil
	default:
		return false
	}
}
