package asl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cloudfront-cd/internal/asl"
)

func TestDataFlow(t *testing.T) {
	tests := map[string]struct{ fields, input, want string }{
		"a state without fields passes its input on as it is written": {``, `{"z": 1.0, "a":[1, 2]}`, `{"z": 1.0, "a":[1, 2]}`},
		"a result replaces the input":                                 {`"Result":{"a":1},`, `{"b":2}`, `{"a":1}`},
		"a result is not searched for paths":                          {`"Result":{"a.$":"$.x"},`, `{}`, `{"a.$":"$.x"}`},
		"a null result":                                               {`"Result":null,`, `{"b":2}`, `null`},
		"ResultPath keeps order and puts new fields last":             {`"Result":9,"ResultPath":"$.m.d",`, `{"z":0,"m":{"b":1,"d":2,"a":3},"y":1}`, `{"z":0,"m":{"b":1,"d":9,"a":3},"y":1}`},
		"ResultPath makes what is missing on its way":                 {`"Result":6,"ResultPath":"$.m.result.sum",`, `{"m":{"d":[1]}}`, `{"m":{"d":[1],"result":{"sum":6}}}`},
		"ResultPath into an array":                                    {`"Result":6,"ResultPath":"$.m[1]['x y']",`, `{"m":[0,{},2]}`, `{"m":[0,{"x y":6},2]}`},
		"ResultPath null discards the result":                         {`"Result":6,"ResultPath":null,`, `{"m":1}`, `{"m":1}`},
		"InputPath selects":                                           {`"InputPath":"$.m",`, `{"m":[1]}`, `[1]`},
		"InputPath null is an empty object":                           {`"InputPath":null,`, `{"m":[1]}`, `{}`},
		"InputPath does not narrow what ResultPath adds to":           {`"InputPath":"$.m","ResultPath":"$.n",`, `{"m":1}`, `{"m":1,"n":1}`},
		"OutputPath selects":                                          {`"OutputPath":"$.m",`, `{"m":[1]}`, `[1]`},
		"OutputPath null is an empty object":                          {`"OutputPath":null,`, `{"m":[1]}`, `{}`},
		"a path to several values makes an array":                     {`"InputPath":"$.a[0,1]",`, `{"a":[1,2,3]}`, `[1,2]`},
		"numbers keep their digits":                                   {`"Parameters":{"n.$":"$.n"},`, `{"n":[1.10,1E2,12345678901234567890,-0]}`, `{"n":[1.10,1E2,12345678901234567890,-0]}`},
		"text keeps its characters":                                   {`"Parameters":{"n.$":"$.n"},`, `{"n":"<\u003e&é\u2028\u0001\"\\\/\t"}`, "{\"n\":\"<>&é\u2028\\u0001\\\"\\\\/\\t\"}"},
		"Parameters keep their order":                                 {`"Parameters":{"z":1,"y.$":"$.b","x":{"w.$":"$.a","v":null}},`, `{"a":1,"b":2}`, `{"z":1,"y":2,"x":{"w":1,"v":null}}`},
		"the last of two fields with a name counts":                   {`"Parameters":{"n.$":"$.n"},`, `{"n":1,"n":2}`, `{"n":2}`},
		"an object of many fields":                                    {`"Parameters":{"n.$":"$.f20"},"ResultPath":"$.f3",`, many(30), strings.Replace(many(30), `"f3":3`, `"f3":{"n":20}`, 1)},
		"the context object": {
			`"Parameters":{"e.$":"$$.Execution.Id","n.$":"$$.Execution.Name","i.$":"$$.Execution.Input","r.$":"$$.Execution.RoleArn","t.$":"$$.Execution.StartTime","m.$":"$$.StateMachine","s.$":"$$.State"},`,
			`{"a":1}`,
			`{"e":"arn:aws:states:us-east-1:123456789012:execution:StateMachine:run-0","n":"run-0","i":{"a":1},"r":"arn:aws:iam::123456789012:role/test",` +
				`"t":"2026-11-23T19:00:00.250Z","m":{"Id":"arn:aws:states:us-east-1:123456789012:stateMachine:StateMachine","Name":"StateMachine"},"s":{"Name":"P","EnteredTime":"2026-11-23T19:00:00.250Z"}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(test.fields), test.input)
			expectEnd(t, x, asl.Succeeded, "")
			expect(t, "output", string(x.Output()), test.want)
		})
	}
}

// many is an object with n fields.
func many(n int) string {
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf(`"f%d":%d`, i, i))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func TestPaths(t *testing.T) {
	const input = `{"a":{"b":[10,20,30,40]},"x y":{"it's":1},"o":{"p":1,"q":2},"l":[{"n":1},{"n":2},{"m":3}]}`
	tests := map[string]struct{ path, want string }{
		"the root":                             {`$`, input},
		"a name":                               {`$.a.b`, `[10,20,30,40]`},
		"names in brackets":                    {`$['a']['b'][1]`, `20`},
		"a quoted name":                        {`$['x y']['it\\'s']`, `1`},
		"a bracket after a dot":                {`$.['x y'].['it\\'s']`, `1`},
		"an index from the end":                {`$.a.b[-1]`, `40`},
		"a slice":                              {`$.a.b[1:3]`, `[20,30]`},
		"a slice from the end":                 {`$.a.b[-3:]`, `[20,30,40]`},
		"a slice to an end":                    {`$.a.b[:2]`, `[10,20]`},
		"a slice that is empty":                {`$.a.b[3:1]`, `[]`},
		"some items":                           {`$.a.b[0,3,9]`, `[10,40]`},
		"all items":                            {`$.a.b[*]`, `[10,20,30,40]`},
		"all fields":                           {`$.o.*`, `[1,2]`},
		"a field of all items that have it":    {`$.l[*].n`, `[1,2]`},
		"all of something missing is an array": {`$.nothing[*]`, `[]`},
		"a part of something missing":          {`$.nothing.at.all[1:].x`, `[]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(`"Parameters":{"v.$":"`+test.path+`"},`), input)
			expect(t, "output", string(x.Output()), `{"v":`+test.want+`}`)
		})
	}
}

func TestPathsThatFindNothing(t *testing.T) {
	const prefix = "An error occurred while executing the state 'P' (entered at the event id #2). "
	tests := map[string]struct{ fields, want string }{
		"in InputPath":               {`"InputPath":"$.no",`, "Invalid path '$.no' : No results for path: $['no']"},
		"on the way in InputPath":    {`"InputPath":"$.no.such[0]",`, "Invalid path '$.no.such[0]' : Missing property in path $['no']"},
		"an index":                   {`"InputPath":"$.a[1]",`, "Invalid path '$.a[1]' : No results for path: $['a'][1]"},
		"in OutputPath":              {`"OutputPath":"$.no",`, "Invalid path '$.no' : No results for path: $['no']"},
		"in Parameters":              {`"Parameters":{"v.$":"$.no"},`, `The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{"a":[1]}'`},
		"in an argument":             {`"Parameters":{"v.$":"States.Array($.no)"},`, `The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{"a":[1]}'`},
		"in the context's input":     {`"Parameters":{"v.$":"$$.Execution.Input.no"},`, `The JSONPath '$$.Execution.Input.no' specified for the field 'v.$' could not be found in the input '`},
		"in a name below a non-item": {`"InputPath":"$.a.b",`, "Invalid path '$.a.b' : No results for path: $['a']['b']"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(test.fields), `{"a":[1]}`)
			expectEnd(t, x, asl.Failed, asl.StatesRuntime)
			if !strings.HasPrefix(x.Cause(), prefix+test.want) {
				t.Errorf("got cause %s, want %s", x.Cause(), prefix+test.want)
			}
		})
	}
}

func TestResultPathThatDoesNotFit(t *testing.T) {
	for name, input := range map[string]string{"text": `"foo"`, "null on the way": `{"a":null}`, "an array": `{"a":[]}`} {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(`"Result":1,"ResultPath":"$.a.b",`), input)
			expectEnd(t, x, asl.Failed, asl.StatesResultPathMatchFailure)
		})
	}
}

