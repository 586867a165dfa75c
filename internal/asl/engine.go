package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cloudfront-cd/internal/simtime"
)

// Engine runs executions on a simulated clock. It is not safe for concurrent use: everything happens inside Start, Stop, Fail,
// Redrive and the clock's events.
type Engine struct {
	Clock *simtime.Clock
	// Invoke runs a task. It is called at the simulated time at which the task starts and must not move the clock; what it
	// returns is delivered Took later. It may start and stop executions.
	Invoke func(Call) Result
	// Rand feeds jitter, States.MathRandom and States.UUID; nil is a fixed seed.
	Rand *rand.Rand
	// OnEvent, when set, sees every event as it is written. It may stop executions.
	OnEvent func(*Execution, Event)
	// RoleARN is what $$.Execution.RoleArn and the history show.
	RoleARN string

	// CatchableParameterPaths: a path in Parameters, ResultSelector or ItemSelector that finds nothing raises
	// States.ParameterPathFailure, which can be retried and caught, as the specification says. Off, it raises States.Runtime, as
	// recorded from AWS.
	CatchableParameterPaths bool
	// WildcardsCatchDataLimit: States.ALL and States.TaskFailed match States.DataLimitExceeded. The documentation says that
	// States.ALL does not; a recording from AWS of 2024-03-21 shows it catching the oversized result of a Lambda function
	// (localstack snapshot test_task_lambda_catch_state_all_data_limit_exceeded_on_large_utf8_response).
	WildcardsCatchDataLimit bool

	executions map[string]*Execution
	started    []*Execution
}

// Call is the invocation of a task.
type Call struct {
	Execution  *Execution
	State      string
	Resource   string
	Payload    json.RawMessage
	RetryCount int
	Timeout    time.Duration // 0: none
}

// Failure is an error that a task reports.
type Failure struct{ Error, Cause string }

// Result is what became of a task: its output, or its failure, and how long it took. Empty output is null.
type Result struct {
	Output  json.RawMessage
	Failure *Failure
	Took    time.Duration
}

// StartError is why an execution was not started or not redriven; Code is the name of the API's error.
type StartError struct{ Code, Message string }

// Error returns the code and the message.
func (e *StartError) Error() string { return e.Code + ": " + e.Message }

// ErrorCode is the name of the API error, as smithy.APIError has it.
func (e *StartError) ErrorCode() string { return e.Code }

// maxData is the largest input, output or payload in bytes of UTF-8.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxData = 262_144

const machinePart = ":stateMachine:"

// Start begins an execution: its first event is written at once and its first state entered by the clock's next event at
// the present time.
//
// A name can be used once for each state machine: a second Start is an ExecutionAlreadyExists error, except that it returns
// the first execution while that is running with the same input (API reference of StartExecution, Standard workflows).
func (e *Engine) Start(m *Machine, name string, input json.RawMessage) (*Execution, error) {
	if e.Clock == nil || e.Invoke == nil || m == nil {
		return nil, errors.New("start execution: the engine needs a clock, a function to invoke and a machine")
	}
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	doc, err := checkStart(m, name, input)
	if err != nil {
		return nil, err
	}
	arn := strings.Replace(m.ARN, machinePart, ":execution:", 1) + ":" + name
	if x, exists := e.executions[arn]; exists {
		if x.status == Running && x.input.text == string(input) {
			return x, nil
		}
		return nil, &StartError{"ExecutionAlreadyExists", "Execution Already Exists: '" + arn + "'"}
	}
	x := &Execution{engine: e, machine: m, arn: arn, name: name, status: Running, input: doc, start: e.Clock.Now()}
	if e.executions == nil {
		e.executions = map[string]*Execution{}
	}
	e.executions[arn] = x
	e.started = append(e.started, x)
	x.begin()
	return x, nil
}

func checkStart(m *Machine, name string, input json.RawMessage) (*document, error) {
	if strings.Count(m.ARN, machinePart) != 1 {
		return nil, &StartError{"InvalidArn", fmt.Sprintf("%q is not the ARN of a state machine", m.ARN)}
	}
	if !validName(name) {
		return nil, &StartError{"InvalidName", fmt.Sprintf("%q is not a name for an execution: 1 to 80 characters, no white space, brackets, wildcards or special characters", name)}
	}
	if len(input) > maxData {
		return nil, &StartError{"InvalidExecutionInput", fmt.Sprintf("the input has %d bytes, %d are allowed", len(input), maxData)}
	}
	doc, err := parseDocument(input)
	if err != nil {
		return nil, &StartError{"InvalidExecutionInput", err.Error()}
	}
	return doc, nil
}

func validName(name string) bool {
	if n := utf8.RuneCountInString(name); n < 1 || n > 80 || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r)
	})
}

// Execution finds an execution by its ARN.
func (e *Engine) Execution(arn string) (*Execution, bool) {
	x, ok := e.executions[arn]
	return x, ok
}

// Executions lists all executions in the order in which they were started.
func (e *Engine) Executions() []*Execution { return slices.Clone(e.started) }

func (e *Engine) draw() *rand.Rand {
	if e.Rand == nil {
		e.Rand = rand.New(rand.NewPCG(0, 0))
	}
	return e.Rand
}
