package asl_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
)

func TestLoadRefuses(t *testing.T) {
	// A state S with the given fields that goes on to End, within a machine.
	in := func(fields string) string {
		return `{"StartAt":"S","States":{"S":{` + fields + `},"End":{"Type":"Succeed"}}}`
	}
	task := func(fields string) string { return in(`"Type":"Task","Resource":"r","Next":"End",` + fields) }
	choice := func(rule string) string {
		return in(`"Type":"Choice","Choices":[{"Next":"End",` + rule + `}]`)
	}
	parameters := func(value string) string {
		return in(`"Type":"Pass","Next":"End","Parameters":{"x":[{"a.$":"` + value + `"}]}`)
	}
	tests := map[string]struct{ definition, want string }{
		"what is not JSON":                       {`{`, `definition: not valid JSON`},
		"what is not an object":                  {`[]`, `definition: must be an object`},
		"a repeated field":                       {`{"StartAt":"A","StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, `definition: has the field "StartAt" twice in one object`},
		"no states":                              {`{"StartAt":"A","States":{}}`, `States: must be an object with at least one state`},
		"no start":                               {`{"States":{"A":{"Type":"Succeed"}}}`, `StartAt: is required`},
		"an unknown start":                       {`{"StartAt":"B","States":{"A":{"Type":"Succeed"}}}`, `StartAt: there is no state "B"`},
		"an unknown field of the machine":        {`{"StartAt":"A","ProcessorConfig":{},"States":{"A":{"Type":"Succeed"}}}`, `ProcessorConfig: is not a field`},
		"another version":                        {`{"StartAt":"A","Version":"1.1","States":{"A":{"Type":"Succeed"}}}`, `Version: must be "1.0"`},
		"JSONata":                                {`{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Succeed"}}}`, `QueryLanguage: only JSONPath is implemented`},
		"JSONata in a state":                     {in(`"Type":"Pass","QueryLanguage":"JSONata","Next":"End"`), `States.S.QueryLanguage: only JSONPath`},
		"a machine without an end":               {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}`, `States: there is no terminal state`},
		"a machine timeout of zero":              {`{"StartAt":"A","TimeoutSeconds":0,"States":{"A":{"Type":"Succeed"}}}`, `TimeoutSeconds: must be >= 1`},
		"a state that is no object":              {`{"StartAt":"A","States":{"A":1}}`, `States.A: must be an object`},
		"an unknown type":                        {in(`"Type":"Jump"`), `States.S.Type: must be Task,`},
		"a long name":                            {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"` + strings.Repeat("x", 81) + `"},"` + strings.Repeat("x", 81) + `":{"Type":"Succeed"}}}`, `the name must have 1 to 80 characters`},
		"neither Next nor End":                   {in(`"Type":"Pass"`), `States.S: must have either Next or End`},
		"both Next and End":                      {in(`"Type":"Pass","Next":"End","End":true`), `States.S: must have either Next or End`},
		"End that is false":                      {in(`"Type":"Pass","End":false`), `States.S.End: must be true`},
		"an empty Next":                          {in(`"Type":"Pass","Next":""`), `States.S.Next: must be the name of a state`},
		"a missing target":                       {in(`"Type":"Pass","Next":"Nowhere"`), `States.S.Next: there is no state "Nowhere" here`},
		"a state nothing leads to":               {`{"StartAt":"A","States":{"A":{"Type":"Succeed"},"B":{"Type":"Succeed"}}}`, `States.B: is not reachable`},
		"a comment that is no text":              {in(`"Type":"Pass","Comment":1,"Next":"End"`), `States.S.Comment: must be a string`},
		"Catch on a Pass state":                  {in(`"Type":"Pass","Next":"End","Catch":[]`), `States.S.Catch: is not a field`},
		"TimeoutSeconds on a Map state":          {in(`"Type":"Map","Next":"End","TimeoutSeconds":5,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}}`), `States.S.TimeoutSeconds: is not a field`},
		"variables":                              {in(`"Type":"Pass","Next":"End","Assign":{"a":1}`), `States.S.Assign: is not a field of this object, or is not implemented`},
		"a path to a variable":                   {in(`"Type":"Pass","Next":"End","InputPath":"$a.b"`), `States.S.InputPath: path "$a.b": variables are not implemented`},
		"a task without resource":                {in(`"Type":"Task","Next":"End"`), `States.S.Resource: is required`},
		"a service integration":                  {in(`"Type":"Task","Next":"End","Resource":"arn:aws:states:::lambda:invoke"`), `States.S.Resource: service integrations and activities are not implemented`},
		"heartbeats":                             {task(`"HeartbeatSeconds":1`), `States.S.HeartbeatSeconds: is not a field`},
		"a fractional timeout":                   {task(`"TimeoutSeconds":1.5`), `States.S.TimeoutSeconds: must be an integer`},
		"a timeout of zero":                      {task(`"TimeoutSeconds":0`), `States.S.TimeoutSeconds: must be >= 1`},
		"two timeouts":                           {task(`"TimeoutSeconds":1,"TimeoutSecondsPath":"$.t"`), `States.S.TimeoutSecondsPath: cannot go together`},
		"a retrier without errors":               {task(`"Retry":[{"ErrorEquals":[]}]`), `States.S.Retry[0].ErrorEquals: must be a list of at least one`},
		"a slow backoff":                         {task(`"Retry":[{"ErrorEquals":["A"]},{"ErrorEquals":["B"],"BackoffRate":0.5}]`), `States.S.Retry[1].BackoffRate: must be >= 1`},
		"a backoff that is text":                 {task(`"Retry":[{"ErrorEquals":["B"],"BackoffRate":"2"}]`), `States.S.Retry[0].BackoffRate: must be a number`},
		"an interval of zero":                    {task(`"Retry":[{"ErrorEquals":["B"],"IntervalSeconds":0}]`), `States.S.Retry[0].IntervalSeconds: must be >= 1`},
		"too large a cap":                        {task(`"Retry":[{"ErrorEquals":["B"],"MaxDelaySeconds":31622400}]`), `States.S.Retry[0].MaxDelaySeconds: must be <=`},
		"another jitter":                         {task(`"Retry":[{"ErrorEquals":["B"],"JitterStrategy":"HALF"}]`), `States.S.Retry[0].JitterStrategy: must be FULL or NONE`},
		"an unknown field of a retrier":          {task(`"Retry":[{"ErrorEquals":["B"],"Max":1}]`), `States.S.Retry[0].Max: is not a field`},
		"States.ALL not alone":                   {task(`"Retry":[{"ErrorEquals":["A","States.ALL"]}]`), `States.S.Retry[0].ErrorEquals: States.ALL must be alone, and in the last entry`},
		"States.ALL not last":                    {task(`"Catch":[{"ErrorEquals":["States.ALL"],"Next":"End"},{"ErrorEquals":["A"],"Next":"End"}]`), `States.S.Catch[0].ErrorEquals: States.ALL must be alone`},
		"catching States.Runtime":                {task(`"Catch":[{"ErrorEquals":["States.Runtime"],"Next":"End"}]`), `States.S.Catch[0].ErrorEquals: States.Runtime always fails`},
		"a reserved name that cannot occur":      {task(`"Catch":[{"ErrorEquals":["States.Al"],"Next":"End"}]`), `States.S.Catch[0].ErrorEquals: States.Al is not an error that can occur here`},
		"a catcher without target":               {task(`"Catch":[{"ErrorEquals":["A"]}]`), `States.S.Catch[0].Next: is required`},
		"a catcher with an unknown target":       {task(`"Catch":[{"ErrorEquals":["A"],"Next":"X"}]`), `States.S.Catch[0].Next: there is no state "X" here`},
		"ResultPath that is no reference":        {task(`"ResultPath":"$.a[*]"`), `States.S.ResultPath: "$.a[*]" must be a reference path`},
		"ResultPath to the context":              {task(`"ResultPath":"$$.State.Name"`), `States.S.ResultPath: cannot write to the context object`},
		"a path of a wrong type":                 {task(`"InputPath":1`), `States.S.InputPath: must be a string`},
		"a task token":                           {task(`"Parameters":{"t.$":"$$.Task.Token"}`), `States.S.Parameters.t.$: path "$$.Task.Token": the context object has no "Task" here`},
		"a context that is not there":            {task(`"Parameters":{"t.$":"$$.Execution.Foo"}`), `has no "Foo" here`},
		"$$.Map outside of ItemSelector":         {task(`"Parameters":{"t.$":"$$.Map.Item.Value"}`), `States.S.Parameters: path "$$.Map.Item.Value": $$.Map is there in a Map state's ItemSelector only`},
		"RetryCount where there is none":         {parameters("$$.State.RetryCount"), `only Task, Map and Parallel states have a RetryCount`},
		"Parameters that are no object":          {task(`"Parameters":"$"`), `States.S.Parameters: must be an object`},
		"Parameters with a computed number":      {task(`"Parameters":{"x":[{"a.$":1}]}`), `States.S.Parameters.x[0].a.$: must be a string`},
		"Parameters with a name twice":           {task(`"Parameters":{"a":1,"a.$":"$"}`), `States.S.Parameters.a: is given twice`},
		"descent":                                {parameters("$..a"), `States.S.Parameters.x[0].a.$: path "$..a": the descent operator .. is not implemented`},
		"filters":                                {parameters("$.a[?(@.b==1)]"), `filters and expressions are not implemented`},
		"JSONPath functions":                     {parameters("$.a.length()"), `JSONPath functions are not implemented`},
		"slices with a stride":                   {parameters("$.a[0:4:2]"), `slices with a stride are not implemented`},
		"unions of names":                        {parameters("$['a','b']"), `unions of names are not implemented`},
		"an open bracket":                        {parameters("$.a[1"), `a ] is missing`},
		"an open quote":                          {parameters("$['a"), `a closing quote is missing`},
		"a name in bare brackets":                {parameters("$[a]"), `is neither an index nor a quoted name`},
		"a trailing dot":                         {parameters("$.a."), `a name is missing after the dot`},
		"neither path nor function":              {parameters("a"), `must be a path or an intrinsic function`},
		"an unknown function":                    {parameters("States.Now()"), `States.Now is not an intrinsic function`},
		"too few arguments":                      {parameters("States.MathAdd(1)"), `States.MathAdd: wrong number of arguments (1)`},
		"text after a call":                      {parameters("States.UUID()x"), `after the last )`},
		"an unescaped brace":                     {parameters("States.StringToJson('{}')"), `needs a backslash`},
		"an open backslash":                      {parameters(`States.Array('a\\n')`), `open backslash`},
		"a hyphen in an intrinsic's path":        {parameters("States.Array($.a-b)"), `needs ['…'] inside an intrinsic function`},
		"eleven functions":                       {parameters(strings.Repeat("States.Array(", 11) + strings.Repeat(")", 11)), `11 intrinsic functions in one field, 10 are allowed`},
		"a Choice without rules":                 {in(`"Type":"Choice","Choices":[],"Default":"End"`), `States.S.Choices: must be a list of at least one rule`},
		"a rule without Next":                    {in(`"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true}],"Default":"End"`), `States.S.Choices[0].Next: is required`},
		"a nested rule with Next":                {choice(`"Not":{"Variable":"$.a","IsNull":true,"Next":"End"}`), `States.S.Choices[0].Not.Next: is not a field`},
		"a rule without operator":                {choice(`"Variable":"$.a"`), `States.S.Choices[0]: must have exactly one comparison operator`},
		"a rule with two operators":              {choice(`"Variable":"$.a","IsNull":true,"IsString":true`), `States.S.Choices[0]: must have exactly one comparison operator`},
		"a rule without variable":                {choice(`"IsNull":true`), `States.S.Choices[0].Variable: is required`},
		"And together with a variable":           {choice(`"And":[{"Variable":"$.a","IsNull":true}],"Variable":"$.a","IsNull":true`), `must have only one of And, Or, Not and Variable`},
		"an empty And":                           {choice(`"And":[]`), `States.S.Choices[0].And: must be a list of at least one condition`},
		"an unknown operator":                    {choice(`"Variable":"$.a","BooleanLessThan":true`), `States.S.Choices[0].BooleanLessThan: is not a field`},
		"an operator with a wrong constant":      {choice(`"Variable":"$.a","NumericEquals":"1"`), `States.S.Choices[0].NumericEquals: has a constant of the wrong type`},
		"an operator with a wrong time":          {choice(`"Variable":"$.a","TimestampEquals":"today"`), `States.S.Choices[0].TimestampEquals: has a constant of the wrong type`},
		"StringMatches by path":                  {choice(`"Variable":"$.a","StringMatchesPath":"$.b"`), `States.S.Choices[0].StringMatchesPath: is not a field`},
		"a Wait without time":                    {in(`"Type":"Wait","Next":"End"`), `States.S: must have exactly one of Seconds`},
		"a Wait with two times":                  {in(`"Type":"Wait","Next":"End","Seconds":1,"SecondsPath":"$.a"`), `States.S: must have exactly one of Seconds`},
		"a negative Wait":                        {in(`"Type":"Wait","Next":"End","Seconds":-1`), `States.S.Seconds: must be >= 0`},
		"a Wait until no time":                   {in(`"Type":"Wait","Next":"End","Timestamp":"2016-12-05 21:29:29Z"`), `States.S.Timestamp: must be a timestamp`},
		"a Fail with two errors":                 {`{"StartAt":"A","States":{"A":{"Type":"Fail","Error":"a","ErrorPath":"$.a"}}}`, `States.A.ErrorPath: cannot go together with Error`},
		"a Fail with Next":                       {`{"StartAt":"A","States":{"A":{"Type":"Fail","Next":"A"}}}`, `States.A.Next: is not a field`},
		"a Parallel without branches":            {in(`"Type":"Parallel","Next":"End","Branches":[]`), `States.S.Branches: must be a list of at least one branch`},
		"a branch that leaves":                   {in(`"Type":"Parallel","Next":"End","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"End"}}}]`), `States.S.Branches[0].States.B.Next: there is no state "End" here`},
		"a state within with a name that exists": {in(`"Type":"Parallel","Next":"End","Branches":[{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}]`), `the name is taken by`},
		"a Map without processor":                {in(`"Type":"Map","Next":"End"`), `States.S.ItemProcessor: is required`},
		"a distributed Map":                      {in(`"Type":"Map","Next":"End","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Succeed"}}}`), `States.S.ItemProcessor.ProcessorConfig.Mode: only INLINE is implemented`},
		"tolerated failures":                     {in(`"Type":"Map","Next":"End","ToleratedFailureCount":1,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}}`), `States.S.ToleratedFailureCount: is not a field`},
		"both kinds of processor":                {in(`"Type":"Map","Next":"End","Iterator":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"ItemProcessor":{"StartAt":"J","States":{"J":{"Type":"Succeed"}}}`), `States.S.Iterator: cannot go together with ItemProcessor`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := asl.Load([]byte(test.definition))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestLoadNamesEveryProblem(t *testing.T) {
	_, err := asl.Load([]byte(`{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Foo":1,"Retry":[{"ErrorEquals":["States.Runtime"],"BackoffRate":0}]}}}`))
	if err == nil {
		t.Fatal("got no error")
	}
	want := `States.A.Resource: is required
States.A.Retry[0].ErrorEquals: States.Runtime always fails the execution, it can be neither retried nor caught
States.A.Retry[0].BackoffRate: must be >= 1
States.A.Foo: is not a field of this object, or is not implemented`
	expect(t, "problems", err.Error(), want)
}

func TestMachineDescribesItself(t *testing.T) {
	definition, err := os.ReadFile("testdata/everything.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	m := mustLoad(t, string(definition))
	if m.StartAt() != "Pass" || m.Timeout() != time.Hour || m.Comment() != "Reaches nearly every type of history event." {
		t.Errorf("got %q %v %q", m.StartAt(), m.Timeout(), m.Comment())
	}
	var names []string
	byName := map[string]asl.StateInfo{}
	for _, s := range m.States() {
		names = append(names, s.Name)
		byName[s.Name] = s
	}
	expect(t, "states", strings.Join(names, ", "), "Pass, Wait, Any Items?, Each Item, Nothing To Do, Work, Both Ways, Left, Right, Slow, "+
		"Failing Branch, Long Wait, Inner Map, Short Wait, Lost, Inner Wait, Trip")

	slow := byName["Slow"]
	if slow.Type != "Task" || slow.Resource != "${Slow}" || slow.Timeout != 10*time.Second || slow.End || slow.Within != "" {
		t.Errorf("got %+v", slow)
	}
	if r := slow.Retry[0]; r.Interval != 2*time.Second || r.MaxAttempts != 4 || r.BackoffRate != 1.5 || r.MaxDelay != 20*time.Second || !r.FullJitter {
		t.Errorf("got %+v", r)
	}
	if c := slow.Catch[1]; c.ErrorEquals[0] != "States.ALL" || c.ResultPath != "$.fault" || c.Next != "Failing Branch" {
		t.Errorf("got %+v", c)
	}
	wantArrows := []asl.Arrow{
		{From: "Slow", To: "Nothing To Do", Kind: asl.ArrowNext},
		{From: "Slow", To: "Failing Branch", Kind: asl.ArrowCatch, Errors: "Refused,States.Permissions"},
		{From: "Slow", To: "Failing Branch", Kind: asl.ArrowCatch, Index: 1, Errors: "States.ALL"},
	}
	for i, want := range wantArrows {
		if got := slow.Arrows[i]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if work := byName["Work"]; work.Within != "Each Item" || !work.End {
		t.Errorf("got %+v", work)
	}
	if wait := byName["Wait"]; wait.End || string(wait.Definition) != `{"Type":"Wait","Seconds":30,"Next":"Any Items?"}` {
		t.Errorf("got %+v", wait)
	}
}
