package findorphans_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/findorphans"
	"cloudfront-cd/lambdas/lookaround"
)

// executions are how executions ended, by ARN; one that is not here does not exist.
type executions map[string]sfn.DescribeExecutionOutput

func (e executions) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	out, ok := e[*in.ExecutionArn]
	if !ok {
		return nil, &smithy.GenericAPIError{Code: "ExecutionDoesNotExist", Message: "Execution Does Not Exist"}
	}
	return &out, nil
}

// account is the account of pairtest, in which nobody works, with CloudFormation.
type account struct {
	*pairtest.World

	stacks     *cloudformation.Server
	executions executions
}

func newAccount(t *testing.T) *account {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
	w.Document = release.Document{Workflow: release.Cleanup, Plan: &release.Plan{
		Apply: true, MinimumAge: release.Duration(24 * time.Hour), DeployedWithin: release.Duration(time.Hour),
	}}
	return &account{World: w, stacks: cloudformation.New(w.Clock), executions: executions{}}
}

// own gives resources a stack.
func (a *account) own(status string, physical ...string) {
	stack := cloudformation.Stack{Name: "of-" + physical[0], Status: status}
	if status == "DELETE_COMPLETE" {
		stack.Deleted = a.Clock.Now()
	}
	for _, id := range physical {
		stack.Resources = append(stack.Resources, cloudformation.Resource{Logical: "R" + id, Physical: id, Status: "CREATE_COMPLETE"})
	}
	a.stacks.Put(stack)
}

// hold gives the primary's lock to another execution, which is in a status, or has ended so now.
func (a *account) hold(status types.ExecutionStatus, evidence record.Evidence) {
	now := a.Clock.Now()
	holder := record.Holder{Execution: pairtest.Other, Name: "other", StartTime: now, At: now}
	out := sfn.DescribeExecutionOutput{Status: status}
	if status != types.ExecutionStatusRunning {
		out.StopDate = &now
	}
	a.executions[pairtest.Other] = out
	a.HeldBy(holder)
	a.Store(record.KeyOf(pairtest.Primary, holder), evidence)
}

// detach takes the policy off its primary.
func (a *account) detach() { a.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "") }

// addStaging adds a staging distribution that no policy names.
func (a *account) addStaging(t *testing.T, id string) {
	t.Helper()
	config, _ := a.CloudFront.Live(pairtest.Staging)
	tree := config.Tree().Clone()
	tree.Set("CallerReference", "")
	_, err := a.CloudFront.AddDistribution(id, tree)
	a.Must(err)
}

// look looks around in the whole account, two days later.
func (a *account) look(t *testing.T) {
	t.Helper()
	a.Clock.Advance(48 * time.Hour)
	a.lookNow(t)
}

func (a *account) lookNow(t *testing.T) {
	t.Helper()
	a.Document.Execution = release.Execution{ARN: pairtest.Me, Name: "mine", StartTime: a.Clock.Now()}
	h := lookaround.Handler{CloudFront: a.API, Records: a.Records, Bucket: pairtest.Bucket, Now: a.Clock.Now}
	for a.Document.Look == nil || a.Document.Look.More {
		look, err := h.Handle(t.Context(), a.Input(""))
		a.Must(err)
		a.Document.Look = &look
	}
}

// judge is one call of the handler.
func (a *account) judge(t *testing.T) (release.Orphans, error) {
	t.Helper()
	hosts := map[string]http.Handler{"cloudformation.us-east-1.amazonaws.com": a.stacks}
	h := findorphans.Handler{
		CloudFront: a.API, Stacks: cfn.NewFromConfig(transport.Config(&transport.Transport{Hosts: hosts, Now: a.Clock.Now})),
		Executions: a.executions, Records: a.Records, Bucket: pairtest.Bucket, Now: a.Clock.Now,
	}
	return h.Handle(t.Context(), a.Input(""))
}

// judged calls the handler until everything is judged, and says what is in the record then.
func (a *account) judged(t *testing.T) record.Cleanup {
	t.Helper()
	for a.Document.Orphans == nil || a.Document.Orphans.More {
		part, err := a.judge(t)
		a.Must(err)
		a.Document.Orphans = &part
	}
	return a.record()
}

func (a *account) record() record.Cleanup {
	var seen record.Cleanup
	a.Load(a.Document.Look.Record, &seen)
	return seen
}
