// Package report closes the record of a cleanup: what was found, why each is an orphan, what was done and what is left.
package report

import (
	"context"
	"slices"
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

// Handle writes the record under the execution's own key: a second call writes the same again.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Outcome, error) {
	doc := in.Document
	key := record.CleanupKey(doc.Execution)
	seen := record.Cleanup{Execution: doc.Execution, Plan: doc.Plan}
	var outcome release.Outcome
	err := record.Amend(ctx, h.Records, h.Bucket, key, &seen, func() error {
		outcome = doc.ConcludeCleanup(tally(doc, seen))
		outcome.At, outcome.Record = h.Now(), key
		seen.Outcome = &outcome
		return nil
	})
	return outcome, err
}

func tally(doc release.Document, seen record.Cleanup) release.Tally {
	t := release.Tally{
		Found: len(seen.Orphans), Left: len(seen.Left), Policies: len(seen.Policies), Distributions: len(seen.Distributions),
	}
	for _, d := range seen.Distributions {
		if d.Staging {
			t.Stagings++
		}
	}
	if doc.Orphans == nil || !doc.Orphans.Apply {
		return t
	}
	t.Later = doc.Orphans.Later
	for _, item := range doc.Orphans.Items {
		i := slices.IndexFunc(seen.Results, func(r release.Result) bool { return r.Orphan.Name() == item.Orphan.Name() })
		switch {
		case i < 0:
			t.Failed = append(t.Failed, release.Result{Orphan: item.Orphan, Note: "what became of it could not be written down"})
		case seen.Results[i].Done:
			t.Done++
		case seen.Results[i].Left:
			t.Left++
		default:
			t.Failed = append(t.Failed, seen.Results[i])
		}
	}
	return t
}
