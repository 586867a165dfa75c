package pairtest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Lone is a world whose primary has neither a policy nor a staging distribution; the document is that of an enroll which has
// passed Preflight.
func Lone(tb testing.TB) *World {
	tb.Helper()
	w := New(tb, Preflighted)
	w.DeletePolicy()
	w.Edit(Staging, "Enabled", "false")
	w.Settle()
	_, err := w.aside.DeleteDistribution(tb.Context(), &cf.DeleteDistributionInput{Id: aws.String(Staging), IfMatch: aws.String(w.Read(Staging).ETag)})
	w.Must(err)
	w.plan(release.Enroll, `{"primary": "`+Primary+`", "weight": 0.1}`)
	found := w.Document.Preflight
	found.PolicyID, found.Staging = "", release.Distribution{}
	w.Store(found.Record, record.Evidence{Execution: w.Document.Execution, Plan: *w.Document.Plan, Preflight: found})
	return w
}

// Paired is a world whose pair was there already; the document is that of an enroll which has passed Preflight.
func Paired(tb testing.TB) *World {
	tb.Helper()
	w := New(tb, Preflighted)
	w.plan(release.Enroll, `{"primary": "`+Primary+`"}`)
	staging := w.Document.Preflight.Staging
	w.Document.Copy = &release.Copy{ID: staging.ID, Domain: staging.Domain}
	w.Document.Policy = &release.Policy{ID: Policy}
	return w
}

// Maintained is a world whose pair is to be taken apart for a while; the document is that of a maintenance which has passed
// Preflight.
func Maintained(tb testing.TB) *World {
	tb.Helper()
	w := New(tb, Preflighted)
	w.plan(release.Maintenance, `{"primary": "`+Primary+`", "minutes": 30}`)
	return w
}

// Found is a world whose pair is to be taken apart: its parts were found.
func Found(tb testing.TB) *World {
	tb.Helper()
	w := New(tb, Locked)
	w.Document.Parts = &release.Parts{Primary: Primary, PolicyID: Policy, Staging: Staging}
	return w
}

// DeletePolicy is somebody else who takes the policy off the primary and deletes it.
func (w *World) DeletePolicy() {
	w.tb.Helper()
	w.Edit(Primary, "ContinuousDeploymentPolicyId", "")
	w.Settle()
	policy, err := w.aside.GetContinuousDeploymentPolicy(w.tb.Context(), &cf.GetContinuousDeploymentPolicyInput{Id: aws.String(Policy)})
	w.Must(err)
	_, err = w.aside.DeleteContinuousDeploymentPolicy(w.tb.Context(), &cf.DeleteContinuousDeploymentPolicyInput{Id: aws.String(Policy), IfMatch: policy.ETag})
	w.Must(err)
	w.Settle()
}

// AttachAnother is somebody else who gives the primary another staging distribution, by another policy, whose id it returns.
func (w *World) AttachAnother() string {
	w.tb.Helper()
	copied, err := w.aside.CopyDistribution(w.tb.Context(), &cf.CopyDistributionInput{
		PrimaryDistributionId: aws.String(Primary), IfMatch: aws.String(w.Read(Primary).ETag), Staging: aws.Bool(true), Enabled: aws.Bool(true),
		CallerReference: aws.String("theirs"),
	})
	w.Must(err)
	made, err := w.aside.CreateContinuousDeploymentPolicy(w.tb.Context(), &cf.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{
			Enabled:                     aws.Bool(false),
			StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{*copied.Distribution.DomainName}},
			TrafficConfig:               live.ByWeight(release.Weighted{Weight: 0.1}),
		},
	})
	w.Must(err)
	w.Settle()
	id := *made.ContinuousDeploymentPolicy.Id
	w.Edit(Primary, "ContinuousDeploymentPolicyId", id)
	w.Settle()
	return id
}

// plan makes the document that of another workflow.
func (w *World) plan(workflow, request string) {
	w.tb.Helper()
	plan, err := release.Parse(workflow, []byte(request))
	w.Must(err)
	w.Document.Workflow, w.Document.Request, w.Document.Plan = workflow, []byte(request), &plan
}
