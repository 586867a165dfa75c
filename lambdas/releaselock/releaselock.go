// Package releaselock gives the lock on the primary back.
package releaselock

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type records interface {
	record.ReadWriter
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	Records records
	Bucket  string
}

// Released says what became of the lock.
type Released struct {
	Note string `json:"note"`
}

// LogValue is what became of the lock.
func (r Released) LogValue() slog.Value { return slog.GroupValue(slog.String("note", r.Note)) }

// Handle deletes the lock only if it is this execution's, under the ETag that it read: a second call finds none, or
// somebody else's, and deletes nothing. An Acquire Lock that lost its answer is cleaned up here as well.
func (h Handler) Handle(ctx context.Context, in release.Input) (Released, error) {
	doc := in.Document
	if doc.Plan == nil {
		return Released{Note: "there was no lock to take"}, nil
	}
	holder, etag, found, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return Released{}, err
	}
	if !found {
		return Released{Note: "the lock was free already"}, nil
	}
	if holder.Execution != doc.Execution.ARN {
		return Released{Note: "the lock is held by " + holder.Execution}, nil
	}
	key := record.LockKey(doc.Plan.Primary)
	if dead := holder.TakenOverFrom; dead != nil && !doc.MadeSafe() {
		return h.giveBack(ctx, key, etag, *dead)
	}
	_, err = h.Records.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &h.Bucket, Key: &key, IfMatch: &etag})
	switch code := fault.Code(err); {
	case err == nil:
		return Released{Note: "released"}, nil
	case code == "NoSuchKey", code == "NotFound":
		return Released{Note: "the lock was free already"}, nil
	case code == live.PreconditionFailed:
		return Released{}, fault.Errorf(fault.Unavailable, "the lock %s changed while it was released: look again", key)
	}
	return Released{}, fmt.Errorf("release the lock s3://%s/%s: %w", h.Bucket, key, err)
}

// giveBack leaves the lock to the dead run from which it was taken over: this execution ended before its Recover, so the
// next one has to find the dead run again and make its pair safe.
func (h Handler) giveBack(ctx context.Context, key, etag string, dead record.Holder) (Released, error) {
	_, err := record.Write(ctx, h.Records, h.Bucket, key, dead, record.Condition{ETag: etag})
	if code := fault.Code(err); code == live.PreconditionFailed || code == "NoSuchKey" {
		return Released{}, fault.Errorf(fault.Unavailable, "the lock %s changed while it was given back: look again", key)
	}
	if err != nil {
		return Released{}, err
	}
	return Released{Note: "given back to " + dead.Execution + ", which nobody has recovered from yet"}, nil
}
