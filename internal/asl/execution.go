package asl

import (
	"encoding/json"
	"slices"
	"time"
)

// Status is the status of an execution.
type Status string

// The statuses of DescribeExecution, but for PENDING_REDRIVE, which only the children of a distributed Map have.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// Execution is one run of a machine.
type Execution struct { //nolint:errname // Error is the member of DescribeExecution, not Go's error
	engine  *Engine
	machine *Machine
	arn     string
	name    string
	status  Status
	err     string
	cause   string
	input   *document
	output  *document
	start   time.Time
	stop    time.Time
	events  []Event
	taken   []Arrow
	state   string
	root    *thread
	expire  func() // takes the machine's timeout back
	busy    int    // calls of Invoke and OnEvent for this execution that have not returned

	redrives int
	redriven time.Time // the last time; zero if never

	contextFields []field // the part of the context object that stays the same
}

// ARN is the execution's ARN.
func (x *Execution) ARN() string { return x.arn }

// Name is the execution's name.
func (x *Execution) Name() string { return x.name }

// Machine is what the execution runs.
func (x *Execution) Machine() *Machine { return x.machine }

// Status is the execution's status.
func (x *Execution) Status() Status { return x.status }

// Error is the error's name when the execution failed or was stopped with one. DescribeExecution shows none for TIMED_OUT,
// nor does this (measured on AWS, floci-io/floci#2733).
func (x *Execution) Error() string { return x.err }

// Cause is the text that goes with Error.
func (x *Execution) Cause() string { return x.cause }

// Input is the execution's input.
func (x *Execution) Input() json.RawMessage { return json.RawMessage(x.input.String()) }

// Output is the execution's output; nil unless it succeeded.
func (x *Execution) Output() json.RawMessage {
	if x.output == nil {
		return nil
	}
	return json.RawMessage(x.output.String())
}

// StartDate is when the execution started.
func (x *Execution) StartDate() time.Time { return x.start }

// StopDate is when the execution ended; zero while it runs.
func (x *Execution) StopDate() time.Time { return x.stop }

// State is the state entered last.
func (x *Execution) State() string { return x.state }

// History is the list of events so far.
func (x *Execution) History() []Event { return slices.Clone(x.events) }

// Taken is the list of arrows taken so far, in order and with repetitions.
func (x *Execution) Taken() []Arrow { return slices.Clone(x.taken) }

// Stop ends the execution as ABORTED. No Catch runs, and the result of a task that is running is dropped (what the task did
// stays done). Stopping an execution that has ended does nothing.
func (x *Execution) Stop(name, cause string) {
	x.end(Aborted, name, cause, Event{Type: "ExecutionAborted", ExecutionAborted: &ErrorDetails{name, cause}})
}

// Fail ends a running execution as FAILED without any Retry or Catch, as Step Functions itself does with States.Runtime when
// an execution cannot go on: a path finds nothing, the history is full, or the state machine is deleted under it
// ("State machine … has been deleted", recorded: radkawar/stackd testdata/aws/stepfunctions/deletion_lifecycle.json). It is
// for tests that need this at a certain moment. What a running task did stays done; failing an execution that has ended
// does nothing.
func (x *Execution) Fail(name, cause string) { x.fail(name, cause, int64(len(x.events))) }

const (
	// maxEvents is the length of a history. The last event is then ExecutionFailed (measured on AWS, floci-io/floci#2734).
	maxEvents = 25_000
	// maxRun is how long a Standard execution may run.
	// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
	maxRun = 365 * 24 * time.Hour
)

func (x *Execution) begin() {
	x.describeItself()
	x.root = &thread{x: x, graph: x.machine.graph}
	x.startTimeout()
	x.emit(Event{Type: "ExecutionStarted", ExecutionStarted: &ExecutionStarted{Input: x.input.String(), RoleARN: x.engine.RoleARN}})
	x.root.next(&target{state: x.machine.graph.start}, x.input)
}

// describeItself makes the part of the context object that is the same in every state.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (x *Execution) describeItself() {
	execution := &object{fields: []field{
		{"Id", x.arn},
		{"Input", x.input.tree()},
		{"StartTime", contextTime(x.start)},
		{"Name", x.name},
		{"RoleArn", x.engine.RoleARN},
		{"RedriveCount", number(int64(x.redrives))},
	}}
	if x.redrives > 0 {
		execution.set("RedriveTime", contextTime(x.redriven))
	}
	x.contextFields = []field{
		{"Execution", execution},
		{"StateMachine", &object{fields: []field{{"Id", x.machine.ARN}, {"Name", x.machine.name()}}}},
	}
}

// startTimeout bounds the execution: by the machine's timeout from now, and by a year from its start.
func (x *Execution) startTimeout() {
	end := x.start.Add(maxRun)
	if timeout := x.machine.timeout; timeout > 0 {
		if at := x.engine.Clock.Now().Add(timeout); at.Before(end) {
			end = at
		}
	}
	x.expire = x.engine.Clock.At(end, func() {
		// previousEventId 0, and no error in DescribeExecution: measured on AWS (floci-io/floci#2733, #2965).
		x.end(TimedOut, "", "", Event{Type: "ExecutionTimedOut", ExecutionTimedOut: &ErrorDetails{Error: StatesTimeout}})
	})
}

// emit writes an event and returns its id. Once the execution has ended nothing is written.
func (x *Execution) emit(ev Event) int64 {
	if x.status != Running {
		return ev.PreviousEventID
	}
	if len(x.events) == maxEvents-1 {
		x.fail(StatesRuntime, "The execution reached the maximum number of history events (25000).", ev.PreviousEventID)
		return ev.PreviousEventID
	}
	return x.write(ev)
}

func (x *Execution) write(ev Event) int64 {
	ev.ID = int64(len(x.events)) + 1
	ev.Timestamp = x.engine.Clock.Now()
	x.events = append(x.events, ev)
	if x.engine.OnEvent != nil {
		x.busy++
		x.engine.OnEvent(x, ev)
		x.busy--
	}
	return ev.ID
}

// take notes an arrow; the way into the first state is none.
func (x *Execution) take(to *target) {
	if to.arrow != (Arrow{}) {
		x.taken = append(x.taken, to.arrow)
	}
}

func (x *Execution) fail(name, cause string, previous int64) {
	x.end(Failed, name, cause, Event{
		Type: "ExecutionFailed", PreviousEventID: previous, ExecutionFailed: &ErrorDetails{name, cause},
	})
}

func (x *Execution) succeed(output *document, previous int64) {
	if x.status == Running {
		x.output = output
	}
	x.end(Succeeded, "", "", Event{
		Type: "ExecutionSucceeded", PreviousEventID: previous, ExecutionSucceeded: &Output{Output: output.String()},
	})
}

// end closes the execution and takes back everything that it still had on the clock.
func (x *Execution) end(status Status, name, cause string, last Event) {
	if x.status != Running {
		return
	}
	x.status, x.err, x.cause, x.stop = status, name, cause, x.engine.Clock.Now()
	x.root.kill()
	x.expire()
	x.write(last)
}
