// Package opendoor notes which pair is about to be taken apart, and where the operator says done.
package opendoor

import (
	"context"
	"fmt"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	Records record.ReadWriter
	Bucket  string
	Now     func() time.Time
}

// Handle writes the door of this execution over whatever an earlier maintenance has left: its done is not this one's. A
// second call finds its own and leaves it, for the operator may have said done already.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Door, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Door{}, err
	}
	key := record.DoorKey(doc.Plan.Primary)
	part := release.Door{At: h.Now(), Note: fmt.Sprintf("written down: the policy %s belongs to staging %s", doc.Preflight.PolicyID, doc.Preflight.Staging.ID)}
	var door record.Door
	etag, found, err := record.Read(ctx, h.Records, h.Bucket, key, &door)
	switch {
	case err != nil && !found:
		return release.Door{}, err
	case found && door.Execution == doc.Execution.ARN:
		return part, nil
	}
	_, err = record.Write(ctx, h.Records, h.Bucket, key, record.Door{
		Execution: doc.Execution.ARN, Staging: doc.Preflight.Staging.ID, PolicyID: doc.Preflight.PolicyID, Record: doc.Preflight.Record, At: h.Now(),
	}, record.Condition{Missing: !found, ETag: etag})
	if fault.Code(err) == live.PreconditionFailed {
		return release.Door{}, fault.Errorf(fault.Unavailable, "the door of %s changed since it was read: look again (%w)", doc.Plan.Primary, err)
	}
	return part, err
}
