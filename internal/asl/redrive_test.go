package asl_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
)

// work fails until its two attempts are used up, and again in every redrive that is told to.
const work = `{"StartAt":"First","States":{
	"First":{"Type":"Task","Resource":"r","ResultPath":"$.first","Next":"Work"},
	"Work":{"Type":"Task","Resource":"r","Parameters":{"e.$":"$$.Execution","s.$":"$$.State"},"ResultPath":"$.work","Next":"Done",
		"Retry":[{"ErrorEquals":["Probe"],"IntervalSeconds":1,"MaxAttempts":1}]},
	"Done":{"Type":"Succeed"}}}`

func redrive(t *testing.T, x *asl.Execution) {
	t.Helper()
	if err := x.Redrive(); err != nil {
		t.Fatalf("redrive: %v", err)
	}
}

// The events, their order and what they point back at are those that AWS wrote for a machine of this shape with an activity in
// place of the Lambda function (radkawar/stackd, testdata/aws/stepfunctions/redrive_execution.json, 01-sequence).
func TestARedrivenTaskRunsAgainWithAllItsRetries(t *testing.T) {
	w := newWorld(t)
	w.tasks["Work"] = failing("Probe", "Probe", "Probe", "Probe")
	x := w.run(work, `{"a":1}`)
	expectEnd(t, x, asl.Failed, "Probe")
	for range 2 {
		w.clock.Advance(time.Hour)
		redrive(t, x)
		w.finish(x)
	}
	expectEnd(t, x, asl.Succeeded, "")
	if x.RedriveCount() != 2 || len(w.calls) != 6 {
		t.Errorf("got %d redrives and %d calls, want 2 and First once, Work twice, twice, once", x.RedriveCount(), len(w.calls))
	}
	expect(t, "history from the first failure on", lines(brief(x.History()), 13), `14<13 ExecutionFailed Probe
15<14 ExecutionRedriven
16<7 LambdaFunctionScheduled
17<16 LambdaFunctionStarted
18<17 LambdaFunctionFailed
19<18 LambdaFunctionScheduled
20<19 LambdaFunctionStarted
21<20 LambdaFunctionFailed
22<21 ExecutionFailed Probe
23<22 ExecutionRedriven
24<7 LambdaFunctionScheduled
25<24 LambdaFunctionStarted
26<25 LambdaFunctionSucceeded
27<26 TaskStateExited Work
28<27 SucceedStateEntered Done
29<28 SucceedStateExited Done
30<29 ExecutionSucceeded
`)
	if got := x.History()[22].ExecutionRedriven; got == nil || got.RedriveCount != 2 {
		t.Errorf("got detail %+v of the second redrive", got)
	}
}

// lines drops the first n lines.
func lines(text string, n int) string {
	return strings.Join(strings.SplitAfter(text, "\n")[n:], "")
}

func TestARedrivenTaskSeesTheRedriveInTheContextAndKeepsItsInputAndEntry(t *testing.T) {
	w := newWorld(t)
	w.tasks["Work"] = failing("Other")
	x := w.run(work, `{"a":1}`)
	w.clock.Advance(time.Hour)
	redrive(t, x)
	w.finish(x)
	before, after := string(w.calls[1].Payload), string(w.calls[2].Payload)
	want := strings.Replace(before, `"RedriveCount":0`, `"RedriveCount":1,"RedriveTime":"2026-11-23T20:00:00.250Z"`, 1)
	if before == want {
		t.Fatalf("the first payload has no RedriveCount: %s", before)
	}
	expect(t, "payload", after, want)
	if w.calls[2].RetryCount != 0 || !x.RedriveDate().Equal(x.StartDate().Add(time.Hour)) {
		t.Errorf("got retry count %d, redriven at %v", w.calls[2].RetryCount, x.RedriveDate())
	}
}

func TestARedriveShowsNothingOfTheOldEnd(t *testing.T) {
	w := newWorld(t)
	x := w.start(mustLoad(t, `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}`), "x", `{}`)
	w.clock.Advance(time.Second)
	x.Stop("Manual", "enough")
	redrive(t, x)
	if x.Status() != asl.Running || x.Error() != "" || x.Cause() != "" || !x.StopDate().IsZero() || x.State() != "W" {
		t.Errorf("got %s %q %q, stopped %v in %s", x.Status(), x.Error(), x.Cause(), x.StopDate(), x.State())
	}
}

