package asl_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"cloudfront-cd/internal/asl"
)

// Results marked AWS are those recorded in localstack's snapshot tests (intrinsic_functions).
func TestIntrinsics(t *testing.T) {
	const input = `{"s":"Data to encode","l":[1,2,3,3,4],"o":{"b":1,"a":{"x":1}},"p":{"a":{"y":2},"c":3},"n":7,"w":"1,2,,3","t":"He said \\{\\} {}","e":"{\"foo\": [1, 2.50]}"}`
	tests := map[string]struct{ call, want string }{
		"Format":                         {`States.Format('Your name is {}, we are in the year {}', $.s, 2020)`, `"Your name is Data to encode, we are in the year 2020"`},
		"Format with escapes":            {`States.Format('\\{\\}\\'\\\\{}', null)`, `"{}'\\null"`},
		"Format with a path as template": {`States.Format($.t, true)`, `"He said {} true"`},
		"StringToJson":                   {`States.StringToJson($.e)`, `{"foo":[1,2.50]}`},
		"StringToJson of nothing (AWS)":  {`States.StringToJson('')`, `null`},
		"JsonToString":                   {`States.JsonToString($.o)`, `"{\"b\":1,\"a\":{\"x\":1}}"`},
		"Array":                          {`States.Array('Foo', 2020, $.o, null)`, `["Foo",2020,{"b":1,"a":{"x":1}},null]`},
		"Array of nothing (AWS)":         {`States.Array()`, `[]`},
		"ArrayPartition":                 {`States.ArrayPartition($.l, 2)`, `[[1,2],[3,3],[4]]`},
		"ArrayContains":                  {`States.ArrayContains($.l, 3.0)`, `true`},
		"ArrayContains not":              {`States.ArrayContains($.l, '3')`, `false`},
		"ArrayContains an object":        {`States.ArrayContains(States.Array($.o), States.StringToJson('\\{\"a\":\\{\"x\":1\\},\"b\":1\\}'))`, `true`},
		"ArrayRange (AWS)":               {`States.ArrayRange(0, 9, 3)`, `[0,3,6,9]`},
		"ArrayRange down":                {`States.ArrayRange(3, 0, -2)`, `[3,1]`},
		"ArrayGetItem":                   {`States.ArrayGetItem($.l, 4)`, `4`},
		"ArrayLength":                    {`States.ArrayLength($.l)`, `5`},
		"ArrayUnique":                    {`States.ArrayUnique($.l)`, `[1,2,3,4]`},
		"Base64Encode":                   {`States.Base64Encode($.s)`, `"RGF0YSB0byBlbmNvZGU="`},
		"Base64Decode":                   {`States.Base64Decode('RGF0YSB0byBlbmNvZGU=')`, `"Data to encode"`},
		"Hash MD5 (AWS)":                 {`States.Hash('input data', 'MD5')`, `"812f45842bc6d66ee14572ce20db8e86"`},
		"Hash SHA-1 (AWS)":               {`States.Hash('input data', 'SHA-1')`, `"aaff4a450a104cd177d28d18d74485e8cae074b7"`},
		"Hash SHA-256 (AWS)":             {`States.Hash('input data', 'SHA-256')`, `"b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3"`},
		"JsonMerge":                      {`States.JsonMerge($.o, $.p, false)`, `{"b":1,"a":{"y":2},"c":3}`},
		"MathAdd":                        {`States.MathAdd($.n, -8)`, `-1`},
		"MathAdd rounds (AWS)":           {`States.MathAdd(1.49, 1.5)`, `3`},
		"MathAdd rounds halves up (AWS)": {`States.MathAdd(-1.5, 0)`, `-1`},
		"StringSplit drops nothing else": {`States.StringSplit($.w, ',')`, `["1","2","3"]`},
		"StringSplit at several (AWS)":   {`States.StringSplit('This.is+a,test=string', '.+,=')`, `["This","is","a","test","string"]`},
		"nested":                         {`States.ArrayGetItem(States.StringSplit(States.Format('a/{}', $['n']), '/'), 1)`, `"7"`},
		"equal seeds give equal numbers": {`States.MathAdd(States.MathRandom(0, 99, 5), States.MathAdd(0, 0))`, `42`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(`"Parameters":{"v.$":"`+test.call+`"},`), input)
			expect(t, x.Cause(), string(x.Output()), `{"v":`+test.want+`}`)
		})
	}
}

func TestIntrinsicsThatFail(t *testing.T) {
	const input = `{"s":"x","l":[1],"o":{}}`
	for name, call := range map[string]string{
		"too few arguments for Format":   `States.Format('{} {}', 1)`,
		"too many arguments for Format":  `States.Format('{}', 1, 2)`,
		"Format of an object":            `States.Format('{}', $.o)`,
		"Format of no text":              `States.Format($.l)`,
		"StringToJson of no JSON":        `States.StringToJson('x')`,
		"ArrayPartition by zero":         `States.ArrayPartition($.l, 0)`,
		"ArrayRange without increment":   `States.ArrayRange(1, 2, 0)`,
		"ArrayRange of too many":         `States.ArrayRange(1, 1001, 1)`,
		"ArrayGetItem beyond the end":    `States.ArrayGetItem($.l, 1)`,
		"ArrayGetItem before the start":  `States.ArrayGetItem($.l, -1)`,
		"ArrayLength of text":            `States.ArrayLength($.s)`,
		"Base64Decode of nonsense":       `States.Base64Decode('*')`,
		"Base64Encode of too much":       `States.Base64Encode('` + strings.Repeat("x", 10_001) + `')`,
		"Hash with another algorithm":    `States.Hash('a', 'SHA-3')`,
		"a deep JsonMerge":               `States.JsonMerge($.o, $.o, true)`,
		"JsonMerge of arrays":            `States.JsonMerge($.o, $.l, false)`,
		"MathAdd of text":                `States.MathAdd($.s, 1)`,
		"MathAdd of too large a number":  `States.MathAdd(2147483648, 1)`,
		"MathRandom from nothing":        `States.MathRandom(2, 2)`,
		"StringSplit of an array":        `States.StringSplit($.l, ',')`,
		"a number too large for a float": `States.MathAdd(1e999, 1)`,
	} {
		t.Run(name, func(t *testing.T) {
			x := newWorld(t).run(pass(`"Parameters":{"v.$":"`+call+`"},`), input)
			expectEnd(t, x, asl.Failed, asl.StatesIntrinsicFailure)
		})
	}
}

func TestRandomIntrinsicsComeFromTheEngine(t *testing.T) {
	const definition = `{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"u.$":"States.UUID()","n.$":"States.MathRandom(-5, 5)"},"End":true}}}`
	first := string(newWorld(t).run(definition, `{}`).Output())
	expect(t, "the same seed", string(newWorld(t).run(definition, `{}`).Output()), first)
	w := newWorld(t)
	w.Rand = nil
	if other := string(w.run(definition, `{}`).Output()); other == first {
		t.Errorf("got the same from another seed: %s", other)
	}
	var out struct {
		U string `json:"u"`
		N int    `json:"n"`
	}
	if err := json.Unmarshal([]byte(first), &out); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(out.U) || out.N < -5 || out.N >= 5 {
		t.Errorf("got %s", first)
	}
}
