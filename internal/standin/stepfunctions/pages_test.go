package stepfunctions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/asl"
)

// wholeHistory reads all pages.
func (w *world) wholeHistory(in sfn.GetExecutionHistoryInput) (events []types.HistoryEvent, pages int) {
	w.t.Helper()
	for p := sfn.NewGetExecutionHistoryPaginator(w.client, &in); p.HasMorePages(); pages++ {
		out, err := p.NextPage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		events = append(events, out.Events...)
	}
	return events, pages
}

func ids(events []types.HistoryEvent) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%d ", e.Id)
	}
	return strings.TrimSpace(b.String())
}

func TestTheHistoryIsTheOneThatTheInterpreterWrote(t *testing.T) {
	w := newWorld(t)
	x := w.failed("x")
	w.clock.Advance(time.Hour)
	w.redrive(x, "a")
	w.clock.Advance(time.Hour)
	events, _ := w.wholeHistory(sfn.GetExecutionHistoryInput{ExecutionArn: &x})
	execution, _ := w.engine.Execution(x)
	want := execution.History()
	if len(events) != len(want) || len(want) != 16 {
		t.Fatalf("got %d events, want %d and 16", len(events), len(want))
	}
	for i, e := range events {
		if e.Id != want[i].ID || e.PreviousEventId != want[i].PreviousEventID || string(e.Type) != want[i].Type ||
			!e.Timestamp.Equal(want[i].Timestamp) {
			t.Errorf("got %+v, want %+v", e, want[i])
		}
	}
	if d := events[0].ExecutionStartedEventDetails; *d.Input != `{"wait":60}` || d.InputDetails.Truncated {
		t.Errorf("got %+v", d)
	}
	if d := events[1].StateEnteredEventDetails; *d.Name != "Check" || *d.Input != `{"wait":60}` {
		t.Errorf("got %+v", d)
	}
	if d := events[2].LambdaFunctionScheduledEventDetails; *d.Resource != "check" || *d.TimeoutInSeconds != 60 {
		t.Errorf("got %+v", d)
	}
	if d := events[4].LambdaFunctionFailedEventDetails; *d.Error != "Throttled" || *d.Cause != "why" {
		t.Errorf("got %+v", d)
	}
	if d := events[6].ExecutionRedrivenEventDetails; *d.RedriveCount != 1 {
		t.Errorf("got %+v", d)
	}
	if d := events[10].StateExitedEventDetails; *d.Name != "Check" || *d.Output != `{"wait":60,"check":{"ok":true}}` {
		t.Errorf("got %+v", d)
	}
}

func TestTheHistoryComesInPages(t *testing.T) {
	w := newWorld(t)
	x := w.failed("x")
	for name, test := range map[string]struct {
		in    sfn.GetExecutionHistoryInput
		ids   string
		pages int
	}{
		"the oldest first":         {sfn.GetExecutionHistoryInput{}, "1 2 3 4 5 6", 1},
		"the latest first":         {sfn.GetExecutionHistoryInput{ReverseOrder: true}, "6 5 4 3 2 1", 1},
		"by fours":                 {sfn.GetExecutionHistoryInput{MaxResults: 4}, "1 2 3 4 5 6", 2},
		"by fours, latest first":   {sfn.GetExecutionHistoryInput{MaxResults: 4, ReverseOrder: true}, "6 5 4 3 2 1", 2},
		"in pages that just fit":   {sfn.GetExecutionHistoryInput{MaxResults: 3}, "1 2 3 4 5 6", 2},
		"in the largest page":      {sfn.GetExecutionHistoryInput{MaxResults: 1000}, "1 2 3 4 5 6", 1},
		"one by one, latest first": {sfn.GetExecutionHistoryInput{MaxResults: 1, ReverseOrder: true}, "6 5 4 3 2 1", 6},
	} {
		t.Run(name, func(t *testing.T) {
			test.in.ExecutionArn = &x
			events, pages := w.wholeHistory(test.in)
			if ids(events) != test.ids || pages != test.pages {
				t.Errorf("got %s in %d pages, want %s in %d", ids(events), pages, test.ids, test.pages)
			}
		})
	}
}

func TestPagesDoNotShiftWhileTheHistoryGrows(t *testing.T) {
	w := newWorld(t)
	x := w.start("x")
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: &x, MaxResults: 1, ReverseOrder: true}
	w.clock.Advance(0)
	first, err := w.client.GetExecutionHistory(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	in.NextToken = first.NextToken
	second, err := w.client.GetExecutionHistory(t.Context(), in)
	if err != nil || first.Events[0].Id != 4 || second.Events[0].Id != 3 {
		t.Errorf("got %s, then %s, %v", ids(first.Events), ids(second.Events), err)
	}
}