func TestWhatARedriveDoesInTheStateThatWasInterrupted(t *testing.T) {
	tests := map[string]struct {
		state string
		after time.Duration // it is stopped, and an hour later redriven
		took  time.Duration
		want  string
	}{
		"a Wait waits its seconds again": {
			`"Type":"Wait","Seconds":100,"End":true`, 90 * time.Second, 100 * time.Second,
			"1<0 ExecutionStarted\n2<0 WaitStateEntered S\n3<0 ExecutionAborted\n4<3 ExecutionRedriven\n5<2 WaitStateExited S\n6<5 ExecutionSucceeded\n",
		},
		"a Wait for a time that has passed is left at once": {
			`"Type":"Wait","Timestamp":"2026-11-23T19:30:00Z","End":true`, time.Minute, 0,
			"1<0 ExecutionStarted\n2<0 WaitStateEntered S\n3<0 ExecutionAborted\n4<3 ExecutionRedriven\n5<2 WaitStateExited S\n6<5 ExecutionSucceeded\n",
		},
		"a task between two attempts starts over": {
			`"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":100}],"End":true`, time.Second, 0,
			"1<0 ExecutionStarted\n2<0 TaskStateEntered S\n3<2 LambdaFunctionScheduled\n4<3 LambdaFunctionStarted\n5<4 LambdaFunctionFailed\n" +
				"6<0 ExecutionAborted\n7<6 ExecutionRedriven\n8<2 LambdaFunctionScheduled\n9<8 LambdaFunctionStarted\n" +
				"10<9 LambdaFunctionSucceeded\n11<10 TaskStateExited S\n12<11 ExecutionSucceeded\n",
		},
		"a path that finds nothing finds nothing again": {
			`"Type":"Pass","InputPath":"$.no","End":true`, 0, 0,
			"1<0 ExecutionStarted\n2<0 PassStateEntered S\n3<2 ExecutionFailed States.Runtime\n4<3 ExecutionRedriven\n5<2 ExecutionFailed States.Runtime\n",
		},
		"a Choice chooses again": {
			`"Type":"Choice","Choices":[{"Variable":"$.no","IsNull":true,"Next":"S"},{"Variable":"$.a","IsNull":true,"Next":"End"}]`, 0, 0,
			"1<0 ExecutionStarted\n2<0 ChoiceStateEntered S\n3<2 ExecutionFailed States.Runtime\n4<3 ExecutionRedriven\n5<2 ExecutionFailed States.Runtime\n",
		},
		// Recorded from AWS (08-explicit-fail): no second FailStateEntered, and the failure follows the redrive.
		"a Fail fails again": {
			`"Type":"Fail","Error":"Explicit"`, 0, 0,
			"1<0 ExecutionStarted\n2<0 FailStateEntered S\n3<2 ExecutionFailed Explicit\n4<3 ExecutionRedriven\n5<4 ExecutionFailed Explicit\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tasks["S"] = failing("E")
			states := `{"StartAt":"S","States":{"S":{` + test.state + `}`
			if strings.Contains(test.state, `"Next":"End"`) {
				states += `,"End":{"Type":"Succeed"}`
			}
			x := w.start(mustLoad(t, states+`}}`), "x", `{}`)
			w.clock.Advance(test.after)
			x.Stop("", "")
			w.clock.Advance(time.Hour)
			redrive(t, x)
			w.finish(x)
			expect(t, "history", brief(x.History()), test.want)
			if took := x.StopDate().Sub(x.RedriveDate()); took != test.took {
				t.Errorf("the redrive took %v, want %v", took, test.took)
			}
		})
	}
}

func TestARedriveStartsTheTimeoutsAnew(t *testing.T) {
	w := newWorld(t)
	w.tasks["T"] = func(asl.Call) asl.Result { return asl.Result{Took: 50 * time.Second} }
	x := w.run(`{"TimeoutSeconds":30,"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","TimeoutSeconds":60,"End":true}}}`, `{}`)
	expectEnd(t, x, asl.TimedOut, "")
	w.clock.Advance(time.Hour)
	redrive(t, x)
	w.finish(x)
	expectEnd(t, x, asl.TimedOut, "")
	if took := x.StopDate().Sub(x.RedriveDate()); took != 30*time.Second {
		t.Errorf("the redrive timed out after %v, want 30s", took)
	}
	w.tasks["T"] = failing()
	redrive(t, x)
	w.finish(x)
	expectEnd(t, x, asl.Succeeded, "")
	if at, more := w.clock.Next(); more {
		t.Errorf("the clock still has something to do at %v", at)
	}
}

