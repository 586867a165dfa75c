package record

import (
	"context"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Holder is the content of a lock: the execution that holds it.
type Holder struct {
	Execution string    `json:"execution"` // ARN
	Name      string    `json:"name"`
	StartTime time.Time `json:"startTime"`
	// At is when the lock was taken.
	At time.Time `json:"at"`
}

// LockKey is where the lock of a primary is kept.
func LockKey(primary string) string { return "locks/" + primary + ".json" }

// Fence refuses (LockLost) unless the lock on the document's primary still names the document's own execution. Every
// mutating step calls it first: a stopped or redriven run that lost its lock, to recover or to a later release, must do no
// harm. What is left to chance is a lock taken over between this read and the write that follows, which is why a lock may
// be taken over only when its holder's Lambdas have certainly ended (release.StaleAfter).
func Fence(ctx context.Context, s Reader, bucket string, doc release.Document) error {
	if doc.Plan == nil {
		return fault.Errorf(fault.Unexpected, "the document has no plan")
	}
	var holder Holder
	_, found, err := Read(ctx, s, bucket, LockKey(doc.Plan.Primary), &holder)
	if err != nil {
		return err
	}
	if !found {
		return fault.Errorf(fault.LockLost, "the lock on %s is gone: this execution writes nothing any more", doc.Plan.Primary)
	}
	if holder.Execution != doc.Execution.ARN {
		return fault.Errorf(fault.LockLost, "the lock on %s is held by %s since %s: this execution writes nothing any more",
			doc.Plan.Primary, holder.Execution, holder.At.Format(time.RFC3339))
	}
	return nil
}
