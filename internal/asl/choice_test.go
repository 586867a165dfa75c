package asl_test

import (
	"testing"

	"cloudfront-cd/internal/asl"
)

func TestChoice(t *testing.T) {
	const input = `{"s":"log-a*1.txt","n":5,"m":5.0,"b":true,"nil":null,"t":"2026-01-01T12:00:00Z","u":"2026-01-01T13:00:00+01:00","z":"","l":[1],"k":["x"]}`
	v := func(name, operator string) string { return `"Variable":"$.` + name + `",` + operator }
	yes := map[string]string{
		"StringEquals":                      v("s", `"StringEquals":"log-a*1.txt"`),
		"StringLessThan":                    v("s", `"StringLessThan":"loh"`),
		"StringGreaterThan":                 v("s", `"StringGreaterThan":"log"`),
		"StringLessThanEquals":              v("z", `"StringLessThanEquals":""`),
		"StringGreaterThanEquals":           v("z", `"StringGreaterThanEquals":""`),
		"StringEqualsPath":                  v("s", `"StringEqualsPath":"$['s']"`),
		"StringEqualsPath with the context": v("z", `"StringLessThanPath":"$$.Execution.Name"`),
		"StringMatches":                     v("s", `"StringMatches":"log-*.txt"`),
		"StringMatches with several stars":  v("s", `"StringMatches":"*g*1*t*"`),
		"StringMatches with a real star":    v("s", `"StringMatches":"log-a\\*1.txt"`),
		"NumericEquals by value":            v("m", `"NumericEquals":5`),
		"NumericLessThan":                   v("n", `"NumericLessThan":5.5`),
		"NumericGreaterThan":                v("n", `"NumericGreaterThan":-1e3`),
		"NumericLessThanEquals":             v("n", `"NumericLessThanEquals":5`),
		"NumericGreaterThanEqualsPath":      v("n", `"NumericGreaterThanEqualsPath":"$.m"`),
		"BooleanEquals":                     v("b", `"BooleanEquals":true`),
		"BooleanEqualsPath":                 v("b", `"BooleanEqualsPath":"$.b"`),
		"TimestampEquals":                   v("t", `"TimestampEquals":"2026-01-01T12:00:00.000Z"`),
		"TimestampEqualsPath":               v("t", `"TimestampEqualsPath":"$.u"`),
		"TimestampLessThan":                 v("t", `"TimestampLessThan":"2026-01-01T12:00:01Z"`),
		"TimestampGreaterThanEquals":        v("t", `"TimestampGreaterThanEquals":"2026-01-01T12:00:00Z"`),
		"IsNull":                            v("nil", `"IsNull":true`),
		"IsNull false":                      v("n", `"IsNull":false`),
		"IsPresent":                         v("nil", `"IsPresent":true`),
		"IsPresent false":                   v("no.such", `"IsPresent":false`),
		"IsString":                          v("s", `"IsString":true`),
		"IsNumeric":                         v("n", `"IsNumeric":true`),
		"IsBoolean":                         v("s", `"IsBoolean":false`),
		"IsTimestamp":                       v("u", `"IsTimestamp":true`),
		"IsTimestamp false":                 v("s", `"IsTimestamp":false`),
		"And":                               `"And":[{` + v("n", `"NumericEquals":5`) + `},{` + v("b", `"BooleanEquals":true`) + `}]`,
		"And stops at the first false":      `"Not":{"And":[{` + v("no", `"IsPresent":true`) + `},{` + v("no", `"BooleanEquals":true`) + `}]}`,
		"Or stops at the first true":        `"Or":[{` + v("n", `"NumericEquals":5`) + `},{` + v("no", `"BooleanEquals":true`) + `}]`,
		"Not":                               `"Not":{` + v("n", `"NumericEquals":6`) + `}`,
		"the context object":                `"Variable":"$$.StateMachine.Name","StringEquals":"StateMachine"`,
		"a Comment in a rule":               v("b", `"BooleanEquals":true,"Comment":"so it is"`),
	}
	no := map[string]string{
		"text is no number":               v("s", `"NumericEquals":5`),
		"a number is no text":             v("n", `"StringEquals":"5"`),
		"null is not false":               v("nil", `"BooleanEquals":false`),
		"text is no time":                 v("s", `"TimestampLessThan":"2026-01-01T12:00:00Z"`),
		"an array is nothing":             v("l", `"NumericEquals":1`),
		"arrays are not compared":         v("l", `"StringEqualsPath":"$.k"`),
		"StringMatches the whole":         v("s", `"StringMatches":"log-*.tx"`),
		"StringMatches a star that is no": v("s", `"StringMatches":"log-\\*"`),
		"StringLessThan itself":           v("z", `"StringLessThan":""`),
		"a path that names none":          v("no[*]", `"IsPresent":true`),
	}
	check := func(rules map[string]string, want string) {
		for name, rule := range rules {
			t.Run(name, func(t *testing.T) {
				x := newWorld(t).run(`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{`+rule+`,"Next":"Yes"}],"Default":"No"},"Yes":{"Type":"Succeed"},"No":{"Type":"Succeed"}}}`, input)
				expectEnd(t, x, asl.Succeeded, "")
				expect(t, "state", x.State(), want)
				expect(t, "output", string(x.Output()), input)
			})
		}
	}
	check(yes, "Yes")
	check(no, "No")
}

func TestChoiceThatFails(t *testing.T) {
	machine := func(rule string) string {
		return `{"StartAt":"C","States":{"C":{"Type":"Choice","InputPath":"$.a","Choices":[{` + rule + `,"Next":"Yes"}]},"Yes":{"Type":"Succeed"}}}`
	}
	tests := map[string]struct{ rule, want string }{
		"no rule holds":           {`"Variable":"$.b","IsNull":false`, asl.StatesNoChoiceMatched},
		"the variable is missing": {`"Variable":"$.x","IsNull":true`, asl.StatesRuntime},
		"the other is missing":    {`"Not":{"Variable":"$.b","StringEqualsPath":"$.x"}`, asl.StatesRuntime},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expectEnd(t, newWorld(t).run(machine(test.rule), `{"a":{"b":null}}`), asl.Failed, test.want)
		})
	}
}
