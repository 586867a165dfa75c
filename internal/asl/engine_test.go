package asl_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
)

const oneTask = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","TimeoutSeconds":60,
	"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.fault","Next":"Caught"}],"Next":"Done"},
	"Done":{"Type":"Succeed"},"Caught":{"Type":"Succeed"}}}`

func elapsed(x *asl.Execution) time.Duration { return x.StopDate().Sub(x.StartDate()) }

func TestTaskIsInvokedWhenItStartsAndAnsweredWhenItIsDone(t *testing.T) {
	w := newWorld(t)
	started := w.clock.Now()
	w.tasks["T"] = func(c asl.Call) asl.Result {
		if now := w.clock.Now(); !now.Equal(started) || c.Resource != "r" || c.Timeout != time.Minute || c.RetryCount != 0 || string(c.Payload) != `{"a":1}` {
			t.Errorf("got %+v at %v", c, now)
		}
		if c.Execution.State() != "T" {
			t.Errorf("got state %s", c.Execution.State())
		}
		return asl.Result{Output: json.RawMessage(`{"b":2}`), Took: 40 * time.Second}
	}
	x := w.run(oneTask, `{"a":1}`)
	expectEnd(t, x, asl.Succeeded, "")
	expect(t, "output", string(x.Output()), `{"b":2}`)
	if elapsed(x) != 40*time.Second {
		t.Errorf("took %v", elapsed(x))
	}
}

func TestTaskTimesOutAfterItsWriteWentThrough(t *testing.T) {
	for name, test := range map[string]struct {
		took, want time.Duration
		state      string
	}{
		"at the last moment":  {60 * time.Second, 60 * time.Second, "Done"},
		"a nanosecond later":  {60*time.Second + 1, 60 * time.Second, "Caught"},
		"a very long time":    {time.Hour, 60 * time.Second, "Caught"},
		"without taking time": {-1, 0, "Done"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			written := false
			w.tasks["T"] = func(asl.Call) asl.Result {
				written = true
				return asl.Result{Output: json.RawMessage(`{}`), Took: test.took}
			}
			x := w.run(oneTask, `{}`)
			if !written || x.State() != test.state || elapsed(x) != test.want {
				t.Errorf("got written %v, %s after %v", written, x.State(), elapsed(x))
			}
			if test.state == "Caught" {
				expect(t, "output", string(x.Output()), `{"fault":{"Error":"States.Timeout","Cause":""}}`)
			}
		})
	}
}

func TestTimeoutSecondsPath(t *testing.T) {
	const definition = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","TimeoutSecondsPath":"$.t","End":true}}}`
	for name, test := range map[string]struct{ input, want string }{
		"in time":   {`{"t":30}`, ""},
		"too late":  {`{"t":29}`, asl.StatesTimeout},
		"not given": {`{}`, asl.StatesRuntime},
		"zero":      {`{"t":0}`, asl.StatesRuntime},
		"no number": {`{"t":"30"}`, asl.StatesRuntime},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tasks["T"] = func(asl.Call) asl.Result { return asl.Result{Took: 30 * time.Second} }
			if x := w.run(definition, test.input); x.Error() != test.want {
				t.Errorf("got %q (%s), want %q", x.Error(), x.Cause(), test.want)
			}
		})
	}
}

func TestTaskOutputs(t *testing.T) {
	for name, test := range map[string]struct{ output, end, want string }{
		"nothing is null":       {``, "Done", `null`},
		"text is kept":          {`{ "a" : 1.0 }`, "Done", `{ "a" : 1.0 }`},
		"what is not JSON ends": {`{`, "T", ``},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tasks["T"] = func(asl.Call) asl.Result { return asl.Result{Output: json.RawMessage(test.output)} }
			x := w.run(oneTask, `{}`)
			expect(t, "state", x.State(), test.end)
			expect(t, "output", string(x.Output()), test.want)
		})
	}
}

