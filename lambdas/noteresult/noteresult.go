// Package noteresult writes down what became of an orphan.
package noteresult

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

// Handle adds to the execution's own record, which one iteration at a time writes. A second call replaces the first one's
// result.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Result, error) {
	doc := in.Document
	result := doc.ResultOf(h.Now())
	var seen record.Cleanup
	return result, record.Amend(ctx, h.Records, h.Bucket, doc.Look.Record, &seen, func() error {
		seen.Results = slices.DeleteFunc(seen.Results, func(r release.Result) bool { return r.Orphan.Name() == result.Orphan.Name() })
		seen.Results = append(seen.Results, result)
		return nil
	})
}
