package asl

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pass, Wait, Succeed and Fail.

func (l *loader) pass(f *fields, s *state) {
	if value, ok := f.take("Result"); ok {
		s.fixed = newDocument(value)
	}
	l.flow(f, s, flowInput|flowParameters|flowResult|flowOutput|flowNext)
}

// runPass: a Result is taken as it is, paths in it are not looked at.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html
func (t *thread) runPass(v *visit) {
	result, err := t.selected(v)
	if err == nil {
		result, err = t.effective(v, result)
	}
	if err != nil {
		t.fault(v, err)
		return
	}
	if v.state.fixed != nil {
		result = v.state.fixed
	}
	t.finish(v, result)
}

func (l *loader) wait(f *fields, s *state) {
	given := 0
	for _, name := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if f.has(name) {
			given++
		}
	}
	if given != 1 {
		f.bad("", "must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath")
	}
	s.wait.seconds = f.integer("Seconds", 0, 0, longest)
	s.wait.secondsPath = f.reference("SecondsPath")
	s.wait.timePath = f.reference("TimestampPath")
	if text := f.text("Timestamp"); f.has("Timestamp") {
		at, ok := parseTimestamp(text)
		if !ok {
			f.bad("Timestamp", "must be a timestamp such as 2006-01-02T15:04:05Z")
		}
		s.wait.until = at
	}
	l.flow(f, s, flowInput|flowOutput|flowNext)
}

// waitUntil is the four ways to say how long a Wait state waits.
type waitUntil struct {
	seconds     int64
	until       time.Time
	secondsPath *path
	timePath    *path
}

// maxWait is the longest wait that AWS was recorded to accept: 2^31-1 seconds (localstack snapshot
// test_timestamp_too_far_in_future_boundary).
const maxWait = (1<<31 - 1) * time.Second

// https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
func (t *thread) runWait(v *visit) {
	input, err := t.selected(v)
	if err != nil {
		t.fault(v, err)
		return
	}
	now := t.x.engine.Clock.Now()
	until, err := v.state.wait.end(t.scope(v, input.tree()), now)
	if err == nil && until.Sub(now) > maxWait {
		err = runtimeFault("Wait state delay is too long.")
	}
	if err != nil {
		t.fault(v, err)
		return
	}
	t.later(v, until, func() { t.leave(v, input, v.state.next) })
}

// leave applies OutputPath to what a state that makes no result passes on.
func (t *thread) leave(v *visit, d *document, to *target) {
	output, err := t.filtered(v, d)
	if err != nil {
		t.fault(v, err)
		return
	}
	t.exit(v, output, to)
}

func (w *waitUntil) end(s *scope, now time.Time) (time.Time, *fault) {
	switch {
	case w.secondsPath != nil:
		seconds, err := w.secondsFrom(s)
		return now.Add(time.Duration(seconds) * time.Second), err
	case w.timePath != nil:
		value, m := s.find(w.timePath)
		if m != nil {
			return now, runtimeFault("The TimestampPath parameter does not reference an input value: " + w.timePath.text)
		}
		text, ok := value.(string)
		at, valid := parseTimestamp(text)
		if !ok || !valid {
			if !ok {
				text = string(appendJSON(nil, value))
			}
			return now, runtimeFault("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
				w.timePath.text + " == " + text)
		}
		return at, nil
	case !w.until.IsZero():
		return w.until, nil
	default:
		return now.Add(time.Duration(w.seconds) * time.Second), nil
	}
}

func (w *waitUntil) secondsFrom(s *scope) (int64, *fault) {
	value, m := s.find(w.secondsPath)
	if m != nil {
		return 0, runtimeFault("The SecondsPath parameter does not reference an input value: " + w.secondsPath.text)
	}
	shown := w.secondsPath.text + " == " + string(appendJSON(nil, value))
	n, _ := value.(json.Number)
	seconds, err := strconv.ParseInt(string(n), 10, 64)
	switch {
	case err != nil:
		return 0, runtimeFault("The SecondsPath parameter cannot be parsed as a long value: " + shown)
	case seconds < 0:
		return 0, runtimeFault("The SecondsPath parameter references a negative value: " + shown)
	case seconds > int64(maxWait/time.Second):
		return 0, runtimeFault("Wait state delay is too long.")
	}
	return seconds, nil
}

// parseTimestamp accepts RFC 3339 with an upper-case T and Z.
// https://states-language.net/spec.html#timestamps
func parseTimestamp(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil && !strings.ContainsAny(text, "tz,")
}

func (l *loader) succeed(f *fields, s *state) { l.flow(f, s, flowInput|flowOutput) }

func (t *thread) runSucceed(v *visit) {
	input, err := t.selected(v)
	if err != nil {
		t.fault(v, err)
		return
	}
	t.leave(v, input, nil)
}

func (l *loader) failure(f *fields, s *state) {
	s.failure.name, s.failure.cause = f.text("Error"), f.text("Cause")
	s.failure.namePath = f.expression("ErrorPath")
	s.failure.causePath = f.expression("CausePath")
	for _, name := range []string{"Error", "Cause"} {
		if f.has(name) && f.has(name+"Path") {
			f.bad(name+"Path", "cannot go together with %s", name)
		}
	}
}

// failState is what a Fail state says.
type failState struct {
	name, cause         string
	namePath, causePath *expression
}

// https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
func (t *thread) runFail(v *visit) {
	s := v.state.failure
	scope := t.scope(v, v.input.tree())
	for _, part := range []struct {
		field string
		expr  *expression
		text  *string
	}{{"ErrorPath", s.namePath, &s.name}, {"CausePath", s.causePath, &s.cause}} {
		if part.expr == nil {
			continue
		}
		value, err := part.expr.eval(scope, part.field)
		text, ok := value.(string)
		if err == nil && !ok {
			err = runtimeFault(fmt.Sprintf("The %s must be a string, not %s", part.field, appendJSON(nil, value)))
		}
		if err != nil {
			t.fault(v, err)
			return
		}
		*part.text = text
	}
	t.fail(v, s.name, s.cause)
}
