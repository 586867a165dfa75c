package stepfunctions_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/stepfunctions"
)

const (
	machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:release"
	arn        = "arn:aws:states:us-east-1:123456789012:execution:release:"

	definition = `{"TimeoutSeconds":3600,"StartAt":"Check","States":{
		"Check":{"Type":"Task","Resource":"check","TimeoutSeconds":60,"ResultPath":"$.check","Next":"Wait"},
		"Wait":{"Type":"Wait","SecondsPath":"$.wait","Next":"Done"},
		"Done":{"Type":"Succeed"}}}`
)

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

// world is an engine whose only task fails while failure is set.
type world struct {
	t       *testing.T
	clock   *simtime.Clock
	engine  *asl.Engine
	machine *asl.Machine
	server  *stepfunctions.Server
	client  *sfn.Client
	failure *asl.Failure
}

func newWorld(t *testing.T) *world {
	t.Helper()
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	machine.ARN = machineARN
	w := &world{t: t, machine: machine, clock: simtime.New(time.Date(2026, 11, 23, 9, 0, 0, 250_000_000, time.UTC))}
	w.engine = &asl.Engine{Clock: w.clock, Invoke: func(asl.Call) asl.Result {
		return asl.Result{Output: json.RawMessage(`{"ok":true}`), Failure: w.failure, Took: time.Second}
	}}
	w.server = stepfunctions.New(w.engine, machine)
	w.client = sfn.New(sfn.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: inProcess{w.server}},
		Retryer:     aws.NopRetryer{},
	})
	return w
}

// start begins an execution that takes 61 seconds.
func (w *world) start(name string) string {
	w.t.Helper()
	out, err := w.client.StartExecution(w.t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: aws.String(machineARN), Name: aws.String(name), Input: aws.String(`{"wait":60}`),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.ExecutionArn
}

// failed starts an execution and lets it fail.
func (w *world) failed(name string) string {
	w.t.Helper()
	w.failure = &asl.Failure{Error: "Throttled", Cause: "why"}
	x := w.start(name)
	w.clock.Advance(time.Second)
	w.failure = nil
	return x
}

func (w *world) describe(x string) *sfn.DescribeExecutionOutput {
	w.t.Helper()
	out, err := w.client.DescribeExecution(w.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &x})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) redrive(x, token string) time.Time {
	w.t.Helper()
	out, err := w.client.RedriveExecution(w.t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &x, ClientToken: &token})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.RedriveDate
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != code || message != "" && api.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}
