package stepfunctions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestAStartIsIdempotentWhileTheExecutionRuns(t *testing.T) {
	w := newWorld(t)
	begin := func(input *string) (*sfn.StartExecutionOutput, error) {
		return w.client.StartExecution(t.Context(), &sfn.StartExecutionInput{
			StateMachineArn: aws.String(machineARN), Name: aws.String("x"), Input: input,
		})
	}
	first, err := begin(aws.String(`{"wait":60}`))
	if err != nil || *first.ExecutionArn != arn+"x" || !first.StartDate.Equal(w.clock.Now()) {
		t.Fatalf("got %+v, %v", first, err)
	}
	w.clock.Advance(time.Second)
	if again, err := begin(aws.String(`{"wait":60}`)); err != nil || !again.StartDate.Equal(*first.StartDate) {
		t.Errorf("got %+v, %v the second time", again, err)
	}
	_, err = begin(nil)
	wantError(t, err, "ExecutionAlreadyExists", "Execution Already Exists: '"+arn+"x'")
	w.clock.Advance(time.Hour)
	_, err = begin(aws.String(`{"wait":60}`))
	wantError(t, err, "ExecutionAlreadyExists", "Execution Already Exists: '"+arn+"x'")
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct{ machine, execution, input, want string }{
		"an unknown machine":      {machineARN + "2", "x", `{}`, "StateMachineDoesNotExist"},
		"an execution's ARN":      {arn + "x", "x", `{}`, "InvalidArn"},
		"a name with a space":     {machineARN, "a b", `{}`, "InvalidName"},
		"input that is not JSON":  {machineARN, "x", `not`, "InvalidExecutionInput"},
		"an empty input":          {machineARN, "x", ``, "InvalidExecutionInput"},
		"input above the maximum": {machineARN, "x", `"` + strings.Repeat("x", 262_143) + `"`, "InvalidExecutionInput"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.client.StartExecution(t.Context(), &sfn.StartExecutionInput{
				StateMachineArn: &test.machine, Name: &test.execution, Input: &test.input,
			})
			wantError(t, err, test.want, "")
		})
	}
}

func TestDescribeARunningExecution(t *testing.T) {
	w := newWorld(t)
	got := w.describe(w.start("x"))
	if got.Status != types.ExecutionStatusRunning || !got.StartDate.Equal(w.clock.Now()) || got.StopDate != nil || got.Output != nil ||
		*got.Input != `{"wait":60}` || !got.InputDetails.Included || *got.Name != "x" || *got.StateMachineArn != machineARN {
		t.Errorf("got %+v", got)
	}
	if *got.RedriveCount != 0 || got.RedriveDate != nil || got.RedriveStatus != types.ExecutionRedriveStatusNotRedrivable ||
		*got.RedriveStatusReason != "Execution is RUNNING and cannot be redriven" {
		t.Errorf("got redrive %+v", got)
	}
}

func TestDescribeHowAnExecutionEnded(t *testing.T) {
	w := newWorld(t)
	done := w.start("done")
	w.clock.Advance(time.Hour)
	if got := w.describe(done); got.Status != types.ExecutionStatusSucceeded || *got.Output != `{"wait":60,"check":{"ok":true}}` ||
		!got.OutputDetails.Included || got.Error != nil || got.RedriveStatus != types.ExecutionRedriveStatusNotRedrivable ||
		*got.RedriveStatusReason != "Execution is SUCCEEDED and cannot be redriven" || got.StopDate.Sub(*got.StartDate) != 61*time.Second {
		t.Errorf("got %+v", got)
	}
	if got := w.describe(w.failed("failed")); got.Status != types.ExecutionStatusFailed || *got.Error != "Throttled" || *got.Cause != "why" ||
		got.Output != nil || got.OutputDetails != nil || !got.StopDate.Equal(w.clock.Now()) ||
		got.RedriveStatus != types.ExecutionRedriveStatusRedrivable || got.RedriveStatusReason != nil {
		t.Errorf("got %+v", got)
	}
	meta, err := w.client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{
		ExecutionArn: &done, IncludedData: types.IncludedDataMetadataOnly,
	})
	if err != nil || meta.Output != nil || meta.Input != nil || meta.Status != types.ExecutionStatusSucceeded {
		t.Errorf("got %+v with metadata only, %v", meta, err)
	}
	_, err = w.client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &done, IncludedData: "SOME"})
	wantError(t, err, "ValidationException", "")
}

