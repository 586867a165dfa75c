package main_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	operate "cloudfront-cd/infra/operate"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// stacks is CloudFormation with the one stack.
type stacks struct {
	outputs map[string]string
	err     error
}

func (s stacks) DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	var stack cftypes.Stack
	for key, value := range s.outputs {
		stack.Outputs = append(stack.Outputs, cftypes.Output{OutputKey: &key, OutputValue: &value})
	}
	return &cloudformation.DescribeStacksOutput{Stacks: []cftypes.Stack{stack}}, s.err
}

// account is a world with the stack deployed in it, and an operator in front of it.
type account struct {
	*world.World

	t        *testing.T
	stacks   stacks
	terminal bool
	// asleep is called whenever the tool waits, before simulated time goes on.
	asleep func()
}

// deployed is the world of a scenario, in which nothing has been started yet.
func deployed(t *testing.T, name string) *account {
	t.Helper()
	s, found := scenario.Find(name)
	if !found {
		t.Fatalf("there is no scenario %s", name)
	}
	w, err := s.World(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &account{World: w, t: t, asleep: func() {}, stacks: stacks{outputs: map[string]string{
		"ReleaseStateMachineArn": w.Machines[release.Release].ARN,
		"RecoverStateMachineArn": w.Machines[release.Recover].ARN,
		"RecordBucketName":       world.Bucket,

		"EnrollStateMachineArn": w.Machines[release.Enroll].ARN, "MaintenanceStateMachineArn": w.Machines[release.Maintenance].ARN,
		"RetireStateMachineArn": w.Machines[release.Retire].ARN, "CleanupStateMachineArn": w.Machines[release.Cleanup].ARN,
	}}}
}

// ran is one call of the command.
type ran struct {
	code      int
	out, errs string
}

// run calls the command; while it waits the world goes on.
func (a *account) run(args ...string) ran {
	a.t.Helper()
	ctx, interrupt := context.WithCancel(a.t.Context())
	defer interrupt()
	return a.runUnder(ctx, args...)
}

func (a *account) runUnder(ctx context.Context, args ...string) ran {
	a.t.Helper()
	var out, errs bytes.Buffer
	config := a.SDK()
	code := operate.Run(ctx, args, operate.Environment{
		Out:    &watch.Screen{Out: &out, Terminal: a.terminal},
		Errors: &watch.Screen{Out: &errs},
		Now:    a.Clock.Now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			a.asleep()
			a.Clock.Advance(d)
			return ctx.Err()
		},
		Connect: func(context.Context) (operate.Services, error) {
			return operate.Services{
				Stacks: a.stacks, Executions: sfn.NewFromConfig(config), Pairs: cloudfront.NewFromConfig(config),
				Records: s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
			}, nil
		},
	})
	return ran{code, out.String(), errs.String()}
}

// started is a release that was started by somebody else so long ago.
func (a *account) started(name string, ago time.Duration) {
	a.t.Helper()
	if _, err := a.Start(name, examples.Request); err != nil {
		a.t.Fatal(err)
	}
	a.Clock.Advance(ago)
}

const requestFile = "../../examples/request.json"

// start is the command start with the example's request.
func (a *account) start(name string) ran {
	a.t.Helper()
	return a.run("start", "--request", requestFile, "--name", name)
}

func (r ran) wantCode(t *testing.T, want int) {
	t.Helper()
	if r.code != want {
		t.Errorf("got exit code %d, want %d\n%s%s", r.code, want, r.out, r.errs)
	}
}

func wantContains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(unbroken(text), unbroken(want)) {
			t.Errorf("got\n%s\nwant it to contain %q", text, want)
		}
	}
}

func wantNone(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, u := range unwanted {
		if strings.Contains(unbroken(text), unbroken(u)) {
			t.Errorf("got\n%s\nwant no %q in it", text, u)
		}
	}
}

// unbroken is a text without its line breaks, which depend on where the screen is full.
func unbroken(text string) string { return strings.Join(strings.Fields(text), " ") }

// write puts a file into a directory of the test and returns its name.
func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// executions are the names of all that were started of a workflow.
func (a *account) executions(workflow string) []string {
	var names []string
	for _, x := range a.Engine.Executions() {
		if x.Machine() == a.Machines[workflow] {
			names = append(names, x.Name())
		}
	}
	return names
}

// apiError is what a service answers.
type apiError struct{ code, message string }

func (e *apiError) Error() string                 { return "api error " + e.code + ": " + e.message }
func (e *apiError) ErrorCode() string             { return e.code }
func (e *apiError) ErrorMessage() string          { return e.message }
func (e *apiError) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

// refusing answers an operation of Step Functions with AccessDeniedException.
func refusing(operation, message string) func(transport.Call) transport.Outcome {
	return func(c transport.Call) transport.Outcome {
		if c.Operation != operation {
			return transport.Outcome{}
		}
		return transport.Outcome{Kind: transport.Refuse, Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: message}
	}
}

// onStop does something right before an execution is stopped.
func onStop(do func()) func(transport.Call) transport.Outcome {
	return transport.Nth("SFN", "StopExecution", 1, transport.Outcome{Before: do})
}
