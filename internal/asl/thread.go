package asl

import (
	"fmt"
	"time"
)

// thread is one line of states: that of the execution itself, of a branch of a Parallel state or of an iteration of a Map
// state. It is in at most one state at a time.
type thread struct {
	x     *Execution
	graph *graph
	prev  int64 // id of its last event
	fork  *fork // the Parallel or Map state it belongs to; nil for the execution itself
	index int   // which branch or iteration
	visit *visit
	way   way  // where it goes while it visits no state
	dead  bool // ended, or aborted
	done  bool // succeeded, as a branch or iteration
	drop  func()
}

// way is an arrow with the document that travels along it; a nil arrow ends the thread.
type way struct {
	to   *target
	data *document
}

// visit is a thread's stay in one state, retries included.
type visit struct {
	state   *state
	input   *document // the raw input
	id      int64     // of the event with which it began
	entered time.Time
	retries int
	used    []int // attempts used up, by retrier
	fork    *fork // the branches or iterations that are running
	begun   *fork // those that a redrive goes on with
}

// next enters a state by an event of its own, so that executions take turns and long loops do not deepen the stack.
func (t *thread) next(to *target, input *document) {
	t.way = way{to, input}
	t.on(t.x.engine.Clock.Now(), func() {
		t.x.take(to)
		t.enter(to.state, input)
	})
}

// on schedules the thread's next step; it has never more than one.
func (t *thread) on(at time.Time, do func()) {
	if t.dead || t.x.status != Running {
		return
	}
	t.drop = t.x.engine.Clock.At(at, func() {
		if !t.dead && t.x.status == Running {
			do()
		}
	})
}

func (t *thread) later(v *visit, at time.Time, do func()) {
	if t.at(v) {
		t.on(at, do)
	}
}

// at says whether the thread is still on this visit. OnEvent and Invoke may stop the execution at any moment, so it is
// asked before anything is done.
func (t *thread) at(v *visit) bool { return !t.dead && t.visit == v && t.x.status == Running }

func (t *thread) enter(s *state, input *document) {
	v := &visit{state: s, input: input, entered: t.x.engine.Clock.Now(), used: make([]int, len(s.retry))}
	t.visit, t.x.state = v, s.name
	v.id = t.x.emit(Event{
		Type:            s.kind + "StateEntered",
		PreviousEventID: t.prev,
		StateEntered:    &StateEntered{Name: s.name, Input: input.String()},
	})
	t.prev = v.id
	t.attempt(v)
}

// attempt does the state's work, for the first time or again.
func (t *thread) attempt(v *visit) {
	if !t.at(v) {
		return
	}
	switch v.state.kind {
	case kindTask:
		t.runTask(v)
	case kindPass:
		t.runPass(v)
	case kindWait:
		t.runWait(v)
	case kindChoice:
		t.runChoice(v)
	case kindSucceed:
		t.runSucceed(v)
	case kindFail:
		t.runFail(v)
	case kindMap:
		t.runMap(v)
	case kindParallel:
		t.runParallel(v)
	}
}

// exit leaves the state; a nil target ends the thread.
func (t *thread) exit(v *visit, output *document, to *target) {
	if !t.at(v) {
		return
	}
	if err := tooLarge(output, v.state.name); err != nil {
		t.fail(v, err.name, err.cause)
		return
	}
	t.visit, t.way = nil, way{to, output}
	t.prev = t.x.emit(Event{
		Type:            v.state.kind + "StateExited",
		PreviousEventID: t.prev,
		StateExited:     &StateExited{Name: v.state.name, Output: output.String()},
	})
	if t.dead || t.x.status != Running {
		return
	}
	t.proceed()
}

// proceed goes the way out of the state that was left.
func (t *thread) proceed() {
	switch to, data := t.way.to, t.way.data; {
	case to != nil:
		t.next(to, data)
	case t.fork != nil:
		t.dead = true
		t.fork.succeeded(t, data)
	default:
		t.x.succeed(data, t.prev)
	}
}

// die ends the thread with an error that nothing here has caught.
func (t *thread) die(name, cause string) {
	if t.fork != nil {
		t.fork.failed(t, name, cause)
		return
	}
	t.x.fail(name, cause, t.prev)
}

// fault fails the state for an error in evaluating it.
func (t *thread) fault(v *visit, err *fault) {
	cause := err.cause
	if err.name != StatesDataLimitExceeded {
		cause = fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", v.state.name, v.id, cause)
	}
	t.fail(v, err.name, cause)
}

// tooLarge enforces the payload quota on what a state or task made.
func tooLarge(d *document, maker string) *fault {
	if len(d.String()) <= maxData {
		return nil
	}
	return &fault{StatesDataLimitExceeded, "The state/task '" + maker +
		"' returned a result with a size exceeding the maximum number of bytes service limit."}
}

// kill takes back what the thread and its children have on the clock.
func (t *thread) kill() {
	if t.drop != nil {
		t.drop()
	}
	if t.visit == nil || t.visit.fork == nil {
		return
	}
	for _, child := range t.visit.fork.children {
		if child != nil {
			child.kill()
		}
	}
}

// scope is what the state's paths see.
func (t *thread) scope(v *visit, input any) *scope {
	return &scope{input: input, engine: t.x.engine, context: func() *object { return t.context(v) }}
}

// context is the context object. Step Functions shows RetryCount only in states that can be retried (recorded: localstack
// snapshot test_input_path).
func (t *thread) context(v *visit) *object {
	s := &object{fields: []field{{"Name", v.state.name}, {"EnteredTime", contextTime(v.entered)}}}
	if v.state.retries() {
		s.set("RetryCount", number(int64(v.retries)))
	}
	c := &object{fields: make([]field, 0, len(t.x.contextFields)+2)}
	c.fields = append(append(c.fields, t.x.contextFields...), field{"State", s})
	return c
}

// itemContext is the context object within a Map state's ItemSelector.
func (t *thread) itemContext(v *visit, index int, value any) *object {
	item := &object{fields: []field{{"Index", number(int64(index))}, {"Value", value}}}
	return t.context(v).with("Map", &object{fields: []field{{"Item", item}}})
}
