package golden_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/statemachine/golden"
)

const small = `{"StartAt":"A","States":{
	"D":{"Type":"Succeed"},
	"C":{"Type":"Wait","Seconds":30,"Next":"A"},
	"Z":{"Type":"Fail","Error":"Z"},
	"B?":{"Type":"Choice","Choices":[{"Next":"D","BooleanEquals":true,"Variable":"$.b"}],"Default":"C"},
	"A":{"Next":"B?","Type":"Task","Resource":"${a}","Comment":"A sentence that makes the box too long for one line.","Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Z"}]}}}`

func TestOrderTakesLoopsFirstAndFailuresLast(t *testing.T) {
	m, err := golden.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Order(), []string{"A", "B?", "C", "D", "Z"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormatIsTheSameHoweverTheFieldsCame(t *testing.T) {
	want := `{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Task",
      "Comment": "A sentence that makes the box too long for one line.",
      "Resource": "${a}",
      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Z"}],
      "Next": "B?"
    },
    "B?": {"Type": "Choice", "Choices": [{"Variable": "$.b", "BooleanEquals": true, "Next": "D"}], "Default": "C"},
    "C": {"Type": "Wait", "Seconds": 30, "Next": "A"},
    "D": {"Type": "Succeed"},
    "Z": {"Type": "Fail", "Error": "Z"}
  }
}
`
	got, err := golden.Format([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again, err := golden.Format(got)
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("got another text the second time, or %v:\n%s", err, again)
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	tests := map[string]struct{ from, to, want string }{
		"a field that no rule looks at":       {`"Seconds":30`, `"SecondsPath":"$.x"`, "SecondsPath"},
		"a comparison that is not a boolean":  {`"BooleanEquals":true`, `"NumericGreaterThan":1`, "NumericGreaterThan"},
		"a state that nothing leads to":       {`"Next":"Z"`, `"Next":"D"`, "only 4 of the 5 states"},
		"a text that ends before it is whole": {`}}}`, ``, "unexpected EOF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(small, test.from) {
				t.Fatalf("the definition has no %s", test.from)
			}
			_, err := golden.Format([]byte(strings.Replace(small, test.from, test.to, 1)))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
