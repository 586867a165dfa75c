// Package routeheader lets requests with a secret header value, and no others, through to staging.
package routeheader

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.ConfigReader
	live.PolicyUpdater
}

// Random is where the secret comes from.
type Random struct{ io.Reader }

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
	Random     Random
}

// Handle writes the policy once: a second call finds on it a header that begins with this execution's mark, and leaves it. The
// value behind the mark is random and kept nowhere but on the policy, where Smoke Test reads it: whoever may read that may as
// well release. A call that reads the policy as it was before the first one's write draws another value, and CloudFront refuses
// its ETag.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Route, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Route{}, err
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Staging.ID)
	if err != nil {
		return release.Route{}, err
	}
	if staging.Fingerprint != doc.Staging.Fingerprint {
		return release.Route{}, fault.Errorf(fault.ConfigChanged,
			"staging distribution %s was changed by someone else: its config is not shown to anybody", doc.Preflight.Staging.ID)
	}
	part := release.Route{Write: doc.Plan.WriteTo(doc.Plan.Primary, h.Now()), Header: doc.Plan.Smoke.Header}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, doc.Preflight.PolicyID)
	if err != nil {
		return release.Route{}, err
	}
	if routes(policy, doc) {
		return part, nil
	}
	if policy.On() {
		return release.Route{}, fault.Errorf(fault.ConfigChanged, "policy %s was enabled by someone else since Preflight", policy.ID)
	}
	header, weighted := live.HeaderOf(policy.ContinuousDeploymentPolicyConfig), live.WeightedOf(policy.ContinuousDeploymentPolicyConfig)
	found := doc.Preflight.Weighted
	otherWeight := weighted != nil && (found == nil && doc.Preflight.Header != nil || found != nil && *weighted != *found)
	if doc.OthersHeader(header) || otherWeight {
		return release.Route{}, fault.Errorf(fault.ConfigChanged,
			"policy %s was made to route otherwise by someone else since Preflight: that would not come back after the smoke test", policy.ID)
	}
	if dns := policy.DNSName(); dns != doc.Preflight.Staging.Domain {
		return release.Route{}, fault.Errorf(fault.ConfigChanged,
			"policy %s was pointed by someone else at %s instead of %s", policy.ID, dns, doc.Preflight.Staging.Domain)
	}
	return h.write(ctx, doc, policy, part)
}

// routes reports whether the policy is as this step leaves it.
func routes(policy live.Policy, doc release.Document) bool {
	return policy.On() && doc.RoutesOurHeader(live.HeaderOf(policy.ContinuousDeploymentPolicyConfig))
}

func (h Handler) write(ctx context.Context, doc release.Document, policy live.Policy, part release.Route) (release.Route, error) {
	const length = 32
	secret := make([]byte, length)
	if _, err := io.ReadFull(h.Random, secret); err != nil {
		return release.Route{}, fault.Errorf(fault.Unexpected, "draw a secret: %w", err)
	}
	policy.Enabled = aws.Bool(true)
	policy.TrafficConfig = live.ByHeader(release.Header{Name: part.Header, Value: fmt.Sprintf("%s%x", doc.SmokeMark(), secret)})
	err := policy.Update(ctx, h.CloudFront)
	if fault.Code(err) != live.PreconditionFailed {
		return part, err
	}
	again, err := live.ReadPolicy(ctx, h.CloudFront, policy.ID)
	switch {
	case err != nil:
		return release.Route{}, err
	case again.ETag == policy.ETag:
		return release.Route{}, fault.Errorf(fault.Unavailable, "policy %s is not as CloudFront's reads still show it: look again", policy.ID)
	case !routes(again, doc):
		return release.Route{}, fault.Errorf(fault.ConfigChanged, "policy %s was changed by someone else while this release was about to", policy.ID)
	}
	return part, nil
}
