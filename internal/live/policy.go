package live

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// The codes of CloudFront that steps decide by. PreconditionFailed, which is S3's as well, is for an If-Match that is not
// the current ETag.
const (
	PreconditionFailed = "PreconditionFailed"
	IllegalUpdate      = "IllegalUpdate"
	NoSuchDistribution = "NoSuchDistribution"
	NoSuchPolicy       = "NoSuchContinuousDeploymentPolicy"
)

// PolicyReader reads a continuous deployment policy.
type PolicyReader interface {
	GetContinuousDeploymentPolicy(context.Context, *cloudfront.GetContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.GetContinuousDeploymentPolicyOutput, error)
}

// PolicyUpdater reads and writes one.
type PolicyUpdater interface {
	PolicyReader
	UpdateContinuousDeploymentPolicy(context.Context, *cloudfront.UpdateContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.UpdateContinuousDeploymentPolicyOutput, error)
}

// Policy is a continuous deployment policy's config with its ETag.
type Policy struct {
	*types.ContinuousDeploymentPolicyConfig

	ID           string
	ETag         string
	LastModified time.Time
}

// ReadPolicy reads policy id.
func ReadPolicy(ctx context.Context, api PolicyReader, id string) (Policy, error) {
	got, err := api.GetContinuousDeploymentPolicy(ctx, &cloudfront.GetContinuousDeploymentPolicyInput{Id: &id})
	if err != nil {
		return Policy{}, fmt.Errorf("read continuous deployment policy %s: %w", id, err)
	}
	p := got.ContinuousDeploymentPolicy
	if p == nil || p.ContinuousDeploymentPolicyConfig == nil {
		return Policy{}, fault.Errorf(fault.Unavailable, "read continuous deployment policy %s: the answer carries none", id)
	}
	return Policy{
		ContinuousDeploymentPolicyConfig: p.ContinuousDeploymentPolicyConfig,
		ID:                               id,
		ETag:                             aws.ToString(got.ETag),
		LastModified:                     aws.ToTime(p.LastModifiedTime),
	}, nil
}

// On reports whether the policy is enabled.
func (p Policy) On() bool { return aws.ToBool(p.Enabled) }

// Weight is the share that the policy sends to staging, as it was written (0.05, where the SDK's float32 would say
// 0.05000000074505806 to an operator); 0 for a header policy.
func (p Policy) Weight() float64 {
	if p.TrafficConfig == nil || p.TrafficConfig.SingleWeightConfig == nil ||
		p.TrafficConfig.Type != types.ContinuousDeploymentPolicyTypeSingleWeight {
		return 0
	}
	shortest := strconv.FormatFloat(float64(aws.ToFloat32(p.TrafficConfig.SingleWeightConfig.Weight)), 'g', -1, 32)
	weight, err := strconv.ParseFloat(shortest, 64)
	if err != nil {
		return 0 // a formatted float always parses
	}
	return weight
}

// SameWeight compares weights that may have passed through a float32 on their way to CloudFront and back.
func SameWeight(a, b float64) bool {
	const tolerance = 1e-6
	return a-b < tolerance && b-a < tolerance
}

// HeaderOf is a policy's header routing, nil if it routes by weight.
func HeaderOf(c *types.ContinuousDeploymentPolicyConfig) *release.Header {
	t := c.TrafficConfig
	if t == nil || t.Type != types.ContinuousDeploymentPolicyTypeSingleHeader || t.SingleHeaderConfig == nil {
		return nil
	}
	return &release.Header{Name: aws.ToString(t.SingleHeaderConfig.Header), Value: aws.ToString(t.SingleHeaderConfig.Value)}
}

// WeightedOf is a policy's routing by weight, nil if it routes by header.
func WeightedOf(c *types.ContinuousDeploymentPolicyConfig) *release.Weighted {
	if c.TrafficConfig == nil || c.TrafficConfig.SingleWeightConfig == nil {
		return nil
	}
	w := &release.Weighted{Weight: Policy{ContinuousDeploymentPolicyConfig: c}.Weight()}
	if s := c.TrafficConfig.SingleWeightConfig.SessionStickinessConfig; s != nil {
		w.IdleTTL, w.MaximumTTL = aws.ToInt32(s.IdleTTL), aws.ToInt32(s.MaximumTTL)
	}
	return w
}

// ByHeader is the routing of requests with a header.
func ByHeader(h release.Header) *types.TrafficConfig {
	return &types.TrafficConfig{
		Type:               types.ContinuousDeploymentPolicyTypeSingleHeader,
		SingleHeaderConfig: &types.ContinuousDeploymentSingleHeaderConfig{Header: &h.Name, Value: &h.Value},
	}
}