func TestARedrivenExecutionStillEndsAYearAfterItsStart(t *testing.T) {
	w := newWorld(t)
	x := w.start(mustLoad(t, `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":40000000,"End":true}}}`), "x", `{}`)
	w.clock.Advance(360 * 24 * time.Hour)
	x.Stop("", "")
	redrive(t, x)
	w.finish(x)
	expectEnd(t, x, asl.TimedOut, "")
	if elapsed(x) != 365*24*time.Hour {
		t.Errorf("it ended after %v", elapsed(x))
	}
}

func TestWhatIsNotRedrivable(t *testing.T) {
	const fails = `{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`
	tests := map[string]struct {
		definition string
		age        time.Duration
		want       string
	}{
		"a running execution":          {`{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}`, 0, "Execution is RUNNING and cannot be redriven"},
		"one that succeeded":           {pass(""), 0, "Execution is SUCCEEDED and cannot be redriven"},
		"one that ended 14 days ago":   {fails, 14 * 24 * time.Hour, "Execution redrivable period exceeded"},
		"one that started a year ago":  {fails, 365 * 24 * time.Hour, "Execution has exceeded the max execution time"},
		"one whose history is full":    {`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"E"}],"Default":"C"},"E":{"Type":"Succeed"}}}`, 0, "Execution history event limit exceeded"},
		"but a second before 14 days":  {fails, 14*24*time.Hour - time.Second, ""},
		"and one that has just failed": {fails, 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			x := w.start(mustLoad(t, test.definition), "x", `{}`)
			w.clock.Advance(test.age)
			expect(t, "reason", x.NotRedrivable(), test.want)
			err := x.Redrive()
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			expectCode(t, err, "ExecutionNotRedrivable")
			// The text was recorded from AWS (01-sequence-running-rejected).
			expect(t, "error", err.Error(), "ExecutionNotRedrivable: Execution "+x.ARN()+" invalid for redrive as: "+test.want)
			if x.RedriveCount() != 0 {
				t.Errorf("it was counted: %d", x.RedriveCount())
			}
		})
	}
}

func TestNoExecutionIsRedrivenByItsOwnEvents(t *testing.T) {
	w := newWorld(t)
	var got error
	w.OnEvent = func(x *asl.Execution, e asl.Event) {
		if e.ExecutionFailed != nil {
			got = x.Redrive()
		}
	}
	_ = w.run(`{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`, `{}`)
	if got == nil || !strings.Contains(got.Error(), "not from within its own OnEvent") {
		t.Errorf("got %v from within OnEvent", got)
	}
}

// Whatever event is the one at which somebody stops the execution, a redrive goes on as if nothing had happened: the same
// states, the same arrows, each task once more at most.
func TestARedriveGoesOnWhereverTheExecutionWasStopped(t *testing.T) {
	const definition = `{"StartAt":"P","States":{
		"P":{"Type":"Pass","Result":{"n":1},"ResultPath":"$.p","Next":"T"},
		"T":{"Type":"Task","Resource":"r","ResultPath":"$.t","Next":"C","Catch":[{"ErrorEquals":["States.ALL"],"Next":"W"}]},
		"C":{"Type":"Choice","Choices":[{"Variable":"$.p.n","NumericEquals":1,"Next":"W"}]},
		"W":{"Type":"Wait","Seconds":5,"Next":"M"},
		"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"ResultPath":"$.m","Next":"B","ItemProcessor":{"StartAt":"I","States":{
			"I":{"Type":"Task","Resource":"r","Next":"N"},
			"N":{"Type":"Map","ItemProcessor":{"StartAt":"J","States":{"J":{"Type":"Wait","Seconds":3,"Next":"K"},"K":{"Type":"Succeed"}}},"End":true}}}},
		"B":{"Type":"Parallel","ResultPath":"$.b","Next":"U","Branches":[
			{"StartAt":"X","States":{"X":{"Type":"Task","Resource":"r","ResultPath":null,"End":true}}},
			{"StartAt":"Y","States":{"Y":{"Type":"Wait","Seconds":2,"End":true}}}]},
		"U":{"Type":"Task","Resource":"r","Next":"S"},
		"S":{"Type":"Succeed"}}}`
	const input = `{"items":[[1,2],[],[3]]}`
	first := newWorld(t)
	whole := first.run(definition, input)
	expectEnd(t, whole, asl.Succeeded, "")
	total, calls := len(whole.History()), len(first.calls)
	for stopAt := 1; stopAt < total; stopAt++ {
		w := newWorld(t)
		w.OnEvent = func(x *asl.Execution, e asl.Event) {
			if int(e.ID) == stopAt {
				x.Stop("", "")
			}
		}
		x := w.run(definition, input)
		redrive(t, x)
		x.Stop("", "before anything has gone on") // nothing of it is lost
		redrive(t, x)
		w.finish(x)
		expectEnd(t, x, asl.Succeeded, "")
		again := 2 // as many tasks as run at once
		if string(x.Output()) != string(whole.Output()) || len(x.Taken()) != len(whole.Taken()) || len(w.calls) > calls+again {
			t.Errorf("stopped at %d: got %s by %v with %d calls\n%s", stopAt, x.Output(), x.Taken(), len(w.calls), brief(x.History()))
		}
		if got, want := iterations(x), iterations(whole); got != want {
			t.Errorf("stopped at %d: %d iterations succeeded, want %d, each once", stopAt, got, want)
		}
		for i, e := range x.History() {
			if e.ID != int64(i)+1 || e.PreviousEventID >= e.ID {
				t.Errorf("stopped at %d: event %d has id %d and previous %d", stopAt, i, e.ID, e.PreviousEventID)
			}
		}
	}
}

