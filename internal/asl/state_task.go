package asl

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Task: invokes Lambda functions, by their ARN or by any other string without "states" as its service.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html

func (l *loader) task(f *fields, s *state) {
	s.resource = f.text("Resource")
	switch {
	case s.resource == "":
		f.bad("Resource", "is required")
	case regexp.MustCompile(`^arn:[^:]*:states:`).MatchString(s.resource):
		f.bad("Resource", "service integrations and activities are not implemented; name the Lambda function itself")
	}
	s.timeout = time.Duration(f.integer("TimeoutSeconds", 0, 1, longest)) * time.Second
	s.timeoutPath = f.reference("TimeoutSecondsPath")
	if s.timeoutPath != nil && s.timeout > 0 {
		f.bad("TimeoutSecondsPath", "cannot go together with TimeoutSeconds")
	}
	l.flow(f, s, flowInput|flowParameters|flowSelector|flowResult|flowOutput|flowNext|flowErrors)
}

func (t *thread) runTask(v *visit) {
	s, x := v.state, t.x
	selected, err := t.selected(v)
	if err != nil {
		t.fault(v, err)
		return
	}
	payload, err := t.effective(v, selected)
	if err != nil {
		t.fault(v, err)
		return
	}
	timeout, err := t.taskTimeout(v, selected)
	if err != nil {
		t.fault(v, err)
		return
	}
	scheduled := &LambdaScheduled{Resource: s.resource, Input: payload.String(), TimeoutInSeconds: int64(timeout / time.Second)}
	t.prev = x.emit(Event{Type: "LambdaFunctionScheduled", PreviousEventID: t.prev, LambdaFunctionScheduled: scheduled})
	t.prev = x.emit(Event{Type: "LambdaFunctionStarted", PreviousEventID: t.prev})
	if !t.at(v) {
		return
	}
	started := x.engine.Clock.Now()
	x.busy++
	result := x.engine.Invoke(Call{
		Execution: x, State: s.name, Resource: s.resource, Payload: json.RawMessage(payload.String()),
		RetryCount: v.retries, Timeout: timeout,
	})
	x.busy--
	if timeout > 0 && result.Took > timeout {
		t.later(v, started.Add(timeout), func() { t.taskTimedOut(v) })
		return
	}
	t.later(v, started.Add(result.Took), func() { t.taskDone(v, result) })
}

func (t *thread) taskTimeout(v *visit, selected *document) (time.Duration, *fault) {
	p := v.state.timeoutPath
	if p == nil {
		return v.state.timeout, nil
	}
	value, m := t.scope(v, selected.tree()).find(p)
	if m != nil {
		return 0, invalidPath(m)
	}
	n, ok := value.(json.Number)
	seconds, err := strconv.ParseInt(string(n), 10, 64)
	if !ok || err != nil || seconds < 1 || seconds > longest {
		return 0, runtimeFault(fmt.Sprintf("The TimeoutSecondsPath parameter does not reference a positive integer: %s == %s",
			p.text, appendJSON(nil, value)))
	}
	return time.Duration(seconds) * time.Second, nil
}

func (t *thread) taskTimedOut(v *visit) {
	t.prev = t.x.emit(Event{
		Type: "LambdaFunctionTimedOut", PreviousEventID: t.prev, LambdaFunctionTimedOut: &ErrorDetails{Error: StatesTimeout},
	})
	t.fail(v, StatesTimeout, "")
}

func (t *thread) taskDone(v *visit, r Result) {
	if r.Failure != nil {
		t.taskFailed(v, strings.ToValidUTF8(r.Failure.Error, "\uFFFD"), strings.ToValidUTF8(r.Failure.Cause, "\uFFFD"))
		return
	}
	if len(r.Output) == 0 {
		r.Output = json.RawMessage("null")
	}
	output, err := parseDocument(r.Output)
	if err != nil {
		// A Lambda function cannot do this, so it is the caller's mistake and must not look like anything else.
		t.taskFailed(v, StatesRuntime, "Invoke returned an output for '"+v.state.name+"' that is not valid JSON")
		return
	}
	if err := tooLarge(output, v.state.resource); err != nil {
		t.taskFailed(v, err.name, err.cause)
		return
	}
	t.prev = t.x.emit(Event{
		Type: "LambdaFunctionSucceeded", PreviousEventID: t.prev, LambdaFunctionSucceeded: &Output{Output: output.String()},
	})
	t.finish(v, output)
}

func (t *thread) taskFailed(v *visit, name, cause string) {
	t.prev = t.x.emit(Event{
		Type: "LambdaFunctionFailed", PreviousEventID: t.prev, LambdaFunctionFailed: &ErrorDetails{name, cause},
	})
	t.fail(v, name, cause)
}
