// Package placehold keeps further releases off a primary that needs an operator first.
package placehold

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

// Handle writes the hold only where there is none: a second call, or a hold that an earlier release left, is kept as it
// is. Only who still has the lock places one: a redriven run must not hold up a pair that was made safe meanwhile.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Outcome, error) {
	doc := in.Document
	outcome := doc.Conclude()
	outcome.At, outcome.Record = h.Now(), doc.Outcome.Record
	if doc.Plan == nil {
		return outcome, nil
	}
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); fault.NameOf(err) == fault.LockLost {
		outcome.Add("No hold was placed.")
		return outcome, nil // the hold is the new holder's business; the end is Needs Operator all the same
	} else if err != nil {
		return release.Outcome{}, err
	}
	key := record.HoldKey(doc.Plan.Primary)
	outcome.Add(fmt.Sprintf("Releases of %s are refused until the hold s3://%s/%s is cleared, by the recover workflow with %s",
		doc.Plan.Primary, h.Bucket, key, release.ClearHoldRequest(doc.Plan.Primary)))
	_, err := record.Write(ctx, h.Records, h.Bucket, key,
		record.Hold{Execution: doc.Execution, Cause: outcome.Cause, At: outcome.At}, record.Condition{Missing: true})
	if err != nil && fault.Code(err) != live.PreconditionFailed {
		return release.Outcome{}, err
	}
	return outcome, nil
}
