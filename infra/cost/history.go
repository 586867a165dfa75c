package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// give is how to get a history that can be priced.
const give = "give the whole of what aws stepfunctions get-execution-history --execution-arn … --output json prints"

// history is the answer of GetExecutionHistory as the AWS CLI prints it, as far as it matters to the price.
type history struct {
	Events []event `json:"events"`
	// NextToken is there when the answer is not the whole history. The CLI writes it as nextToken or, with --max-items, as
	// NextToken; encoding/json takes both.
	NextToken string `json:"nextToken"`
}

// event is one entry of the history (github.com/aws/aws-sdk-go-v2/service/sfn/types, HistoryEvent).
type event struct {
	Timestamp timestamp `json:"timestamp"`
	Type      string    `json:"type"`
	ID        int64     `json:"id"`
	Previous  int64     `json:"previousEventId"`

	Started *struct {
		Input string `json:"input"`
	} `json:"executionStartedEventDetails"`
	Entered *struct {
		Name string `json:"name"`
	} `json:"stateEnteredEventDetails"`
	Scheduled *struct {
		Resource string `json:"resource"`
	} `json:"lambdaFunctionScheduledEventDetails"`

	// size is the event's length as compact JSON, in bytes.
	size int
}

// The types of events that the price depends on.
const (
	executionStarted  = "ExecutionStarted"
	executionRedriven = "ExecutionRedriven"
	scheduled         = "LambdaFunctionScheduled"
	lambdaStarted     = "LambdaFunctionStarted"
	lambdaTimedOut    = "LambdaFunctionTimedOut"
	waitEntered       = "WaitStateEntered"
)

// over has the types with which an execution ends.
func over() []string {
	return []string{"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
}

// UnmarshalJSON implements json.Unmarshaler; it measures the event on the way.
func (e *event) UnmarshalJSON(data []byte) error {
	type plain event
	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return err
	}
	e.size = compact.Len()
	return nil
}

// timestamp is a text in version 2 of the AWS CLI (2026-11-23T09:00:00.199000+00:00), and in version 1 a number of seconds
// (https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html, timestamps in ISO 8601).
type timestamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *timestamp) UnmarshalJSON(data []byte) error {
	if seconds, err := strconv.ParseFloat(string(data), 64); err == nil {
		t.Time = time.UnixMilli(int64(seconds*1000 + 0.5)).UTC()
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("timestamp %s: %w", data, err)
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("timestamp %w", err)
	}
	t.Time = at.UTC()
	return nil
}

// parse reads a history and counts what it shows. A history that is not whole, or whose execution has not ended, would
// have a price that is too low, so it is refused.
func parse(data []byte) (execution, error) {
	var h history
	err := json.Unmarshal(data, &h)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
		return execution{}, fmt.Errorf("not JSON: line %d: %w: %s", line, syntax, give)
	}
	if err != nil {
		return execution{}, fmt.Errorf("not an execution history: %w: %s", err, give)
	}
	if err := h.check(); err != nil {
		return execution{}, err
	}
	return count(h.Events), nil
}

// check puts the events in order and refuses what cannot be priced.
func (h *history) check() error {
	if len(h.Events) == 0 {
		return fmt.Errorf("not an execution history: it has no events: %s", give)
	}
	if h.NextToken != "" {
		return fmt.Errorf("only a part of the history: it has a nextToken after %d events: %s, without --max-items and --no-paginate", len(h.Events), give)
	}
	// --reverse-order prints the last event first.
	slices.SortStableFunc(h.Events, func(a, b event) int { return int(a.ID - b.ID) })
	for i, e := range h.Events {
		if e.ID != int64(i+1) {
			return fmt.Errorf("only a part of the history: event %d is missing or there twice: %s", i+1, give)
		}
		if e.Timestamp.IsZero() {
			return fmt.Errorf("not an execution history: event %d has no timestamp: %s", e.ID, give)
		}
	}
	if first := h.Events[0].Type; first != executionStarted {
		return fmt.Errorf("not an execution history: it begins with %q, not with %s: %s", first, executionStarted, give)
	}
	if last := h.Events[len(h.Events)-1]; !slices.Contains(over(), last.Type) {
		return fmt.Errorf("the execution was still running: its last event is %s of %s: get the history again when it has ended",
			last.Type, last.Timestamp.Format(time.RFC3339))
	}
	return nil
}
