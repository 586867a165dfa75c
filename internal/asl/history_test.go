package asl_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/asl"
)

// The expected orders and previous ids are those that AWS wrote for machines of these shapes, as recorded in localstack's
// snapshot tests (tests/aws/services/stepfunctions/v2: scenarios, timeouts, error_handling, states_variables).
func TestHistoryFollowsRecordingsFromAWS(t *testing.T) {
	fails := func(asl.Call) asl.Result { return asl.Result{Failure: &asl.Failure{Error: "Exception"}} }
	slow := func(asl.Call) asl.Result { return asl.Result{Took: time.Minute} }
	const item = `"ItemProcessor":{"StartAt":"I","States":{"I":`
	tests := map[string]struct {
		definition string
		input      string
		task       func(asl.Call) asl.Result
		want       string
	}{
		"a task that fails": {
			definition: `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","End":true}}}`, task: fails,
			want: `1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 LambdaFunctionScheduled
4<3 LambdaFunctionStarted
5<4 LambdaFunctionFailed
6<5 ExecutionFailed Exception
`,
		},
		"a task that times out": {
			definition: `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","TimeoutSeconds":5,"End":true}}}`, task: slow,
			want: `1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 LambdaFunctionScheduled
4<3 LambdaFunctionStarted
5<4 LambdaFunctionTimedOut
6<5 ExecutionFailed States.Timeout
`,
		},
		"a task that is retried": {
			definition: `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","End":true,
				"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}]}}}`, task: fails,
			want: `1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 LambdaFunctionScheduled
4<3 LambdaFunctionStarted
5<4 LambdaFunctionFailed
6<5 LambdaFunctionScheduled
7<6 LambdaFunctionStarted
8<7 LambdaFunctionFailed
9<8 ExecutionFailed Exception
`,
		},
		"a task whose failure is caught": {
			definition: `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","End":true,
				"Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"C"}]},"C":{"Type":"Pass","End":true}}}`, task: fails,
			want: `1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 LambdaFunctionScheduled
4<3 LambdaFunctionStarted
5<4 LambdaFunctionFailed
6<5 TaskStateExited T
7<6 PassStateEntered C
8<7 PassStateExited C
9<8 ExecutionSucceeded
`,
		},
		"a Fail state in a branch, retried": {
			definition: `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
				"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],
				"Branches":[{"StartAt":"B","States":{"B":{"Type":"Fail","Error":"FailureType"}}}]}}}`,
			want: `1<0 ExecutionStarted
2<0 ParallelStateEntered P
3<2 ParallelStateStarted
4<3 FailStateEntered B
5<4 ParallelStateStarted
6<5 FailStateEntered B
7<6 ParallelStateStarted
8<7 FailStateEntered B
9<8 ParallelStateFailed
10<9 ExecutionFailed FailureType
`,
		},
		"a task in a branch that fails and is caught outside": {
			definition: `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
				"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],
				"Branches":[{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"r","End":true}}}]},"C":{"Type":"Pass","End":true}}}`,
			task: fails,
			want: `1<0 ExecutionStarted
2<0 ParallelStateEntered P
3<2 ParallelStateStarted
4<3 TaskStateEntered B
5<4 LambdaFunctionScheduled
6<5 LambdaFunctionStarted
7<6 LambdaFunctionFailed
8<7 TaskStateAborted
9<7 ParallelStateFailed
10<9 ParallelStateExited P
11<10 PassStateEntered C
12<11 PassStateExited C
13<12 ExecutionSucceeded
`,
		},
		"branches that succeed": {
			definition: `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
				{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]}}}`,
			want: `1<0 ExecutionStarted
2<0 ParallelStateEntered P
3<2 ParallelStateStarted
4<3 PassStateEntered A
5<4 PassStateExited A
6<3 PassStateEntered B
7<6 PassStateExited B
8<7 ParallelStateSucceeded
9<7 ParallelStateExited P
10<9 ExecutionSucceeded
`,
		},
		"iterations one after the other": {
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,"End":true,` + item + `{"Type":"Pass","End":true}}}}}}`,
			input:      `[1,2]`,
			want: `1<0 ExecutionStarted
