// Package stoptraffic switches the policy off, so that no viewer is sent to staging.
package stoptraffic

import (
	"context"
	"time"

	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.PolicyUpdater
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle sets Enabled=false whoever touched the policy last, keeps its other fields, and puts back the routing
// that Preflight found. A second call finds the policy off and leaves it.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Write, error) {
	doc := in.Document
	if err := record.FenceOff(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Write{}, err
	}
	since := enabledSince(doc)
	written, err := live.SwitchOff(ctx, h.CloudFront, doc.Preflight.PolicyID, doc.Preflight.Routing(), since)
	if err != nil {
		return release.Write{}, err
	}
	write := doc.Plan.WriteTo(doc.Plan.Primary, h.Now())
	// Where the policy may have been on, an earlier call of this step may have switched it off and lost the answer: then
	// there is a propagation to wait for although this call found nothing to do.
	write.Written = written || !since.IsZero()
	return write, nil
}

// enabledSince is the earliest moment at which this release may have enabled the policy, zero when it cannot have. A
// Shift Traffic whose answer was lost has left no step in the document, but it came after staging was written.
func enabledSince(doc release.Document) time.Time {
	switch {
	case doc.Route != nil:
		return doc.Route.At
	case doc.Step != nil:
		return doc.Step.Shifts[0].At
	case doc.Staging != nil && doc.Deployed != nil && doc.Deployed.What == release.OfStaging && doc.Deployed.Deployed:
		return doc.Deployed.At
	}
	return time.Time{}
}
