// Package validaterequest accepts or refuses the request, and freezes the accepted one as the plan.
package validaterequest

import (
	"context"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Handler needs nothing: the step is pure.
type Handler struct{}

// Handle may be retried at any time: it neither reads nor writes anything.
func (Handler) Handle(_ context.Context, in release.Input) (release.Plan, error) {
	plan, err := release.Parse(in.Document.Workflow, in.Document.Request)
	if err != nil {
		return release.Plan{}, fault.Errorf(fault.InvalidRequest, "the request is refused: %w", err)
	}
	return plan, nil
}