func TestWait(t *testing.T) {
	for name, test := range map[string]struct {
		fields, input, want string
		took                time.Duration
	}{
		"seconds":                 {`"Seconds":90`, `{}`, "", 90 * time.Second},
		"no seconds":              {`"Seconds":0`, `{}`, "", 0},
		"seconds from the input":  {`"SecondsPath":"$.s"`, `{"s":5}`, "", 5 * time.Second},
		"until a time":            {`"Timestamp":"2026-11-23T19:00:10Z"`, `{}`, "", 9750 * time.Millisecond},
		"until a time that was":   {`"Timestamp":"2016-11-23T19:00:10Z"`, `{}`, "", 0},
		"until an input's time":   {`"TimestampPath":"$.t"`, `{"t":"2026-11-23T21:00:00.75+02:00"}`, "", 500 * time.Millisecond},
		"negative seconds":        {`"SecondsPath":"$.s"`, `{"s":-1}`, "The SecondsPath parameter references a negative value: $.s == -1", 0},
		"broken seconds":          {`"SecondsPath":"$.s"`, `{"s":1.5}`, "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5", 0},
		"seconds that are text":   {`"SecondsPath":"$.s"`, `{"s":"1"}`, `The SecondsPath parameter cannot be parsed as a long value: $.s == "1"`, 0},
		"missing seconds":         {`"SecondsPath":"$.s"`, `{}`, "The SecondsPath parameter does not reference an input value: $.s", 0},
		"too many seconds":        {`"SecondsPath":"$.s"`, `{"s":9999999999999}`, "Wait state delay is too long.", 0},
		"a time without zone":     {`"TimestampPath":"$.t"`, `{"t":"2016-12-05T21:29:29"}`, "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-12-05T21:29:29", 0},
		"a time that is a number": {`"TimestampPath":"$.t"`, `{"t":3}`, "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 3", 0},
		"too distant a time":      {`"TimestampPath":"$.t"`, `{"t":"2099-12-05T21:29:29Z"}`, "Wait state delay is too long.", 0},
	} {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(`{"StartAt":"W","States":{"W":{"Type":"Wait",`+test.fields+`,"End":true}}}`, test.input)
			if elapsed(x) != test.took {
				t.Errorf("took %v, want %v", elapsed(x), test.took)
			}
			if test.want == "" {
				expect(t, "output", string(x.Output()), test.input)
				return
			}
			expectEnd(t, x, asl.Failed, asl.StatesRuntime)
			expect(t, "cause", x.Cause(), "An error occurred while executing the state 'W' (entered at the event id #2). "+test.want)
		})
	}
}

func TestMachineTimeoutRunsNoCatch(t *testing.T) {
	w := newWorld(t)
	w.tasks["T"] = func(asl.Call) asl.Result { return asl.Result{Took: 50 * time.Second} }
	x := w.run(strings.Replace(oneTask, `{"StartAt"`, `{"TimeoutSeconds":30,"StartAt"`, 1), `{}`)
	expectEnd(t, x, asl.TimedOut, "")
	if elapsed(x) != 30*time.Second || x.State() != "T" || x.Output() != nil {
		t.Errorf("got %s after %v, output %s", x.State(), elapsed(x), x.Output())
	}
	events := x.History()
	last := events[len(events)-1]
	if last.Type != "ExecutionTimedOut" || last.PreviousEventID != 0 || last.ExecutionTimedOut.Error != asl.StatesTimeout {
		t.Errorf("got %+v", last)
	}
	if at, more := w.clock.Next(); more {
		t.Errorf("the clock still has something to do at %v", at)
	}
}

func TestExecutionEndsAfterAYear(t *testing.T) {
	x := newWorld(t).run(`{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":40000000,"End":true}}}`, `{}`)
	expectEnd(t, x, asl.TimedOut, "")
	if elapsed(x) != 365*24*time.Hour {
		t.Errorf("took %v", elapsed(x))
	}
}

func TestStopDropsTheResultOfARunningTask(t *testing.T) {
	w := newWorld(t)
	w.tasks["T"] = func(asl.Call) asl.Result {
		return asl.Result{Output: json.RawMessage(`{"late":true}`), Took: 50 * time.Second}
	}
	x := w.start(mustLoad(t, oneTask), "x", `{}`)
	w.clock.Advance(10 * time.Second)
	x.Stop("Manual", "enough")
	x.Stop("Again", "and again")
	w.clock.Advance(time.Hour)
	expectEnd(t, x, asl.Aborted, "Manual")
	expect(t, "cause", x.Cause(), "enough")
	expect(t, "history", brief(x.History()), "1<0 ExecutionStarted\n2<0 TaskStateEntered T\n3<2 LambdaFunctionScheduled\n4<3 LambdaFunctionStarted\n5<0 ExecutionAborted\n")
	if elapsed(x) != 10*time.Second {
		t.Errorf("took %v", elapsed(x))
	}
}