2<0 MapStateEntered M
3<2 MapStateStarted
4<3 MapIterationStarted 0
5<4 PassStateEntered I
6<5 PassStateExited I
7<6 MapIterationSucceeded 0
8<6 MapIterationStarted 1
9<8 PassStateEntered I
10<9 PassStateExited I
11<10 MapIterationSucceeded 1
12<11 MapStateSucceeded
13<11 MapStateExited M
14<13 ExecutionSucceeded
`,
		},
		"an iteration that fails, retried": {
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],` +
				item + `{"Type":"Fail","Error":"E"}}}}}}`,
			input: `[1]`,
			want: `1<0 ExecutionStarted
2<0 MapStateEntered M
3<2 MapStateStarted
4<3 MapIterationStarted 0
5<4 FailStateEntered I
6<5 MapIterationFailed 0
7<5 MapStateStarted
8<7 MapIterationStarted 0
9<8 FailStateEntered I
10<9 MapIterationFailed 0
11<9 MapStateFailed
12<11 ExecutionFailed E
`,
		},
		"iterations that time out together": {
			definition: `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,` + item + `{"Type":"Task","Resource":"r","TimeoutSeconds":5,"End":true}}}}}}`,
			input:      `[1,2]`, task: slow,
			want: `1<0 ExecutionStarted
2<0 MapStateEntered M
3<2 MapStateStarted
4<3 MapIterationStarted 0
5<3 MapIterationStarted 1
6<4 TaskStateEntered I
7<6 LambdaFunctionScheduled
8<7 LambdaFunctionStarted
9<5 TaskStateEntered I
10<9 LambdaFunctionScheduled
11<10 LambdaFunctionStarted
12<8 LambdaFunctionTimedOut
13<12 MapIterationFailed 0
14<12 TaskStateAborted
15<12 MapIterationAborted 1
16<12 TaskStateAborted
17<12 MapStateFailed
18<17 ExecutionFailed States.Timeout
`,
		},
		"a path that finds nothing": {
			definition: `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","ResultSelector":{"a.$":"$.no"},"End":true,
				"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]},"C":{"Type":"Pass","End":true}}}`,
			want: `1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 LambdaFunctionScheduled
4<3 LambdaFunctionStarted
5<4 LambdaFunctionSucceeded
6<5 ExecutionFailed States.Runtime
`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if test.task != nil {
				w.tasks["T"], w.tasks["B"], w.tasks["I"] = test.task, test.task, test.task
			}
			x := w.run(test.definition, test.input)
			expect(t, "history", brief(x.History()), test.want)
		})
	}
}

// Every type and member exists in the SDK under the same name: nothing is invented.
func TestHistoryUsesTheNamesOfTheServiceModel(t *testing.T) {
	model := reflect.TypeFor[types.HistoryEvent]()
	checkMembers(t, reflect.TypeFor[asl.Event](), model)

	w := newWorld(t)
	w.tasks["Slow"] = func(asl.Call) asl.Result { return asl.Result{Took: time.Minute} }
	definition, err := os.ReadFile("testdata/everything.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	x := w.run(string(definition), `{"items":[1,2,3]}`)
	known := map[string]bool{}
	for _, value := range types.HistoryEventType("").Values() {
		known[string(value)] = true
	}
	seen := map[string]bool{}
	for _, e := range x.History() {
		seen[e.Type] = true
		if !known[e.Type] {
			t.Errorf("%s is not a type of the service model", e.Type)
		}
	}
	if len(seen) < 30 {
		t.Errorf("the example shows only %d types of events: %v", len(seen), seen)
	}
}

func checkMembers(t *testing.T, ours, model reflect.Type) {
	t.Helper()
	for field := range ours.Fields() {
		if !field.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		theirs, ok := model.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !ok {
			t.Errorf("%s has no member %s", model.Name(), name)
			continue
		}
		a, b := field.Type, theirs.Type
		for a.Kind() == reflect.Pointer {
			a = a.Elem()
		}
		for b.Kind() == reflect.Pointer {
			b = b.Elem()
		}
		if a.Kind() == reflect.Struct && a != reflect.TypeFor[time.Time]() {
			checkMembers(t, a, b)
		}
	}
}

func TestHistoryPrintsLikeTheCLI(t *testing.T) {
	w := newWorld(t)
	x := w.run(`{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${Function}","TimeoutSeconds":7,"End":true}}}`, `{"a":"<&>"}`)
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(asl.History{Events: x.History()[:3]}); err != nil {
		t.Fatal(err)
	}
	want := `{"events":[{"timestamp":"2026-11-23T19:00:00.250000+00:00","type":"ExecutionStarted","id":1,"previousEventId":0,` +
		`"executionStartedEventDetails":{"input":"{\"a\":\"<&>\"}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::123456789012:role/test"}},` +
		`{"timestamp":"2026-11-23T19:00:00.250000+00:00","type":"TaskStateEntered","id":2,"previousEventId":0,` +
		`"stateEnteredEventDetails":{"name":"T","input":"{\"a\":\"<&>\"}","inputDetails":{"truncated":false}}},` +
		`{"timestamp":"2026-11-23T19:00:00.250000+00:00","type":"LambdaFunctionScheduled","id":3,"previousEventId":2,` +
		`"lambdaFunctionScheduledEventDetails":{"resource":"${Function}","input":"{\"a\":\"<&>\"}","inputDetails":{"truncated":false},"timeoutInSeconds":7}}]}` + "\n"
	expect(t, "history", out.String(), want)
}

func TestHistoryEndsAt25000Events(t *testing.T) {
	w := newWorld(t)
	x := w.run(`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"End"}],"Default":"C"},"End":{"Type":"Succeed"}}}`, `{}`)
	expectEnd(t, x, asl.Failed, asl.StatesRuntime)
	expect(t, "cause", x.Cause(), "The execution reached the maximum number of history events (25000).")
	events := x.History()
	if last := events[len(events)-1]; len(events) != 25_000 || last.ID != 25_000 || last.Type != "ExecutionFailed" {
		t.Errorf("got %d events, the last %+v", len(events), last)
	}
}
