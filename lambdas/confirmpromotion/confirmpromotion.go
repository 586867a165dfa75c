// Package confirmpromotion decides whether the promotion happened.
package confirmpromotion

import (
	"context"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.ConfigReader
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. An answer of 200 decides. Without one, reading the judged config
// on the primary proves the promotion; reading the old one proves nothing, since reads lag, so the question stays open
// until release.DecideWithin is over.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Promotion, error) {
	doc := in.Document
	invalidate := doc.Plan.Change.Kind == release.KindContent
	if doc.Promote != nil {
		return release.Promotion{Confirmed: true, By: "answer", Write: doc.Promote.Write, Invalidate: invalidate}, nil
	}
	now := h.Now()
	part := release.Promotion{Since: now, Invalidate: invalidate}
	if doc.Promotion != nil {
		part.Since = doc.Promotion.Since
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if err != nil {
		return part, err
	}
	if primary.Fingerprint == doc.Staging.Fingerprint {
		part.Confirmed, part.By, part.Write = true, "read", doc.Plan.WriteTo(doc.Plan.Primary, now)
		return part, nil
	}
	if now.Sub(part.Since) >= release.DecideWithin {
		return part, fault.Errorf(fault.PromotionInDoubt,
			"for %s it could not be decided whether the promotion of staging distribution %s to %s happened (the last try said %s)",
			release.DecideWithin, doc.Preflight.Staging.ID, doc.Plan.Primary, lastTry(doc))
	}
	return part, nil
}

func lastTry(doc release.Document) string {
	if doc.Doubt == nil {
		return "nothing"
	}
	return doc.Doubt.Message()
}