// Whatever event is the one at which somebody stops the execution, nothing is written or invoked after ExecutionAborted.
func TestStopAtAnyEvent(t *testing.T) {
	for stopAt := 1; ; stopAt++ {
		w := newWorld(t)
		w.tasks["Slow"] = func(asl.Call) asl.Result { return asl.Result{Took: time.Minute} }
		invoked := 0
		w.OnEvent = func(x *asl.Execution, e asl.Event) {
			if int(e.ID) == stopAt {
				x.Stop("", "")
				invoked = len(w.calls)
			}
		}
		x := w.run(everything(t), `{"items":[1,2,3]}`)
		events := x.History()
		if len(events) < stopAt {
			if stopAt < 50 {
				t.Errorf("the history has only %d events", len(events))
			}
			return
		}
		if len(events) == stopAt { // the last event had ended it already
			continue
		}
		if x.Status() != asl.Aborted || len(events) != stopAt+1 || events[stopAt].Type != "ExecutionAborted" || len(w.calls) != invoked {
			t.Fatalf("stopped at %d: %s, %d calls then %d\n%s", stopAt, x.Status(), invoked, len(w.calls), brief(events))
		}
		if at, more := w.clock.Next(); more {
			t.Fatalf("stopped at %d: the clock still has something to do at %v", stopAt, at)
		}
	}
}

func TestATaskMayStopItsExecution(t *testing.T) {
	w := newWorld(t)
	w.tasks["T"] = func(c asl.Call) asl.Result {
		c.Execution.Stop("Self", "")
		return asl.Result{}
	}
	x := w.run(oneTask, `{}`)
	expectEnd(t, x, asl.Aborted, "Self")
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t)
	m := mustLoad(t, oneTask)
	for name, test := range map[string]struct{ execution, input, want string }{
		"input that is not JSON": {"x", `{`, "InvalidExecutionInput"},
		"no name":                {"", `{}`, "InvalidName"},
		"a name with a space":    {"a b", `{}`, "InvalidName"},
		"a name with a colon":    {"a:b", `{}`, "InvalidName"},
		"a long name":            {strings.Repeat("x", 81), `{}`, "InvalidName"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Start(m, test.execution, json.RawMessage(test.input))
			expectCode(t, err, test.want)
		})
	}
	if _, err := (&asl.Engine{}).Start(m, "x", nil); err == nil {
		t.Error("an engine without clock was started")
	}
	m.ARN = "arn"
	_, err := w.Start(m, "x", nil)
	expectCode(t, err, "InvalidArn")
}

func expectCode(t *testing.T, err error, want string) {
	t.Helper()
	failed, ok := errors.AsType[*asl.StartError](err)
	if !ok || failed.ErrorCode() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestExecutionNamesAreUsedOnce(t *testing.T) {
	w := newWorld(t)
	m := mustLoad(t, oneTask)
	first := w.start(m, "x", `{"a":1}`)
	expect(t, "ARN", first.ARN(), "arn:aws:states:us-east-1:123456789012:execution:StateMachine:x")
	if again := w.start(m, "x", `{"a":1}`); again != first {
		t.Error("starting it again with the same input gave another execution")
	}
	_, err := w.Start(m, "x", json.RawMessage(`{"a":2}`))
	expectCode(t, err, "ExecutionAlreadyExists")
	w.finish(first)
	_, err = w.Start(m, "x", json.RawMessage(`{"a":1}`))
	expectCode(t, err, "ExecutionAlreadyExists")

	other := mustLoad(t, oneTask)
	other.ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:recover"
	x := w.start(other, "x", ``)
	expect(t, "ARN", x.ARN(), "arn:aws:states:us-east-1:123456789012:execution:recover:x")
	expect(t, "input", string(x.Input()), `{}`)
	if found, ok := w.Execution(x.ARN()); !ok || found != x || x.Name() != "x" || x.Machine() != other {
		t.Errorf("got %v %v", found, ok)
	}
}

func TestExecutionsTakeTurnsOnOneClock(t *testing.T) {
	w := newWorld(t)
	var order []string
	w.OnEvent = func(x *asl.Execution, e asl.Event) {
		if e.StateEntered != nil {
			order = append(order, x.Name()+e.StateEntered.Name)
		}
	}
	m := mustLoad(t, `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Wait","SecondsPath":"$.s","Next":"C"},"C":{"Type":"Succeed"}}}`)
	slow, fast := w.start(m, "slow", `{"s":20}`), w.start(m, "fast", `{"s":10}`)
	w.finish(slow)
	expectEnd(t, fast, asl.Succeeded, "")
	expect(t, "order", strings.Join(order, " "), "slowA fastA slowB fastB fastC slowC")
}

func TestTheSameSeedGivesTheSameHistory(t *testing.T) {
	history := func() string {
		w := newWorld(t)
		throttled := failing("Throttled", "Throttled", "Throttled")
		w.tasks["Slow"] = func(c asl.Call) asl.Result { return throttled(c) }
		text, err := json.Marshal(asl.History{Events: w.run(everything(t), `{"items":[1,2,3]}`).History()})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	expect(t, "second run", history(), history())
}