func TestStopEndsARunningExecutionOnly(t *testing.T) {
	w := newWorld(t)
	x := w.start("x")
	stop := func(name, cause string) (*sfn.StopExecutionOutput, error) {
		return w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &x, Error: &name, Cause: &cause})
	}
	w.clock.Advance(10 * time.Second)
	first, err := stop("Manual", "enough")
	if err != nil || !first.StopDate.Equal(w.clock.Now()) {
		t.Fatalf("got %+v, %v", first, err)
	}
	w.clock.Advance(time.Second)
	again, err := stop("Again", "")
	if err != nil || !again.StopDate.Equal(*first.StopDate) {
		t.Errorf("got %+v, %v the second time", again, err)
	}
	if got := w.describe(x); got.Status != types.ExecutionStatusAborted || *got.Error != "Manual" || *got.Cause != "enough" {
		t.Errorf("got %+v", got)
	}
	_, err = stop(strings.Repeat("x", 257), "")
	wantError(t, err, "ValidationException", "1 validation error detected: Value '"+strings.Repeat("x", 257)+
		"' at 'error' failed to satisfy constraint: Member must have length less than or equal to 256")
	_, err = stop("", strings.Repeat("x", 32_769))
	wantError(t, err, "ValidationException", "")
}

func TestRedrive(t *testing.T) {
	w := newWorld(t)
	x := w.failed("x")
	w.clock.Advance(time.Hour)
	if at := w.redrive(x, "a"); !at.Equal(w.clock.Now()) {
		t.Errorf("got redrive date %v", at)
	}
	got := w.describe(x)
	if got.Status != types.ExecutionStatusRunning || *got.RedriveCount != 1 || !got.RedriveDate.Equal(w.clock.Now()) || got.StopDate != nil ||
		got.Error != nil || *got.RedriveStatusReason != "Execution is RUNNING and cannot be redriven" {
		t.Errorf("got %+v while the redrive runs", got)
	}
	w.clock.Advance(time.Hour)
	if got := w.describe(x); got.Status != types.ExecutionStatusSucceeded || *got.RedriveCount != 1 {
		t.Errorf("got %+v", got)
	}
	_, err := w.client.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &x})
	wantError(t, err, "ExecutionNotRedrivable", "Execution "+x+" invalid for redrive as: Execution is SUCCEEDED and cannot be redriven")
}

// Recorded from AWS: the token is looked up before the status, and a refused request does not use its token up.
func TestARedriveIsIdempotentByItsClientToken(t *testing.T) {
	w := newWorld(t)
	x := w.failed("x")
	first := w.redrive(x, "a")
	if again := w.redrive(x, "a"); !again.Equal(first) {
		t.Errorf("got %v while it runs, want %v", again, first)
	}
	_, err := w.client.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &x, ClientToken: aws.String("b")})
	wantError(t, err, "ExecutionNotRedrivable", "")
	if _, err := w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &x}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(tokenAge)
	if again := w.redrive(x, "a"); !again.Equal(first) || *w.describe(x).RedriveCount != 1 {
		t.Errorf("got %v after it was stopped, want %v", again, first)
	}
	if second := w.redrive(x, "b"); second.Equal(first) || *w.describe(x).RedriveCount != 2 {
		t.Errorf("got %v for a token that was refused before", second)
	}
	if _, err := w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &x}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	if third := w.redrive(x, "a"); third.Equal(first) || *w.describe(x).RedriveCount != 3 {
		t.Errorf("got %v for a token that has expired", third)
	}
}

// tokenAge is a minute less than the validity of a client token.
const tokenAge = 14*time.Minute + time.Second

func TestAnEndIsSeenLate(t *testing.T) {
	w := newWorld(t)
	w.server.Lag = 30 * time.Second
	x := w.failed("x")
	w.clock.Advance(30*time.Second - 1)
	got := w.describe(x)
	if got.Status != types.ExecutionStatusRunning || got.StopDate != nil || got.Error != nil ||
		got.RedriveStatus != types.ExecutionRedriveStatusNotRedrivable {
		t.Errorf("got %+v before the lag is over", got)
	}
	if listed := w.list(t, types.ExecutionStatusFailed); listed != "" {
		t.Errorf("got %s in the list of failed ones before the lag is over", listed)
	}
	w.clock.Advance(1)
	if got := w.describe(x); got.Status != types.ExecutionStatusFailed || *got.Error != "Throttled" {
		t.Errorf("got %+v when the lag is over", got)
	}
}
