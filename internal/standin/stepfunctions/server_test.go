package stepfunctions_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestWhatNoExecutionHasIsRefusedByEveryOperation(t *testing.T) {
	w := newWorld(t)
	operations := map[string]func(arn string) error{
		"DescribeExecution": func(arn string) error {
			_, err := w.client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			return err
		},
		"GetExecutionHistory": func(arn string) error {
			_, err := w.client.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn})
			return err
		},
		"StopExecution": func(arn string) error {
			_, err := w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn})
			return err
		},
		"RedriveExecution": func(arn string) error {
			_, err := w.client.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &arn})
			return err
		},
	}
	for name, call := range operations {
		t.Run(name, func(t *testing.T) {
			wantError(t, call(arn+"gone"), "ExecutionDoesNotExist", "Execution Does Not Exist: '"+arn+"gone'")
			wantError(t, call("gone"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: gone'")
			wantError(t, call(machineARN), "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: stateMachine'")
			wantError(t, call(arn+"a:b"), "InvalidArn", "Invalid Arn: '"+arn+"a:b'")
		})
	}
}

func TestWhatNoMachineHasIsRefused(t *testing.T) {
	w := newWorld(t)
	list := func(arn string) error {
		_, err := w.client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &arn})
		return err
	}
	wantError(t, list(machineARN+"2"), "StateMachineDoesNotExist", "State Machine Does Not Exist: '"+machineARN+"2'")
	wantError(t, list("gone"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: gone'")
	wantError(t, list(arn+"x"), "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: execution'")
}

func TestWhatIsNotImplementedAnswers501(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	wantError(t, err, "NotImplemented", "")
	_, err = w.client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{
		StateMachineArn: aws.String(machineARN), RedriveFilter: types.ExecutionRedriveFilterRedriven,
	})
	wantError(t, err, "NotImplemented", "")
	_, err = w.client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN)})
	wantError(t, err, "NotImplemented", "")
}

func TestRefuse(t *testing.T) {
	w := newWorld(t)
	x := w.start("x")
	for _, code := range []string{"ThrottlingException", "AccessDeniedException", "InternalServerError"} {
		w.server.Refuse(code)
		_, err := w.client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &x})
		wantError(t, err, code, "")
	}
	w.server.Refuse("")
	if got := w.describe(x); got.Status != types.ExecutionStatusRunning {
		t.Errorf("got %s after the refusal", got.Status)
	}
}

func FuzzNoRequestPanics(f *testing.F) {
	f.Add("DescribeExecution", `{"executionArn":"`+arn+`done","includedData":"METADATA_ONLY"}`)
	f.Add("DescribeExecution", `{"executionArn":1}`)
	f.Add("StartExecution", `{"stateMachineArn":"`+machineARN+`","name":"x","input":"{\"wait\":1}"}`)
	f.Add("GetExecutionHistory", `{"executionArn":"`+arn+`done","maxResults":1,"nextToken":"e30="}`)
	f.Add("ListExecutions", `{"stateMachineArn":"`+machineARN+`","statusFilter":"FAILED","maxResults":-1}`)
	f.Add("StopExecution", `{"executionArn":"`+arn+`done","error":"E"}`)
	f.Add("RedriveExecution", `{"executionArn":"`+arn+`done","clientToken":""}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		w := newWorld(t)
		w.failed("done")
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header["X-Amz-Target"] = []string{"AWSStepFunctions." + operation}
		out := httptest.NewRecorder()
		w.server.ServeHTTP(out, r)
		if out.Code != http.StatusOK && out.Code != http.StatusBadRequest && out.Code != http.StatusNotImplemented {
			t.Errorf("got status %d: %s", out.Code, out.Body)
		}
	})
}