func TestTheHistoryWithoutData(t *testing.T) {
	w := newWorld(t)
	x := w.start("x")
	w.clock.Advance(time.Hour)
	failed := w.failed("failed")
	in := sfn.GetExecutionHistoryInput{ExecutionArn: &x, IncludeExecutionData: aws.Bool(false)}
	events, _ := w.wholeHistory(in)
	text, err := json.Marshal(events)
	if err != nil || strings.Contains(string(text), "wait") || strings.Contains(string(text), `"Truncated"`) {
		t.Errorf("got %s, %v", text, err)
	}
	if d := events[1].StateEnteredEventDetails; *d.Name != "Check" || d.Input != nil || d.InputDetails != nil {
		t.Errorf("got %+v", d)
	}
	if d := events[len(events)-1].ExecutionSucceededEventDetails; d == nil || d.Output != nil {
		t.Errorf("got %+v", d)
	}
	in.ExecutionArn = &failed
	events, _ = w.wholeHistory(in)
	if d := events[len(events)-1].ExecutionFailedEventDetails; *d.Error != "Throttled" || *d.Cause != "why" {
		t.Errorf("got %+v", d)
	}
}

func TestWhichTokensAndPageSizesAreInvalid(t *testing.T) {
	w := newWorld(t)
	x := w.failed("x")
	call := func(in sfn.GetExecutionHistoryInput) error {
		in.ExecutionArn = &x
		_, err := w.client.GetExecutionHistory(t.Context(), &in)
		return err
	}
	out, err := w.client.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &x, MaxResults: 2})
	if err != nil {
		t.Fatal(err)
	}
	const message = "Invalid Token: 'Invalid token'"
	wantError(t, call(sfn.GetExecutionHistoryInput{NextToken: aws.String("token")}), "InvalidToken", message)
	wantError(t, call(sfn.GetExecutionHistoryInput{NextToken: out.NextToken, MaxResults: 3}), "InvalidToken", message)
	w.clock.Advance(24*time.Hour - 1)
	if err := call(sfn.GetExecutionHistoryInput{NextToken: out.NextToken, MaxResults: 2}); err != nil {
		t.Errorf("got %v just before the token expires", err)
	}
	w.clock.Advance(1)
	wantError(t, call(sfn.GetExecutionHistoryInput{NextToken: out.NextToken, MaxResults: 2}), "InvalidToken", message)
	wantError(t, call(sfn.GetExecutionHistoryInput{MaxResults: 1001}), "ValidationException",
		"1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000")
	wantError(t, call(sfn.GetExecutionHistoryInput{MaxResults: -1}), "ValidationException", "")
}

// list is the names of the executions of a status, in pages of two.
func (w *world) list(t *testing.T, status types.ExecutionStatus) string {
	t.Helper()
	var names []string
	in := &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: status, MaxResults: 2}
	for p := sfn.NewListExecutionsPaginator(w.client, in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out.Executions {
			names = append(names, *x.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestTheListHasTheLatestExecutionFirst(t *testing.T) {
	w := newWorld(t)
	other, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.Start(other, "another machine's", json.RawMessage(`{}`)); err == nil {
		t.Fatal("a name with a space was accepted")
	}
	if _, err := w.engine.Start(other, "elsewhere", json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		_ = w.failed(name)
	}
	running := w.start("e")
	w.redrive(arn+"b", "token")
	for status, want := range map[types.ExecutionStatus]string{
		"": "e d c b a", types.ExecutionStatusFailed: "d c a", types.ExecutionStatusRunning: "e b", types.ExecutionStatusTimedOut: "",
	} {
		if got := w.list(t, status); got != want {
			t.Errorf("got %s of status %q, want %s", got, status, want)
		}
	}
	out, err := w.client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), MaxResults: 4})
	if err != nil {
		t.Fatal(err)
	}
	first, redriven := out.Executions[0], out.Executions[3]
	if *first.ExecutionArn != running || first.StopDate != nil || *first.StateMachineArn != machineARN || *first.RedriveCount != 0 ||
		*redriven.RedriveCount != 1 || !redriven.RedriveDate.Equal(w.clock.Now()) {
		t.Errorf("got %+v and %+v", first, redriven)
	}
}

func TestWhichStatusFiltersAreInvalid(t *testing.T) {
	w := newWorld(t)
	for status, want := range map[types.ExecutionStatus]string{
		"succeeded": "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
		types.ExecutionStatusPendingRedrive: "",
	} {
		_, err := w.client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: status})
		wantError(t, err, "ValidationException", want)
	}
}
