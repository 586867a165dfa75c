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
	// Recovers is true for a recover execution, which has left nothing of its own on the pair.
	Recovers bool `json:"recovers,omitempty"`
	// TakenOverFrom is the dead holder before, nil where the lock was free. It is kept so that an Acquire Lock that lost
	// the answer to its write still knows.
	TakenOverFrom *Holder `json:"takenOverFrom,omitempty"`
}

// forget drops the dead holders beyond the given number of generations.
func (h *Holder) forget(generations int) {
	for at := h; at != nil; at = at.TakenOverFrom {
		if generations--; generations <= 0 {
			at.TakenOverFrom = nil
		}
	}
}

// Succeed makes dead the holder before, and keeps at most the given number of generations. Of a recover execution only
// the run that it was recovering from counts: however often recover fails, that run is not forgotten.
func (h *Holder) Succeed(dead Holder, generations int) {
	if dead.Recovers && dead.TakenOverFrom != nil {
		dead = *dead.TakenOverFrom
	}
	dead.forget(generations)
	h.TakenOverFrom = &dead
}

// LockKey is where the lock of a primary is kept.
func LockKey(primary string) string { return "locks/" + primary + ".json" }

// ReadLock reads who holds the lock on primary.
func ReadLock(ctx context.Context, s Reader, bucket, primary string) (holder Holder, etag string, found bool, err error) {
	etag, found, err = Read(ctx, s, bucket, LockKey(primary), &holder)
	return holder, etag, found, err
}

// Fence refuses (LockLost) unless the lock on the document's primary still names the document's own execution. Every
// mutating step calls it first: a stopped or redriven run that lost its lock, to recover or to a later release, must do no
// harm. What is left to chance is a lock taken over between this read and the write that follows, which is why a lock may
// be taken over only when its holder's Lambdas have certainly ended (release.StaleAfter).
func Fence(ctx context.Context, s Reader, bucket string, doc release.Document) error {
	holder, _, found, err := ReadLock(ctx, s, bucket, doc.Plan.Primary)
	if err != nil {
		return err
	}
	if !found {
		return fault.Errorf(fault.LockLost, "the lock on %s is gone: this execution writes nothing any more", doc.Plan.Primary)
	}
	return heldBy(holder, doc)
}

// FenceOff is Fence for the one step that must not be kept from making viewers safe, Stop Traffic: it refuses only where
// the lock names another execution, which has taken the pair over. A lock that is gone or cannot be read stops nobody.
func FenceOff(ctx context.Context, s Reader, bucket string, doc release.Document) error {
	holder, _, found, err := ReadLock(ctx, s, bucket, doc.Plan.Primary)
	if err != nil || !found {
		return nil //nolint:nilerr // switching the policy off is safe for viewers whoever holds the lock
	}
	return heldBy(holder, doc)
}

// FenceAtOnce is for making viewers safe before the lock may be taken over: it refuses unless the lock still names the
// dead run, so that a run which has taken the pair over meanwhile is left alone.
func FenceAtOnce(ctx context.Context, s Reader, bucket string, doc release.Document) error {
	doc.Execution.ARN = doc.Dead.Execution
	return Fence(ctx, s, bucket, doc)
}

func heldBy(holder Holder, doc release.Document) error {
	if holder.Execution == doc.Execution.ARN {
		return nil
	}
	return fault.Errorf(fault.LockLost, "the lock on %s is held by %s since %s: this execution writes nothing any more",
		doc.Plan.Primary, holder.Execution, holder.At.Format(time.RFC3339))
}
