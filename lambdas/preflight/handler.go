// Package preflight looks at the pair before anything is touched, and says what speaks against the release.
//
// It reads facts (facts.go and the read… files), decides with pure functions what they mean (findings.go and the files
// named after what they judge), and keeps the two configs in the evidence record: they are the way back.
package preflight

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	cloudfront.GetDistributionAPIClient
	live.CopyFinder
	live.PolicyReader
	live.PolicyLister
	monitoringReader
}

type cloudWatch interface {
	cloudwatch.GetMetricDataAPIClient
	cloudwatch.DescribeAlarmsAPIClient
}

type bucketPolicies interface {
	GetBucketPolicy(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront     cloudFront
	CloudWatch     cloudWatch
	BucketPolicies bucketPolicies
	Stacks         stacks
	Records        record.ReadWriter
	Bucket         string
	Now            func() time.Time
}

// Handle only reads, but for the evidence record: that is put to a key of this execution's own, so a second call replaces
// it by what is true then, and nothing has been touched yet.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Preflight, error) {
	doc := in.Document
	f, err := h.read(ctx, in)
	if err != nil {
		return release.Preflight{}, err
	}
	part := conclude(f, doc)
	if part.Wait {
		return part, nil
	}
	evidence := record.Evidence{
		Execution: doc.Execution, Plan: *doc.Plan, Preflight: &part,
		PrimaryETag: f.primary.etag, Primary: f.primary.config,
	}
	if doc.Workflow == release.Enroll || doc.Workflow == release.Maintenance {
		evidence.Policy = f.policy
	}
	if f.staging != nil {
		evidence.StagingETag, evidence.Staging = f.staging.etag, f.staging.config
	}
	var before record.Evidence
	err = record.Amend(ctx, h.Records, h.Bucket, part.Record, &before, func() error { before = evidence; return nil })
	if err != nil {
		return release.Preflight{}, err
	}
	return part, nil
}

// conclude is the part of the document that follows from the facts. A look that only has to wait for someone else's change
// says so; anything else that blocks is said at once, since waiting would not mend it.
func conclude(f facts, doc release.Document) release.Preflight {
	part := release.Preflight{
		Since: f.since, At: f.now,
		Primary:           f.primary.document(),
		PolicyID:          f.policyID,
		RequestsPerMinute: f.traffic.perMinute(), Past: f.traffic.past,
		Record:   record.Key(*doc.Plan, doc.Execution),
		Findings: decide(f),
		Content:  doc.Plan.Change.Kind == release.KindContent,
	}
	for i := range f.plan.Ramp {
		part.Estimates = append(part.Estimates, estimateOf(f, i).document())
	}
	if f.staging != nil {
		part.Staging = f.staging.document()
	}
	if f.policy != nil {
		part.MaximumTTL, part.Header, part.Weighted = stickiness(f.policy), live.HeaderOf(f.policy), live.WeightedOf(f.policy)
	}
	blockers := map[string]bool{}
	for _, finding := range part.Findings {
		if finding.Blocks() {
			blockers[finding.Name] = true
		}
	}
	part.Passed = len(blockers) == 0
	part.Wait = len(blockers) == 1 && blockers[release.InProgress] && f.now.Before(f.waitUntil())
	return part
}

func (s *side) document() release.Distribution {
	return release.Distribution{ID: s.id, Domain: s.domain, Fingerprint: distribution.Fingerprint(s.config)}
}