// Documents share their parts, so no state may change one in place.
func TestTheInputStaysAsItWas(t *testing.T) {
	const input = `{"m":[{"a":1},2],"n":3}`
	x := newWorld(t).run(`{"StartAt":"A","States":{"A":{"Type":"Pass","Result":9,"ResultPath":"$.m[0].a","Next":"B"},
		"B":{"Type":"Pass","Result":8,"ResultPath":"$.n","Next":"C"},"C":{"Type":"Pass","InputPath":"$$.Execution.Input","End":true}}}`, input)
	expect(t, "output", string(x.Output()), input)
	expect(t, "output of B", x.History()[4].StateExited.Output, `{"m":[{"a":9},2],"n":8}`)
}

func TestPayloadQuota(t *testing.T) {
	const limit = 262_144
	text := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	t.Run("an output of exactly the quota", func(t *testing.T) {
		x := newWorld(t).run(pass(``), text(limit))
		expectEnd(t, x, asl.Succeeded, "")
	})
	t.Run("an output above it", func(t *testing.T) {
		x := newWorld(t).run(pass(`"Parameters":{"a.$":"$"},`), text(limit))
		expectEnd(t, x, asl.Failed, asl.StatesDataLimitExceeded)
		expect(t, "cause", x.Cause(), "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.")
	})
	t.Run("an input above it", func(t *testing.T) {
		w := newWorld(t)
		if _, err := w.Start(mustLoad(t, pass(``)), "x", json.RawMessage(text(limit+1))); err == nil || !strings.HasPrefix(err.Error(), "InvalidExecutionInput") {
			t.Errorf("got %v", err)
		}
	})
	const catching = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"fn","Catch":[{"ErrorEquals":["%"],"Next":"C"}],"End":true},"C":{"Type":"Pass","End":true}}}`
	large := func(asl.Call) asl.Result { return asl.Result{Output: json.RawMessage(text(limit + 1))} }
	for name, test := range map[string]struct {
		catch    string
		wildcard bool
		want     asl.Status
	}{
		"a result above it is caught by name":                {asl.StatesDataLimitExceeded, false, asl.Succeeded},
		"a result above it is not caught by States.ALL":      {asl.StatesALL, false, asl.Failed},
		"a result above it is caught when the switch is set": {asl.StatesALL, true, asl.Succeeded},
		"nor by States.TaskFailed":                           {asl.StatesTaskFailed, false, asl.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.WildcardsCatchDataLimit = test.wildcard
			w.tasks["T"] = large
			x := w.run(strings.Replace(catching, "%", test.catch, 1), `{}`)
			if x.Status() != test.want {
				t.Errorf("got %s %s, want %s", x.Status(), x.Error(), test.want)
			}
		})
	}
}
