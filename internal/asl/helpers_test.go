package asl_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/simtime"
)

const day = "2026-11-23T19:00:00.250Z"

// world is an engine with tasks that tests define by state name.
type world struct {
	t     *testing.T
	clock *simtime.Clock
	*asl.Engine
	tasks map[string]func(asl.Call) asl.Result
	calls []asl.Call
}

func newWorld(t *testing.T) *world {
	t.Helper()
	start, err := time.Parse(time.RFC3339Nano, day)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: simtime.New(start), tasks: map[string]func(asl.Call) asl.Result{}}
	w.Engine = &asl.Engine{
		Clock: w.clock, Rand: rand.New(rand.NewPCG(1, 2)), RoleARN: "arn:aws:iam::123456789012:role/test",
		Invoke: func(c asl.Call) asl.Result {
			w.calls = append(w.calls, c)
			if do, ok := w.tasks[c.State]; ok {
				return do(c)
			}
			return asl.Result{Output: c.Payload}
		},
	}
	return w
}

func mustLoad(t *testing.T, definition string) *asl.Machine {
	t.Helper()
	m, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return m
}

// run starts an execution and lets the clock go until it has ended.
func (w *world) run(definition, input string) *asl.Execution {
	w.t.Helper()
	x := w.start(mustLoad(w.t, definition), "run-"+strconv.Itoa(len(w.calls)), input)
	w.finish(x)
	return x
}

func (w *world) start(m *asl.Machine, name, input string) *asl.Execution {
	w.t.Helper()
	x, err := w.Start(m, name, json.RawMessage(input))
	if err != nil {
		w.t.Fatalf("start: %v", err)
	}
	return x
}

func (w *world) finish(x *asl.Execution) {
	w.t.Helper()
	if !w.clock.RunUntil(func() bool { return x.Status() != asl.Running }) {
		w.t.Fatalf("nothing left to happen, but the execution is %s in %s", x.Status(), x.State())
	}
}

// failing fails with the given errors in turn and then succeeds.
func failing(names ...string) func(asl.Call) asl.Result {
	n := 0
	return func(asl.Call) asl.Result {
		n++
		if n <= len(names) {
			return asl.Result{Failure: &asl.Failure{Error: names[n-1], Cause: "because " + names[n-1]}}
		}
		return asl.Result{Output: json.RawMessage(`"done"`)}
	}
}

// brief is a history in one line for each event: id<previous type name error.
func brief(events []asl.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%d<%d %s", e.ID, e.PreviousEventID, e.Type)
		switch {
		case e.StateEntered != nil:
			fmt.Fprintf(&b, " %s", e.StateEntered.Name)
		case e.StateExited != nil:
			fmt.Fprintf(&b, " %s", e.StateExited.Name)
		case e.MapIterationStarted != nil:
			fmt.Fprintf(&b, " %d", e.MapIterationStarted.Index)
		case e.MapIterationSucceeded != nil:
			fmt.Fprintf(&b, " %d", e.MapIterationSucceeded.Index)
		case e.MapIterationFailed != nil:
			fmt.Fprintf(&b, " %d", e.MapIterationFailed.Index)
		case e.MapIterationAborted != nil:
			fmt.Fprintf(&b, " %d", e.MapIterationAborted.Index)
		case e.ExecutionFailed != nil:
			fmt.Fprintf(&b, " %s", e.ExecutionFailed.Error)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
	}
}

func expectEnd(t *testing.T, x *asl.Execution, status asl.Status, name string) {
	t.Helper()
	if x.Status() != status || x.Error() != name {
		t.Errorf("got %s %s (%s), want %s %s", x.Status(), x.Error(), x.Cause(), status, name)
	}
}

// pass is a machine of one Pass state with the given fields.
func pass(fields string) string {
	return `{"StartAt":"P","States":{"P":{"Type":"Pass",` + fields + `"End":true}}}`
}
