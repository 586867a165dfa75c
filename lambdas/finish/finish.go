// Package finish decides the execution's end from what happened, and closes its evidence record.
package finish

import (
	"context"
	"log/slog"
	"time"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	Records record.ReadWriter
	Bucket  string
	Now     func() time.Time
}

// Handle writes the record under the execution's own key, which nobody else writes: a second call writes the same again.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Outcome, error) {
	doc := in.Document
	outcome := doc.Conclude()
	outcome.At = h.Now()
	if doc.Plan == nil || outcome.NothingToRecover {
		return outcome, nil // there is no primary to keep a record under, or nothing to record
	}
	outcome.Record = record.Key(*doc.Plan, doc.Execution)
	var evidence record.Evidence
	err := record.Amend(ctx, h.Records, h.Bucket, outcome.Record, &evidence, func() error {
		doc.Outcome = outcome
		evidence.Execution, evidence.Plan = doc.Execution, *doc.Plan
		evidence.Outcome, evidence.Document, evidence.EndedAt = &outcome, &doc, outcome.At
		return nil
	})
	if err != nil {
		return release.Outcome{}, err
	}
	// One line each: CloudWatch makes at most one value of a line. After a lost answer they come twice.
	for _, phase := range doc.Phases() {
		slog.InfoContext(ctx, "phase ended", "phase", phase.Name, "seconds", phase.Took.Seconds())
	}
	return outcome, nil
}
