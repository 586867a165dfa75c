// Package createpolicy makes the policy that names the staging distribution, or finds it, and sees that it is off.
package createpolicy

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.PolicyLister
	live.PolicyUpdater
	CreateContinuousDeploymentPolicy(context.Context, *cloudfront.CreateContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.CreateContinuousDeploymentPolicyOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// The session stickiness of a new policy, in seconds: the same viewer does not get a page of one side and the assets of the
// other. From 300 to 3600 are allowed (CloudFront API Reference, SessionStickinessConfig).
const (
	idleTTL    = 300
	maximumTTL = 600
)

// Handle looks for the policy by its staging distribution's name before it makes one: CreateContinuousDeploymentPolicy has no
// CallerReference, but CloudFront takes one policy for a staging distribution, so that a second call cannot make a second
// (StagingDistributionInUse, ContinuousDeploymentPolicyAlreadyExists; CloudFront API Reference). Where reads do not show it
// yet the answer is Unavailable. One that is on is switched off, which Preflight has asked to be acknowledged.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Policy, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Policy{}, err
	}
	domain := doc.Preflight.Staging.Domain
	if doc.Copy != nil {
		domain = doc.Copy.Domain
	}
	policies, err := live.ListPolicies(ctx, h.CloudFront)
	if err != nil {
		return release.Policy{}, err
	}
	if id := live.PolicyFor(policies, domain); id != "" {
		return h.switchOff(ctx, doc, id)
	}
	config, err := h.config(ctx, doc, domain)
	if err != nil {
		return release.Policy{}, err
	}
	out, err := h.CloudFront.CreateContinuousDeploymentPolicy(ctx, &cloudfront.CreateContinuousDeploymentPolicyInput{ContinuousDeploymentPolicyConfig: config})
	switch code := fault.Code(err); {
	case code == "StagingDistributionInUse", code == "ContinuousDeploymentPolicyAlreadyExists":
		return release.Policy{}, fault.Errorf(fault.Unavailable, "a policy for the staging distribution %s exists, but CloudFront's reads do not show it yet: look again (%w)", domain, err)
	case err != nil:
		return release.Policy{}, fmt.Errorf("create the policy for the staging distribution %s: %w", domain, err)
	case out.ContinuousDeploymentPolicy == nil:
		return release.Policy{}, fault.Errorf(fault.Unavailable, "create the policy for the staging distribution %s: the answer carries none", domain)
	}
	return release.Policy{ID: aws.ToString(out.ContinuousDeploymentPolicy.Id), Made: true, At: h.Now()}, nil
}

// switchOff leaves a policy alone that is off. The rest of it stays as it is.
func (h Handler) switchOff(ctx context.Context, doc release.Document, id string) (release.Policy, error) {
	written, err := live.SwitchOff(ctx, h.CloudFront, id, doc.Preflight.Routing(), time.Time{})
	if err != nil {
		return release.Policy{}, err
	}
	return release.Policy{ID: id, SwitchedOff: written, At: h.Now()}, nil
}

// config is the one of the policy that an earlier run found here, where it has had to delete it, or else a new one.
func (h Handler) config(ctx context.Context, doc release.Document, domain string) (*types.ContinuousDeploymentPolicyConfig, error) {
	var evidence record.Evidence
	if _, _, err := record.Read(ctx, h.Records, h.Bucket, doc.Preflight.Record, &evidence); err != nil {
		return nil, err
	}
	config := &types.ContinuousDeploymentPolicyConfig{TrafficConfig: h.traffic(doc)}
	if evidence.Policy != nil {
		config = evidence.Policy
	}
	config.Enabled = aws.Bool(false)
	config.StagingDistributionDnsNames = &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{domain}}
	return config, nil
}

func (h Handler) traffic(doc release.Document) *types.TrafficConfig {
	return &types.TrafficConfig{
		Type: types.ContinuousDeploymentPolicyTypeSingleWeight,
		SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{
			Weight:                  aws.Float32(float32(doc.Plan.Weight)),
			SessionStickinessConfig: &types.SessionStickinessConfig{IdleTTL: aws.Int32(idleTTL), MaximumTTL: aws.Int32(maximumTTL)},
		},
	}
}