// iterations is how many of all Map states have succeeded.
func iterations(x *asl.Execution) int {
	n := 0
	for _, e := range x.History() {
		if e.Type == "MapIterationSucceeded" {
			n++
		}
	}
	return n
}

// "RedriveExecution API action reschedules and redrives only the iterations and branches that failed or aborted" (API reference).
func TestARedriveOfAMapRunsOnlyWhatHasNotSucceeded(t *testing.T) {
	took := map[string]time.Duration{"0": time.Second, "1": 2 * time.Second, "2": time.Minute}
	for name, test := range map[string]struct {
		fields, branches string
		calls            []string
	}{
		"the iteration that failed and its siblings": {``, `[0,1,2]`, []string{"0", "1", "2", "1", "2"}},
		"and those that had not been started":        {`"MaxConcurrency":2,`, `[0,1,2]`, []string{"0", "1", "2", "1", "2"}},
		"nor one whose result could not be shaped":   {`"ResultSelector":{"a.$":"$.no"},`, `[0]`, []string{"0"}},
		"but all of a Map that is to be tried again": {`"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":99}],`, `[0,1]`, []string{"0", "1", "0", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			failing := true
			w.tasks["I"] = func(c asl.Call) asl.Result {
				r := asl.Result{Output: c.Payload, Took: took[string(c.Payload)]}
				if failing && string(c.Payload) == "1" {
					r.Failure = &asl.Failure{Error: "E"}
				}
				return r
			}
			x := w.start(mustLoad(t, mapping(test.fields)), "x", test.branches)
			w.clock.Advance(10 * time.Second)
			x.Stop("", "") // where it waits for its retry
			failing = false
			redrive(t, x)
			w.finish(x)
			var got []string
			for _, c := range w.calls {
				got = append(got, string(c.Payload))
			}
			if !slices.Equal(got, test.calls) {
				t.Errorf("called with %v, want %v\n%s", got, test.calls, brief(x.History()))
			}
			if !strings.Contains(name, "shaped") {
				expectEnd(t, x, asl.Succeeded, "")
				expect(t, "output", string(x.Output()), test.branches)
			}
		})
	}
}

func TestTheSameSeedGivesTheSameRedrive(t *testing.T) {
	history := func() string {
		w := newWorld(t)
		w.tasks["Work"] = failing("Probe", "Probe", "Probe")
		x := w.run(work, `{}`)
		redrive(t, x)
		w.finish(x)
		text, err := json.Marshal(asl.History{Events: x.History()})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	expect(t, "second run", history(), history())
}

func TestFailEndsTheExecutionWithoutAnyCatch(t *testing.T) {
	w := newWorld(t)
	w.tasks["T"] = func(asl.Call) asl.Result { return asl.Result{Took: 50 * time.Second} }
	x := w.start(mustLoad(t, oneTask), "x", `{}`)
	w.clock.Advance(10 * time.Second)
	x.Fail(asl.StatesRuntime, "State machine StateMachine has been deleted")
	x.Fail("Again", "")
	w.clock.Advance(time.Hour)
	expectEnd(t, x, asl.Failed, asl.StatesRuntime)
	expect(t, "cause", x.Cause(), "State machine StateMachine has been deleted")
	expect(t, "history", brief(x.History()), "1<0 ExecutionStarted\n2<0 TaskStateEntered T\n3<2 LambdaFunctionScheduled\n4<3 LambdaFunctionStarted\n5<4 ExecutionFailed States.Runtime\n")
	w.tasks["T"] = failing()
	redrive(t, x)
	w.finish(x)
	expectEnd(t, x, asl.Succeeded, "")
}
