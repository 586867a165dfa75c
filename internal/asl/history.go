package asl

import (
	"bytes"
	"encoding/json"
	"time"
)

// History is an execution's events as `aws stepfunctions get-execution-history` prints them.
type History struct {
	Events []Event `json:"events"`
}

// Event is one entry of an execution's history. Types, members and JSON names are those of Step Functions' GetExecutionHistory
// (github.com/aws/aws-sdk-go-v2/service/sfn/types, HistoryEvent). The order of events and what previousEventId points at
// follow histories recorded from AWS in localstack's snapshot tests (tests/aws/services/stepfunctions/v2).
type Event struct {
	Timestamp       time.Time `json:"timestamp"`
	Type            string    `json:"type"`
	ID              int64     `json:"id"`
	PreviousEventID int64     `json:"previousEventId"`

	ExecutionStarted        *ExecutionStarted `json:"executionStartedEventDetails,omitempty"`
	ExecutionSucceeded      *Output           `json:"executionSucceededEventDetails,omitempty"`
	ExecutionFailed         *ErrorDetails     `json:"executionFailedEventDetails,omitempty"`
	ExecutionAborted        *ErrorDetails     `json:"executionAbortedEventDetails,omitempty"`
	ExecutionTimedOut       *ErrorDetails     `json:"executionTimedOutEventDetails,omitempty"`
	ExecutionRedriven       *Redriven         `json:"executionRedrivenEventDetails,omitempty"`
	StateEntered            *StateEntered     `json:"stateEnteredEventDetails,omitempty"`
	StateExited             *StateExited      `json:"stateExitedEventDetails,omitempty"`
	LambdaFunctionScheduled *LambdaScheduled  `json:"lambdaFunctionScheduledEventDetails,omitempty"`
	LambdaFunctionSucceeded *Output           `json:"lambdaFunctionSucceededEventDetails,omitempty"`
	LambdaFunctionFailed    *ErrorDetails     `json:"lambdaFunctionFailedEventDetails,omitempty"`
	LambdaFunctionTimedOut  *ErrorDetails     `json:"lambdaFunctionTimedOutEventDetails,omitempty"`
	MapStateStarted         *MapStateStarted  `json:"mapStateStartedEventDetails,omitempty"`
	MapIterationStarted     *MapIteration     `json:"mapIterationStartedEventDetails,omitempty"`
	MapIterationSucceeded   *MapIteration     `json:"mapIterationSucceededEventDetails,omitempty"`
	MapIterationFailed      *MapIteration     `json:"mapIterationFailedEventDetails,omitempty"`
	MapIterationAborted     *MapIteration     `json:"mapIterationAbortedEventDetails,omitempty"`
}

// DataDetails accompanies every input and output; the API never truncates.
type DataDetails struct {
	Truncated bool `json:"truncated"`
	absent    bool
}

// IsZero says that the details are left out, because the data is (see Event.WithoutData).
func (d DataDetails) IsZero() bool { return d.absent }

// ExecutionStarted is the detail of the first event.
type ExecutionStarted struct {
	Input        string      `json:"input,omitempty"`
	InputDetails DataDetails `json:"inputDetails,omitzero"`
	RoleARN      string      `json:"roleArn"`
}

// Output is the detail of an event that carries an output.
type Output struct {
	Output        string      `json:"output,omitempty"`
	OutputDetails DataDetails `json:"outputDetails,omitzero"`
}

// ErrorDetails is the detail of an event that carries an error; either member may be absent.
type ErrorDetails struct {
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
}

// Redriven is the detail of ExecutionRedriven; the count includes this redrive.
type Redriven struct {
	RedriveCount int `json:"redriveCount"`
}

// StateEntered is the detail of TaskStateEntered and its kin.
type StateEntered struct {
	Name         string      `json:"name"`
	Input        string      `json:"input,omitempty"`
	InputDetails DataDetails `json:"inputDetails,omitzero"`
}

// StateExited is the detail of TaskStateExited and its kin.
type StateExited struct {
	Name          string      `json:"name"`
	Output        string      `json:"output,omitempty"`
	OutputDetails DataDetails `json:"outputDetails,omitzero"`
}

// LambdaScheduled is the detail of LambdaFunctionScheduled.
type LambdaScheduled struct {
	Resource         string      `json:"resource"`
	Input            string      `json:"input,omitempty"`
	InputDetails     DataDetails `json:"inputDetails,omitzero"`
	TimeoutInSeconds int64       `json:"timeoutInSeconds,omitempty"`
}

// MapStateStarted is the detail of MapStateStarted.
type MapStateStarted struct {
	Length int `json:"length"`
}

// MapIteration is the detail of the events of one iteration.
type MapIteration struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
}

// WithoutData is the event as GetExecutionHistory shows it with includeExecutionData false: without inputs and outputs.
// Error and cause stay (API reference: "whether execution data (input or output of a history event) is returned").
func (e Event) WithoutData() Event {
	none := DataDetails{absent: true}
	if d := e.ExecutionStarted; d != nil {
		e.ExecutionStarted = &ExecutionStarted{InputDetails: none, RoleARN: d.RoleARN}
	}
	if d := e.StateEntered; d != nil {
		e.StateEntered = &StateEntered{Name: d.Name, InputDetails: none}
	}
	if d := e.StateExited; d != nil {
		e.StateExited = &StateExited{Name: d.Name, OutputDetails: none}
	}
	if d := e.LambdaFunctionScheduled; d != nil {
		e.LambdaFunctionScheduled = &LambdaScheduled{Resource: d.Resource, InputDetails: none, TimeoutInSeconds: d.TimeoutInSeconds}
	}
	if e.ExecutionSucceeded != nil {
		e.ExecutionSucceeded = &Output{OutputDetails: none}
	}
	if e.LambdaFunctionSucceeded != nil {
		e.LambdaFunctionSucceeded = &Output{OutputDetails: none}
	}
	return e
}

// MarshalJSON writes the timestamp as version 2 of the AWS CLI does: Python's isoformat, to the millisecond.
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	at := e.Timestamp.UTC().Truncate(time.Millisecond)
	layout := "2006-01-02T15:04:05.000000-07:00"
	if at.Nanosecond() == 0 {
		layout = "2006-01-02T15:04:05-07:00"
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // left to the encoder that called us
	err := enc.Encode(struct {
		Timestamp string `json:"timestamp"`
		plain
	}{at.Format(layout), plain(e)})
	return out.Bytes(), err
}

// contextTime is how timestamps look in the context object.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func contextTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
