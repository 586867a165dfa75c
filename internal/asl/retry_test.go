package asl_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
)

func everything(t *testing.T) string {
	t.Helper()
	definition, err := os.ReadFile("testdata/everything.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(definition)
}

func retrying(retry string) string {
	return `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","Parameters":{"n.$":"$$.State.RetryCount"},"Retry":[` + retry + `],
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"Next":"Y"},"Y":{"Type":"Succeed"},"Z":{"Type":"Succeed"}}}`
}

func TestRetry(t *testing.T) {
	tests := map[string]struct {
		retry  string
		errors string
		state  string
		took   time.Duration
		calls  int
	}{
		"the defaults: three times, after 1, 2 and 4 seconds":      {`{"ErrorEquals":["A"]}`, "A A A", "Y", 7 * time.Second, 4},
		"the defaults: not a fourth time":                          {`{"ErrorEquals":["A"]}`, "A A A A", "Z", 7 * time.Second, 4},
		"another error is not retried":                             {`{"ErrorEquals":["A"]}`, "B", "Z", 0, 1},
		"zero attempts":                                            {`{"ErrorEquals":["A"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}`, "A", "Z", 0, 1},
		"zero attempts for one error, the rest by the wildcard":    {`{"ErrorEquals":["A"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}`, "B", "Y", time.Second, 2},
		"AWS's example: 3 and 4.5 seconds":                         {`{"ErrorEquals":["A"],"IntervalSeconds":3,"MaxAttempts":2,"BackoffRate":1.5}`, "A A", "Y", 7500 * time.Millisecond, 3},
		"AWS's example: each retrier counts for itself":            {`{"ErrorEquals":["A","B"],"IntervalSeconds":1,"BackoffRate":2.0,"MaxAttempts":2},{"ErrorEquals":["C"],"IntervalSeconds":5}`, "A B C B B", "Z", 8 * time.Second, 4},
		"MaxDelaySeconds caps":                                     {`{"ErrorEquals":["A"],"IntervalSeconds":4,"MaxAttempts":4,"MaxDelaySeconds":10}`, "A A A A", "Y", 32 * time.Second, 5},
		"States.TaskFailed covers what a task reports":             {`{"ErrorEquals":["States.TaskFailed"]}`, "A Lambda.Unknown", "Y", 3 * time.Second, 3},
		"but not a timeout":                                        {`{"ErrorEquals":["States.TaskFailed"]}`, "States.Timeout", "Z", 0, 1},
		"States.Timeout by name":                                   {`{"ErrorEquals":["States.Timeout"]}`, "States.Timeout", "Y", time.Second, 2},
		"States.Runtime is neither retried nor caught":             {`{"ErrorEquals":["States.ALL"]}`, "States.Runtime", "T", 0, 1},
		"a backoff beyond all bounds ends at the largest interval": {`{"ErrorEquals":["A"],"IntervalSeconds":20000,"BackoffRate":1000000,"MaxAttempts":1}`, "A", "Y", 20000 * time.Second, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tasks["T"] = failing(strings.Fields(test.errors)...)
			x := w.run(retrying(test.retry), `{}`)
			if x.State() != test.state || elapsed(x) != test.took || len(w.calls) != test.calls {
				t.Errorf("got %s after %v and %d calls, want %s after %v and %d", x.State(), elapsed(x), len(w.calls), test.state, test.took, test.calls)
			}
			for i, c := range w.calls {
				if c.RetryCount != i || string(c.Payload) != `{"n":`+string(rune('0'+i))+`}` {
					t.Errorf("call %d says %d and %s", i, c.RetryCount, c.Payload)
				}
			}
		})
	}
}