// ByWeight is the routing of a share of the requests, with session stickiness where there was some.
func ByWeight(w release.Weighted) *types.TrafficConfig {
	c := &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(float32(w.Weight))}
	if w.MaximumTTL > 0 {
		c.SessionStickinessConfig = &types.SessionStickinessConfig{IdleTTL: &w.IdleTTL, MaximumTTL: &w.MaximumTTL}
	}
	return &types.TrafficConfig{Type: types.ContinuousDeploymentPolicyTypeSingleWeight, SingleWeightConfig: c}
}

// DNSName is the staging distribution's domain name in the policy.
func (p Policy) DNSName() string {
	if p.StagingDistributionDnsNames == nil || len(p.StagingDistributionDnsNames.Items) == 0 {
		return ""
	}
	return p.StagingDistributionDnsNames.Items[0]
}

// Update writes the policy's config under its ETag.
func (p Policy) Update(ctx context.Context, api PolicyUpdater) error {
	_, err := api.UpdateContinuousDeploymentPolicy(ctx, &cloudfront.UpdateContinuousDeploymentPolicyInput{
		Id: &p.ID, IfMatch: &p.ETag, ContinuousDeploymentPolicyConfig: p.ContinuousDeploymentPolicyConfig,
	})
	if err != nil {
		return fmt.Errorf("update continuous deployment policy %s: %w", p.ID, err)
	}
	return nil
}

// attempts is how often SwitchOff follows an edit by someone else before Step Functions is asked to try later.
const attempts = 3

// SwitchOff disables policy id whoever touched it last, keeps its other fields, and puts the routing back that was found: a
// header always, a weight where there is a smoke test's header now. A policy that already is as wanted is left alone, but only if the read is from after notBefore, the earliest
// moment at which this release may have enabled it: an older "disabled" may be a stale read, so it is written once more,
// under its ETag, which CloudFront refuses if it is stale.
func SwitchOff(ctx context.Context, api PolicyUpdater, id string, found release.Routing, notBefore time.Time) (written bool, err error) {
	for range attempts {
		p, err := ReadPolicy(ctx, api, id)
		if err != nil {
			return false, err
		}
		if p.isOff(found, notBefore) {
			return false, nil
		}
		err = p.switchOff(ctx, api, found)
		if fault.Code(err) != PreconditionFailed {
			return err == nil, err
		}
	}
	return false, fault.Errorf(fault.Unavailable,
		"continuous deployment policy %s changed under each of %d tries to switch it off", id, attempts)
}

// switchOff writes once, and where the routing is refused once more without it: viewers first. The error says then what is left
// to do.
//
// An IllegalUpdate says nothing for good: a disabled policy is never illegal in itself, and whether CloudFront refuses an
// update while the primary is InProgress is unverified. Step Functions is to try again.
func (p Policy) switchOff(ctx context.Context, api PolicyUpdater, found release.Routing) error {
	present := p.TrafficConfig
	p.Enabled = aws.Bool(false)
	if wanted := p.routing(found); wanted != nil {
		p.TrafficConfig = wanted
	}
	refused := p.Update(ctx, api)
	code := fault.Code(refused)
	if refused == nil || code == PreconditionFailed || fault.NameOf(refused) != fault.Refused {
		return refused
	}
	name := fault.Refused
	if code == IllegalUpdate {
		name = fault.Unavailable
	}
	if p.TrafficConfig == present {
		return fault.Errorf(name, "policy %s cannot be switched off: %w", p.ID, refused)
	}
	p.TrafficConfig = present
	if err := p.Update(ctx, api); err != nil {
		return fault.Errorf(fault.Unavailable, "policy %s cannot be switched off just now: %w", p.ID, err)
	}
	return fault.Errorf(name, "policy %s is off, but the routing found on it could not be put back: %w", p.ID, refused)
}

// routing is what has to be put back; nil where the policy may stay as it is, because it has a header that somebody else has
// put there since.
func (p Policy) routing(found release.Routing) *types.TrafficConfig {
	present := HeaderOf(p.ContinuousDeploymentPolicyConfig)
	ours := present != nil && release.IsSmokeHeader(*present)
	switch {
	case found.Header != nil && (present == nil || ours && *present != *found.Header):
		return ByHeader(*found.Header)
	case found.Weighted != nil && ours:
		return ByWeight(*found.Weighted)
	}
	return nil
}

// isOff reports whether the policy is as SwitchOff wants it, in a read that can be trusted.
func (p Policy) isOff(found release.Routing, notBefore time.Time) bool {
	return !p.On() && p.routing(found) == nil && (notBefore.IsZero() || p.LastModified.After(notBefore))
}
