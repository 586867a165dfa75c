// Package disablepolicy switches the policy off before it is detached: CloudFront may keep one attached that is on.
package disablepolicy

import (
	"context"
	"time"

	"cloudfront-cd/internal/fault"
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

// Handle keeps the policy's other fields. A second call finds it off and writes nothing. The primary is waited for in any
// case: somebody, perhaps an earlier call, may have switched the policy off a moment ago.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Write, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Write{}, err
	}
	if id := doc.Parts.PolicyID; id != "" {
		_, err := live.SwitchOff(ctx, h.CloudFront, id, nil, time.Time{})
		if err != nil && fault.Code(err) != live.NoSuchPolicy {
			return release.Write{}, err
		}
	}
	if doc.Parts.Primary == "" {
		return release.Write{}, nil
	}
	return doc.Plan.WriteTo(doc.Parts.Primary, h.Now()), nil
}
