package stepfunctions_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/standin/stepfunctions"
)

const arn = "arn:aws:states:us-east-1:123456789012:execution:release:"

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 250_000_000, time.UTC) }

func world() (*stepfunctions.Server, *sfn.Client) {
	server := stepfunctions.New(func(asked string) (stepfunctions.Execution, bool) {
		e, ok := map[string]stepfunctions.Execution{
			arn + "running": {Status: "RUNNING", StartDate: start(), Input: "{}"},
			arn + "failed": {
				Status: "FAILED", StartDate: start(), StopDate: start().Add(time.Minute), Input: "{}",
				Error: "RolledBack", Cause: "why", RedriveStatus: "REDRIVABLE", RedriveCount: 1,
			},
			arn + "done": {Status: "SUCCEEDED", StartDate: start(), StopDate: start(), Input: "{}", Output: "[]"},
		}[asked]
		return e, ok
	})
	return server, sfn.New(sfn.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: inProcess{server}},
		Retryer:     aws.NopRetryer{},
	})
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

func TestDescribeExecution(t *testing.T) {
	_, c := world()
	get := func(name string, data types.IncludedData) *sfn.DescribeExecutionOutput {
		out, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{
			ExecutionArn: aws.String(arn + name), IncludedData: data,
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	running := get("running", "")
	if running.Status != types.ExecutionStatusRunning || !running.StartDate.Equal(start()) || running.StopDate != nil ||
		running.Output != nil || *running.Input != "{}" || *running.Name != "running" ||
		*running.StateMachineArn != "arn:aws:states:us-east-1:123456789012:stateMachine:release" {
		t.Errorf("got %+v", running)
	}
	failed := get("failed", "")
	if failed.Status != types.ExecutionStatusFailed || !failed.StopDate.Equal(start().Add(time.Minute)) ||
		*failed.Error != "RolledBack" || *failed.Cause != "why" || aws.ToInt32(failed.RedriveCount) != 1 ||
		failed.RedriveStatus != types.ExecutionRedriveStatusRedrivable {
		t.Errorf("got %+v", failed)
	}
	if done := get("done", ""); *done.Output != "[]" || done.Error != nil {
		t.Errorf("got %+v", done)
	}
	if meta := get("done", types.IncludedDataMetadataOnly); meta.Output != nil || meta.Input != nil {
		t.Errorf("got %+v with metadata only", meta)
	}
}

func TestErrors(t *testing.T) {
	server, c := world()
	get := func(arn string) error {
		_, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(arn)})
		return err
	}
	wantCode(t, get(arn+"gone"), "ExecutionDoesNotExist")
	wantCode(t, get("arn:aws:states:us-east-1:123456789012:stateMachine:release"), "InvalidArn")
	_, err := c.ListExecutions(t.Context(), &sfn.ListExecutionsInput{})
	wantCode(t, err, "NotImplemented")
	for _, code := range []string{"ThrottlingException", "AccessDeniedException", "InternalServerError"} {
		server.Refuse(code)
		wantCode(t, get(arn+"running"), code)
	}
	server.Refuse("")
	if err := get(arn + "running"); err != nil {
		t.Errorf("got %v after the refusal", err)
	}
}

func FuzzNoRequestPanics(f *testing.F) {
	f.Add(`{"executionArn":"` + arn + `done","includedData":"METADATA_ONLY"}`)
	f.Add(`{"executionArn":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSStepFunctions.DescribeExecution")
		w := httptest.NewRecorder()
		server, _ := world()
		server.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("got status %d: %s", w.Code, w.Body)
		}
	})
}
