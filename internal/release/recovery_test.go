package release_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/release"
)

const (
	primary  = "E1PRIMARY00000"
	deadRun  = "arn:aws:states:us-east-1:123456789012:execution:release:dead"
	schedule = `{"primary":"` + primary + `","reason":"schedule"}`
)

// endOf is the detail of the event that an execution with that input has ended.
func endOf(input string) string {
	text, _ := json.Marshal(map[string]any{
		"executionArn": deadRun, "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:release", "name": "dead",
		"status": "ABORTED", "startDate": 1_795_435_200_000, "stopDate": 1_795_435_300_000, "input": input,
		"inputDetails": map[string]bool{"included": true}, "output": nil, "outputDetails": nil, "error": nil, "cause": nil,
	})
	return string(text)
}

func TestParseRecoveryAccepts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ request, want string }{
		"a primary alone": {`{"primary":"E1PRIMARY"}`, `{"primary":"E1PRIMARY","deployedWithin":"1h"}`},
		"the schedule's":  {schedule, `{"primary":"` + primary + `","reason":"schedule","deployedWithin":"1h"}`},
		"an operator's who clears a hold": {
			release.ClearHoldRequest(primary), `{"primary":"` + primary + `","reason":"…","deployedWithin":"1h","clearHold":true}`,
		},
		"the end of an execution": {
			endOf(`{"primary":"E1PRIMARY","change":{"kind":"staged"},"reason":"index.html"}`),
			`{"primary":"E1PRIMARY","reason":"the end of ` + deadRun + `","deployedWithin":"1h"}`,
		},
		"the end of an execution whose request breaks other rules": {
			endOf(`{"primary":"E1PRIMARY","wieght":2}`), `{"primary":"E1PRIMARY","reason":"the end of ` + deadRun + `","deployedWithin":"1h"}`,
		},
		"no hold that a release asks to clear": {
			endOf(`{"primary":"E1PRIMARY","clearHold":true}`), `{"primary":"E1PRIMARY","reason":"the end of ` + deadRun + `","deployedWithin":"1h"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := release.ParseRecovery([]byte(c.request))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(plan); string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestParseRecoveryRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request string
		want    []string
	}{
		"no request at all":           {``, []string{"read the request"}},
		"no JSON":                     {`primary: E1`, []string{"read the request"}},
		"an array":                    {`[]`, []string{"read the request", "array", "must be an object"}},
		"null":                        {`null`, []string{`primary ""`, "must be the id"}},
		"something after the end":     {`{"primary":"E1PRIMARY"} {}`, []string{"closing brace"}},
		"an unknown field":            {`{"primary":"E1PRIMARY","clearhold2":true}`, []string{"unknown field", "clearhold2"}},
		"a release's request":         {`{"primary":"E1PRIMARY","change":{"kind":"staged"}}`, []string{"unknown field", "change"}},
		"a text for a boolean":        {`{"primary":"E1PRIMARY","clearHold":"yes"}`, []string{"clearHold: a JSON string is not what is expected here"}},
		"no primary":                  {`{"reason":"schedule"}`, []string{`primary ""`, "must be the id"}},
		"a domain for the primary":    {`{"primary":"d1.cloudfront.net"}`, []string{`primary "d1.cloudfront.net"`}},
		"a hold cleared for nothing":  {`{"primary":"E1PRIMARY","clearHold":true}`, []string{`reason ""`, "must say why the hold may be cleared"}},
		"a hold cleared for blanks":   {`{"primary":"E1PRIMARY","clearHold":true,"reason":" \n "}`, []string{"must say why"}},
		"a reason nobody would read":  {`{"primary":"E1PRIMARY","reason":"` + strings.Repeat("x", 1001) + `"}`, []string{"reason of 1001 bytes", "at most 1000"}},
		"every broken rule at once":   {`{"primary":"x","clearHold":true}`, []string{`primary "x"`, `reason ""`}},
		"an end without a primary":    {endOf(`{"change":{"kind":"staged"}}`), []string{"the request of " + deadRun, "names no primary"}},
		"an end of another primary":   {endOf(`{"primary":"everything"}`), []string{"names no primary"}},
		"an end without JSON":         {endOf(`"E1PRIMARY"`), []string{"names no primary"}},
		"an end without its input":    {`{"executionArn":"` + deadRun + `","input":null,"inputDetails":{"included":false}}`, []string{"names no primary"}},
		"an execution, but no end":    {`{"executionArn":"` + deadRun + `","primary":"E1PRIMARY"}`, []string{"names no primary"}},
		"an end of a strange type":    {`{"executionArn":"` + deadRun + `","input":5}`, []string{"read the request"}},
		"an end that cannot be named": {`{"executionArn":5,"input":"{}"}`, []string{"unknown field", "executionArn"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := release.ParseRecovery([]byte(c.request))
			if err == nil {
				t.Fatalf("got %+v and no error", plan)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to contain %q", err, want)
				}
			}
			if plan.Primary != "" {
				t.Errorf("got primary %s beside the refusal", plan.Primary)
			}
		})
	}
}

// FuzzParseRecovery: a request that is accepted keeps every rule that a later step relies on, whatever the input.
func FuzzParseRecovery(f *testing.F) {
	f.Add(schedule)
	f.Add(release.ClearHoldRequest(primary))
	f.Add(endOf(schedule))
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, request string) {
		plan, err := release.ParseRecovery([]byte(request))
		if err != nil {
			return
		}
		if !strings.HasPrefix(plan.Primary, "E") || strings.ContainsAny(plan.Primary, "/. ") || len(plan.Primary) > 32 {
			t.Errorf("primary %q was accepted", plan.Primary)
		}
		announced := release.EndedExecution([]byte(request)) != ""
		if plan.ClearHold && (announced || strings.TrimSpace(plan.Reason) == "") {
			t.Errorf("a hold is cleared for %q, by the end of an execution: %t", plan.Reason, announced)
		}
		if plan.Change.Kind != "" || plan.Ramp != nil || plan.DeployedWithin == 0 {
			t.Errorf("got %+v, want a plan without a release in it", plan)
		}
	})
}

// TestUnsafeStatusesAreAllEndsButSuccess: of the statuses that AWS has.
func TestUnsafeStatusesAreAllEndsButSuccess(t *testing.T) {
	t.Parallel()
	others := []types.ExecutionStatus{types.ExecutionStatusRunning, types.ExecutionStatusSucceeded, types.ExecutionStatusPendingRedrive}
	for _, status := range types.ExecutionStatus("").Values() {
		if got, want := slices.Contains(release.UnsafeStatuses(), string(status)), !slices.Contains(others, status); got != want {
			t.Errorf("got %s unsafe %t, want %t", status, got, want)
		}
	}
}
