// Package asl runs AWS Step Functions workflows (Amazon States Language, JSONPath, Standard) in simulated time.
//
// A machine is loaded from the definition that CDK emits; whatever is not implemented is refused then, with its place in the
// JSON, so that a run never passes silently over what AWS would do. An engine runs executions as events on a simtime.Clock:
// a task is invoked when it starts and its result delivered when it would be done, waits and retries are jumps of the clock,
// and the history has the events that AWS would write. Any number of executions share one clock, on one goroutine.
//
// Where AWS's behaviour is documented, the comment cites the page; where it is only known from recordings, it cites those
// (mostly localstack's snapshot tests, which were validated against AWS). This is a development and test engine: it never
// replaces Step Functions.
package asl

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Machine is a loaded state machine. It is not changed by running it.
type Machine struct {
	// ARN identifies the state machine. Load sets one; set another before Start where several machines run.
	ARN string

	comment string
	timeout time.Duration
	graph   *graph
}

const defaultARN = "arn:aws:states:us-east-1:123456789012:stateMachine:StateMachine"

// Comment is the machine's comment.
func (m *Machine) Comment() string { return m.comment }

// Timeout is the machine's TimeoutSeconds, 0 if it has none.
func (m *Machine) Timeout() time.Duration { return m.timeout }

// StartAt is the name of the first state.
func (m *Machine) StartAt() string { return m.graph.start.name }

func (m *Machine) name() string { return m.ARN[strings.LastIndexByte(m.ARN, ':')+1:] }

// The kinds of arrows.
const (
	ArrowNext    = "next"
	ArrowChoice  = "choice"  // a rule of a Choice state
	ArrowDefault = "default" // of a Choice state
	ArrowCatch   = "catch"
	ArrowBranch  = "branch" // from a Parallel or Map state to the first state of a branch or iteration
)

// Arrow is one way from a state to another. It can be compared, so that tests can count which arrows were taken.
type Arrow struct {
	From, To string
	Kind     string
	Index    int    // which rule, catcher or branch
	Errors   string // of a catch: its ErrorEquals, joined by commas
}

// StateInfo describes a state to tests and diagrams.
type StateInfo struct {
	Name        string
	Type        string
	Comment     string
	Resource    string
	Within      string // the Map or Parallel state it is inside of
	End         bool   // the workflow, branch or iteration ends here
	Timeout     time.Duration
	TimeoutPath string
	Error       string // of a Fail state
	Cause       string // of a Fail state
	Retry       []Retrier
	Catch       []Catcher
	Arrows      []Arrow
	Definition  json.RawMessage // the whole state, for what is not listed here
}

// States lists all states, breadth first from the start. Load refuses states that cannot be reached, so none is missing. The
// arrows of a state come in the order branches, rules, default, next, catchers.
func (m *Machine) States() []StateInfo {
	var list []StateInfo
	seen := map[*state]bool{m.graph.start: true}
	for queue := []*state{m.graph.start}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		list = append(list, s.info())
		for _, to := range s.targets {
			if !seen[to.state] {
				seen[to.state] = true
				queue = append(queue, to.state)
			}
		}
	}
	return list
}

// Arrows lists the arrows of all states, in the order of States.
func (m *Machine) Arrows() []Arrow {
	var list []Arrow
	for _, s := range m.States() {
		list = append(list, s.Arrows...)
	}
	return list
}

// graph is the states that one StartAt leads to: of the machine, a branch or an iteration.
type graph struct {
	start  *state
	states []*state
	byName map[string]*state
	entry  *target // the arrow into it; nil for the machine's own
}

// target is where an arrow of the definition leads.
type target struct {
	arrow Arrow
	at    string // its place in the JSON
	state *state
}

// The types of states.
const (
	kindTask     = "Task"
	kindPass     = "Pass"
	kindWait     = "Wait"
	kindChoice   = "Choice"
	kindSucceed  = "Succeed"
	kindFail     = "Fail"
	kindMap      = "Map"
	kindParallel = "Parallel"
)

// state is one state of the definition, whatever its type.
type state struct {
	name    string
	kind    string
	comment string
	within  *state
	targets []*target

	definition any

	next       *target // nil: the state ends its graph, or is a Choice
	input      filter
	parameters *template
	selector   *template
	result     resultPath
	output     filter
	retry      []Retrier
	catch      []catcher

	resource    string
	timeout     time.Duration
	timeoutPath *path

	fixed   *document // a Pass state's Result
	wait    waitUntil
	failure failState

	rules    []rule
	fallback *target

	branches     []*graph // of a Parallel state, or the one of a Map state
	items        *path
	itemSelector *template
	concurrency  int
}

func (s *state) retries() bool {
	return s.kind == kindTask || s.kind == kindMap || s.kind == kindParallel
}

func (s *state) info() StateInfo {
	info := StateInfo{
		Name: s.name, Type: s.kind, Comment: s.comment, Resource: s.resource,
		End:     s.next == nil && s.kind != kindChoice,
		Timeout: s.timeout, Error: s.failure.name, Cause: s.failure.cause,
		Retry: slices.Clone(s.retry), Definition: appendJSON(nil, s.definition),
	}
	if s.within != nil {
		info.Within = s.within.name
	}
	if s.timeoutPath != nil {
		info.TimeoutPath = s.timeoutPath.text
	}
	for _, c := range s.catch {
		info.Catch = append(info.Catch, Catcher{ErrorEquals: slices.Clone(c.errors), ResultPath: c.result.String(), Next: c.next.arrow.To})
	}
	for _, to := range s.targets {
		info.Arrows = append(info.Arrows, to.arrow)
	}
	return info
}
