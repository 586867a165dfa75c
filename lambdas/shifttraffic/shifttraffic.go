// Package shifttraffic sets the policy to the weight of the next ramp step.
package shifttraffic

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.ConfigReader
	live.PolicyUpdater
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle writes the policy once per step: a second call finds the wanted weight and writes nothing. It never switches on
// a policy that someone else has switched off in the middle of the ramp, nor changes a weight that is not this release's.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Step, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Step{}, err
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Staging.ID)
	if err != nil {
		return release.Step{}, err
	}
	if staging.Fingerprint != doc.Staging.Fingerprint {
		return release.Step{}, fault.Errorf(fault.ConfigChanged,
			"staging distribution %s was changed by someone else: its config is not shown to viewers", doc.Preflight.Staging.ID)
	}
	step := h.next(doc)
	policy, err := live.ReadPolicy(ctx, h.CloudFront, doc.Preflight.PolicyID)
	if err != nil {
		return release.Step{}, err
	}
	if dns := policy.DNSName(); dns != doc.Preflight.Staging.Domain {
		return release.Step{}, fault.Errorf(fault.ConfigChanged,
			"policy %s was pointed by someone else at %s instead of %s", policy.ID, dns, doc.Preflight.Staging.Domain)
	}
	if asWanted(policy, step) && !foreign(policy, doc) {
		return step, nil
	}
	if err := refuseForeign(policy, step, doc); err != nil {
		return release.Step{}, err
	}
	return h.write(ctx, policy, step, doc.Preflight.Weighted)
}

// next is the first step that has not passed.
func (h Handler) next(doc release.Document) release.Step {
	index := 0
	if doc.Judgement != nil {
		index = len(doc.Judgement.Passed)
	}
	now, weight := h.Now(), doc.Plan.Ramp[index].Weight
	step := release.Step{
		Write: doc.Plan.WriteTo(doc.Plan.Primary, now),
		Index: index, Weight: weight, Last: index == len(doc.Plan.Ramp)-1,
	}
	if doc.Step != nil {
		step.Shifts = append(step.Shifts, doc.Step.Shifts...)
	}
	step.Shifts = append(step.Shifts, release.Shift{Weight: weight, At: now})
	return step
}

// foreign tells the answer that was lost from somebody else's policy of the same weight: ours came after what
// the release last waited for, staging or the step before, had deployed.
func foreign(policy live.Policy, doc release.Document) bool {
	return policy.LastModified.Before(doc.Deployed.At)
}

func asWanted(policy live.Policy, step release.Step) bool {
	return policy.On() && live.SameWeight(policy.Weight(), step.Weight)
}

// refuseForeign compares the policy with what this release left: before the first step off, or on for the smoke test's header;
// afterwards on with the weight of the step before it.
func refuseForeign(policy live.Policy, step release.Step, doc release.Document) error {
	if step.Index == 0 {
		if h := live.HeaderOf(policy.ContinuousDeploymentPolicyConfig); doc.OthersHeader(h) {
			return fault.Errorf(fault.ConfigChanged, "policy %s was made to route by the header %s by someone else since Preflight", policy.ID, h.Name)
		}
		if policy.On() && !doc.RoutesOurHeader(live.HeaderOf(policy.ContinuousDeploymentPolicyConfig)) {
			return fault.Errorf(fault.ConfigChanged, "policy %s was enabled by someone else with weight %v", policy.ID, policy.Weight())
		}
		return nil
	}
	before := doc.Plan.Ramp[step.Index-1].Weight
	if !policy.On() || !live.SameWeight(policy.Weight(), before) {
		return fault.Errorf(fault.ConfigChanged, "policy %s was changed by someone else: enabled=%t with weight %v, this release had set %v",
			policy.ID, policy.On(), policy.Weight(), before)
	}
	return nil
}

// write changes Enabled and Weight and keeps the session stickiness: toggling that resets every session (CloudFront
// Developer Guide, "Understand how continuous deployment works").
//
// Where the smoke test's header is in force, the stickiness that Preflight found comes back.
func (h Handler) write(ctx context.Context, policy live.Policy, step release.Step, found *release.Weighted) (release.Step, error) {
	weighted := &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(float32(step.Weight))}
	if found != nil && live.HeaderOf(policy.ContinuousDeploymentPolicyConfig) != nil {
		weighted.SessionStickinessConfig = live.ByWeight(*found).SingleWeightConfig.SessionStickinessConfig
	}
	if policy.TrafficConfig != nil && policy.TrafficConfig.SingleWeightConfig != nil {
		weighted.SessionStickinessConfig = policy.TrafficConfig.SingleWeightConfig.SessionStickinessConfig
	}
	policy.Enabled = aws.Bool(true)
	policy.TrafficConfig = &types.TrafficConfig{
		Type: types.ContinuousDeploymentPolicyTypeSingleWeight, SingleWeightConfig: weighted,
	}
	err := policy.Update(ctx, h.CloudFront)
	if fault.Code(err) != live.PreconditionFailed {
		return step, err
	}
	again, err := live.ReadPolicy(ctx, h.CloudFront, policy.ID)
	if err != nil {
		return release.Step{}, err
	}
	if again.ETag == policy.ETag {
		return release.Step{}, fault.Errorf(fault.Unavailable, "policy %s is not as CloudFront's reads still show it: look again", policy.ID)
	}
	if !asWanted(again, step) {
		return release.Step{}, fault.Errorf(fault.ConfigChanged, "policy %s was changed by someone else while this release was about to", policy.ID)
	}
	return step, nil
}
