package findorphans

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// readLocks reads who works on what, which primaries wait for an operator, and which were maintained.
func (h Handler) readLocks(ctx context.Context, seen *record.Cleanup) error {
	seen.Locks, seen.Held, seen.Verdicts = nil, nil, nil
	locks, err := record.Keys(ctx, h.Records, h.Bucket, "locks/")
	if err != nil {
		return err
	}
	for _, key := range locks {
		lock, found, err := h.readLock(ctx, subject(key, "locks/"))
		if err != nil {
			return err
		}
		if found {
			seen.Locks = append(seen.Locks, lock)
		}
	}
	holds, err := record.Keys(ctx, h.Records, h.Bucket, "holds/")
	if err != nil {
		return err
	}
	for _, key := range holds {
		seen.Held = append(seen.Held, subject(key, "holds/"))
	}
	return h.readDoors(ctx, seen)
}

func (h Handler) readDoors(ctx context.Context, seen *record.Cleanup) error {
	seen.Doors = nil
	keys, err := record.Keys(ctx, h.Records, h.Bucket, "maintenance/")
	if err != nil {
		return err
	}
	for _, key := range keys {
		var door record.Door
		if _, _, err := record.Read(ctx, h.Records, h.Bucket, key, &door); err != nil {
			return err
		}
		seen.Doors = append(seen.Doors, record.SeenDoor{
			Primary: subject(key, "maintenance/"), PolicyID: door.PolicyID, Staging: door.Staging, At: door.At,
		})
	}
	return nil
}

func subject(key, prefix string) string {
	return strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json")
}

func (h Handler) readLock(ctx context.Context, subject string) (lock record.SeenLock, found bool, err error) {
	holder, _, found, err := record.ReadLock(ctx, h.Records, h.Bucket, subject)
	if err != nil || !found {
		return record.SeenLock{}, false, err
	}
	lock = record.SeenLock{Subject: subject, Holder: holder.Execution, At: holder.At}
	if lock.Running, lock.Note, err = h.runs(ctx, holder); err != nil {
		return record.SeenLock{}, false, err
	}
	var evidence record.Evidence
	if _, _, err := record.Read(ctx, h.Records, h.Bucket, record.KeyOf(subject, holder), &evidence); err != nil {
		return record.SeenLock{}, false, err
	}
	lock.Touched = holder.TakenOverFrom != nil || evidence.Preflight != nil || evidence.Parts != nil
	lock.Unfinished = evidence.Parts != nil && !evidence.Parts.KeepPair
	lock.Pair, _, err = record.LastPair(ctx, h.Records, h.Bucket, subject)
	return lock, true, err
}

// runs reports whether a holder may still be working. One that has ended a moment ago may still have a Lambda writing, and
// one that Step Functions does not know may only be invisible yet; Acquire Lock counts the same way.
func (h Handler) runs(ctx context.Context, holder record.Holder) (running bool, note string, err error) {
	got, err := h.Executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &holder.Execution})
	if fault.Code(err) == "ExecutionDoesNotExist" {
		return h.Now().Before(holder.At.Add(release.OrphanLockAge)), "is not known to Step Functions", nil
	}
	if err != nil {
		return false, "", fmt.Errorf("ask whether %s is running: %w", holder.Execution, err)
	}
	ended := []types.ExecutionStatus{
		types.ExecutionStatusSucceeded, types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted,
	}
	if !slices.Contains(ended, got.Status) || got.StopDate == nil {
		return true, "is " + string(got.Status), nil
	}
	return !h.Now().After(aws.ToTime(got.StopDate).Add(release.StaleAfter)), "is " + string(got.Status), nil
}

// lockOn is the lock that has to do with something: with its primary or itself, or with a pair that, by its records, the
// policy or the staging distribution belongs to. A policy that maintenance has detached for an hour is attached to no
// primary, and no orphan.
func (j judge) lockOn(o release.Orphan, stagingID string) *record.SeenLock {
	for i, lock := range j.seen.Locks {
		if slices.Contains([]string{o.Lock, o.Primary}, lock.Subject) ||
			o.PolicyID != "" && lock.Pair.PolicyID == o.PolicyID || stagingID != "" && lock.Pair.Staging == stagingID {
			return &j.seen.Locks[i]
		}
	}
	return nil
}

// doorOf is the door of a young maintenance that has taken something off its primary and not put it back. Nothing else tells
// how young that is: it changes neither the policy nor the staging distribution.
func (j judge) doorOf(o release.Orphan, stagingID string) *record.SeenDoor {
	for i, door := range j.seen.Doors {
		ours := o.PolicyID != "" && door.PolicyID == o.PolicyID || stagingID != "" && door.Staging == stagingID
		if o.Primary == "" && ours && door.At.After(j.oldest) {
			return &j.seen.Doors[i]
		}
	}
	return nil
}

// lock judges a lock. What a holder has left that was taking a pair apart is gone on with at once: it was proven to be an
// orphan, or an operator has asked for it. Other dead holders are for the recover workflow as long as they are young.
func (j judge) lock(lock record.SeenLock) record.Verdict {
	if lock.Running {
		return record.Verdict{}
	}
	o := release.Orphan{Kind: release.OrphanUnfinished, Lock: lock.Subject}
	if lock.Unfinished {
		return orphan(o, "%s, which was taking this apart, %s", lock.Holder, lock.Note)
	}
	if lock.At.After(j.oldest) {
		return record.Verdict{}
	}
	o.Kind, o.KeepPair = release.OrphanDeadLock, true
	if d, found := j.seen.Distributions[lock.Subject]; found {
		o.Primary, o.PolicyID = lock.Subject, d.PolicyID
	}
	if slices.Contains(j.seen.Held, lock.Subject) {
		return left("lock "+lock.Subject, "there is a hold on it: an operator comes first")
	}
	return orphan(o, "its holder %s %s", lock.Holder, lock.Note)
}
