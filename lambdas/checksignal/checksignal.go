// Package checksignal finds out whether the operator has finished, or time is up.
package checksignal

import (
	"context"
	"fmt"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	Records record.Reader
	Bucket  string
	Now     func() time.Time
}

// Handle only reads, so it may be retried at any time. Time counts from its first look, when the policy is off the primary
// everywhere. A door of another execution says nothing about this one.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Door, error) {
	doc := in.Document
	if doc.Door == nil {
		return release.Door{}, fault.Errorf(fault.Unexpected, "the document has no door that could be shut")
	}
	part := *doc.Door
	part.At = h.Now()
	if part.OpenedAt.IsZero() {
		part.OpenedAt = part.At
		part.Until = part.At.Add(time.Duration(doc.Plan.Minutes) * time.Minute)
	}
	var door record.Door
	if _, _, err := record.Read(ctx, h.Records, h.Bucket, record.DoorKey(doc.Plan.Primary), &door); err != nil {
		return release.Door{}, err
	}
	switch {
	case door.Done && door.Execution == doc.Execution.ARN:
		part.Over, part.Note = true, "the operator said done"
		if door.By != "" {
			part.Note = door.By + " said done"
		}
	case !part.At.Before(part.Until):
		part.Over, part.Note = true, fmt.Sprintf("nobody said done within %s", release.Duration(part.Until.Sub(part.OpenedAt)))
	default:
		part.Note = "open until " + part.Until.Format(time.RFC3339) + ", or until the operator says done"
	}
	return part, nil
}
