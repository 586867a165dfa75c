package asl_test

import (
	"encoding/json"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
)

func mapping(fields string) string {
	return `{"StartAt":"M","States":{"M":{"Type":"Map",` + fields + `"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"I","States":{"I":{"Type":"Task","Resource":"r","End":true}}},"End":true}}}`
}

func TestMap(t *testing.T) {
	const input = `{"who":"me","list":[{"n":1},{"n":2}]}`
	tests := map[string]struct{ fields, input, want string }{
		"the input itself":         {``, `[3,4]`, `[3,4]`},
		"no items":                 {``, `[]`, `[]`},
		"ItemsPath":                {`"ItemsPath":"$.list",`, input, `[{"n":1},{"n":2}]`},
		"InputPath as well":        {`"InputPath":"$.list[0]","ItemsPath":"$.n",`, `{"list":[{"n":[5]}]}`, `[5]`},
		"ItemSelector":             {`"ItemsPath":"$.list","ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value.n","who.$":"$.who"},`, input, `[{"i":0,"v":1,"who":"me"},{"i":1,"v":2,"who":"me"}]`},
		"Parameters, its old name": {`"ItemsPath":"$.list","Parameters":{"v.$":"$$.Map.Item.Value"},`, input, `[{"v":{"n":1}},{"v":{"n":2}}]`},
		"ResultSelector and ResultPath": {
			`"ItemsPath":"$.list","ResultSelector":{"first.$":"$[0].n"},"ResultPath":"$.r",`, input,
			`{"who":"me","list":[{"n":1},{"n":2}],"r":{"first":1}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(mapping(test.fields), test.input)
			expectEnd(t, x, asl.Succeeded, "")
			expect(t, "output", string(x.Output()), test.want)
		})
	}
}

func TestMapOverWhatIsNoArray(t *testing.T) {
	x := newWorld(t).run(mapping(`"ItemsPath":"$.a",`), `{"a":{}}`)
	expectEnd(t, x, asl.Failed, asl.StatesRuntime)
	x = newWorld(t).run(mapping(`"ItemsPath":"$.b",`), `{"a":{}}`)
	expectEnd(t, x, asl.Failed, asl.StatesRuntime)
}

func TestMapConcurrency(t *testing.T) {
	items := make([]int, 100)
	input, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		fields string
		most   int
		took   time.Duration
	}{
		"one at a time":                      {`"MaxConcurrency":1,`, 1, 100 * time.Minute},
		"seven at a time":                    {`"MaxConcurrency":7,`, 7, 15 * time.Minute},
		"as many as an inline Map may":       {``, 40, 3 * time.Minute},
		"not more than an inline Map either": {`"MaxConcurrency":1000,`, 40, 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			running, most := 0, 0
			w.tasks["I"] = func(asl.Call) asl.Result {
				running++
				most = max(most, running)
				w.clock.After(time.Minute, func() { running-- })
				return asl.Result{Took: time.Minute}
			}
			x := w.run(mapping(test.fields), string(input))
			if most != test.most || elapsed(x) != test.took {
				t.Errorf("got %d at a time and %v", most, elapsed(x))
			}
		})
	}
}

func TestParallelGathersInOrder(t *testing.T) {
	w := newWorld(t)
	w.tasks["Slow"] = func(asl.Call) asl.Result { return asl.Result{Output: json.RawMessage(`"slow"`), Took: time.Minute} }
	w.tasks["Fast"] = func(c asl.Call) asl.Result { return asl.Result{Output: c.Payload} }
	x := w.run(`{"StartAt":"P","States":{"P":{"Type":"Parallel","Parameters":{"x.$":"$.a"},"ResultPath":"$.both","End":true,"Branches":[
		{"StartAt":"Slow","States":{"Slow":{"Type":"Task","Resource":"r","End":true}}},
		{"StartAt":"Fast","States":{"Fast":{"Type":"Task","Resource":"r","End":true}}}]}}}`, `{"a":1}`)
	expect(t, "output", string(x.Output()), `{"a":1,"both":["slow",{"x":1}]}`)
	if elapsed(x) != time.Minute {
		t.Errorf("took %v", elapsed(x))
	}
}

// The sibling's write happened, but nothing comes of its result, and it does not hold the clock.
func TestAFailedBranchDropsItsSiblings(t *testing.T) {
	w := newWorld(t)
	w.tasks["Slow"] = func(asl.Call) asl.Result { return asl.Result{Took: time.Hour} }
	w.tasks["Bad"] = func(asl.Call) asl.Result {
		return asl.Result{Failure: &asl.Failure{Error: "Bad"}, Took: time.Second}
	}
	x := w.run(`{"StartAt":"P","States":{"P":{"Type":"Parallel","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true,"Branches":[
		{"StartAt":"Slow","States":{"Slow":{"Type":"Task","Resource":"r","End":true}}},
		{"StartAt":"Bad","States":{"Bad":{"Type":"Task","Resource":"r","End":true}}}]},"C":{"Type":"Succeed"}}}`, `{}`)
	expectEnd(t, x, asl.Succeeded, "")
	expect(t, "output", string(x.Output()), `{"Error":"Bad","Cause":""}`)
	if elapsed(x) != time.Second || len(w.calls) != 2 {
		t.Errorf("took %v, %d calls", elapsed(x), len(w.calls))
	}
	if at, more := w.clock.Next(); more {
		t.Errorf("the clock still has something to do at %v", at)
	}
}

func TestStatesRuntimeInABranchIsNotCaughtOutside(t *testing.T) {
	x := newWorld(t).run(`{"StartAt":"P","States":{"P":{"Type":"Parallel","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true,"Branches":[
		{"StartAt":"B","States":{"B":{"Type":"Pass","InputPath":"$.no","End":true}}}]},"C":{"Type":"Succeed"}}}`, `{}`)
	expectEnd(t, x, asl.Failed, asl.StatesRuntime)
}

// Taken lists every arrow that a run followed, so that tests can demand all of a machine's.
func TestTakenIsMadeOfTheMachinesArrows(t *testing.T) {
	w := newWorld(t)
	w.tasks["Slow"] = func(asl.Call) asl.Result { return asl.Result{Took: time.Minute} }
	x := w.run(everything(t), `{"items":[1]}`)
	left := map[asl.Arrow]bool{}
	for _, a := range x.Machine().Arrows() {
		left[a] = true
	}
	for _, a := range x.Taken() {
		if _, known := left[a]; !known {
			t.Errorf("%+v is not an arrow of the machine", a)
		}
		left[a] = false
	}
	var missing []string
	for a, not := range left {
		if not {
			missing = append(missing, a.From+" > "+a.To+" "+a.Errors)
		}
	}
	if len(missing) != 3 { // no items, no success of Slow, no refusal
		t.Errorf("not taken: %q", missing)
	}
}