func TestFullJitterStaysWithinTheDelay(t *testing.T) {
	seen := map[time.Duration]bool{}
	for seed := range uint64(50) {
		w := newWorld(t)
		w.Rand = rand.New(rand.NewPCG(seed, 0))
		w.tasks["T"] = failing("A")
		x := w.run(retrying(`{"ErrorEquals":["A"],"IntervalSeconds":8,"JitterStrategy":"FULL"}`), `{}`)
		if elapsed(x) < 0 || elapsed(x) > 8*time.Second {
			t.Errorf("waited %v", elapsed(x))
		}
		seen[elapsed(x).Truncate(2*time.Second)] = true
	}
	if len(seen) < 4 {
		t.Errorf("50 delays fall into %d quarters only", len(seen))
	}
}

func TestCatch(t *testing.T) {
	const machine = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","ResultPath":"$.r","OutputPath":"$.r","Catch":[
		{"ErrorEquals":["A","B"],"ResultPath":"$.fault","Next":"First"},{"ErrorEquals":["C"],"ResultPath":null,"Next":"Second"},
		{"ErrorEquals":["States.ALL"],"Next":"Third"}],"End":true},
		"First":{"Type":"Succeed"},"Second":{"Type":"Succeed"},"Third":{"Type":"Succeed"}}}`
	tests := map[string]struct{ name, input, state, output string }{
		"the error output goes beside the input, past OutputPath": {"B", `{"a":1}`, "First", `{"a":1,"fault":{"Error":"B","Cause":"because B"}}`},
		"null discards it":              {"C", `{"a":1}`, "Second", `{"a":1}`},
		"without ResultPath it is all":  {"D", `{"a":1}`, "Third", `{"Error":"D","Cause":"because D"}`},
		"a place that does not fit":     {"A", `"text"`, "T", ``},
		"States.Runtime ends it all":    {"States.Runtime", `{}`, "T", ``},
		"an odd character is no danger": {"D\xff", `{}`, "Third", `{"Error":"D�","Cause":"because D�"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tasks["T"] = failing(test.name)
			x := w.run(machine, test.input)
			expect(t, "state", x.State(), test.state)
			expect(t, "output", string(x.Output()), test.output)
		})
	}
}

func TestParameterPathFailureCanBeCaughtWhenTheSwitchIsSet(t *testing.T) {
	const machine = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","Parameters":{"a.$":"$.no"},
		"Catch":[{"ErrorEquals":["States.ParameterPathFailure"],"Next":"C"}],"End":true},"C":{"Type":"Succeed"}}}`
	for catchable, want := range map[bool]asl.Status{false: asl.Failed, true: asl.Succeeded} {
		w := newWorld(t)
		w.CatchableParameterPaths = catchable
		if x := w.run(machine, `{}`); x.Status() != want || len(w.calls) != 0 {
			t.Errorf("with %v: got %s %s, %d calls", catchable, x.Status(), x.Error(), len(w.calls))
		}
	}
}

func TestFail(t *testing.T) {
	tests := map[string]struct{ fields, name, cause string }{
		"constants":           {`,"Error":"E","Cause":"c"`, "E", "c"},
		"nothing":             {``, "", ""},
		"paths":               {`,"ErrorPath":"$.e","CausePath":"$$.State.Name"`, "Odd", "F"},
		"intrinsic functions": {`,"Error":"E","CausePath":"States.Format('{} of {}', $.e, $$.Execution.Name)"`, "E", "Odd of run-0"},
		"a path to nothing":   {`,"ErrorPath":"$.x"`, "States.Runtime", `An error occurred while executing the state 'F' (entered at the event id #2). The JSONPath '$.x' specified for the field 'ErrorPath' could not be found in the input '{"e":"Odd","n":1}'`},
		"a path to a number":  {`,"CausePath":"$.n"`, "States.Runtime", `An error occurred while executing the state 'F' (entered at the event id #2). The CausePath must be a string, not 1`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(`{"StartAt":"F","States":{"F":{"Type":"Fail"`+test.fields+`}}}`, `{"e":"Odd","n":1}`)
			expectEnd(t, x, asl.Failed, test.name)
			expect(t, "cause", x.Cause(), test.cause)
		})
	}
}
