package validaterequest_test

import (
	"encoding/json"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/validaterequest"
)

func validateRecovery(t *testing.T, request string) (release.Plan, error) {
	t.Helper()
	in := release.Input{Document: release.Document{Workflow: release.Recover, Request: []byte(request)}}
	return validaterequest.Handler{}.Handle(t.Context(), in)
}

func TestEachWorkflowHasItsOwnRequest(t *testing.T) {
	t.Parallel()
	const clear = `{"primary":"E1PRIMARY00000","reason":"looked at it","clearHold":true}`
	got, err := validateRecovery(t, clear)
	if err != nil {
		t.Fatal(err)
	}
	if got.Primary != pairtest.Primary || !got.ClearHold || got.Reason != "looked at it" {
		t.Errorf("got %+v", got)
	}
	_, err = validate(t, clear)
	pairtest.WantFault(t, err, fault.InvalidRequest, "change.kind", "clearHold true", "a release never clears a hold")
	_, err = validateRecovery(t, pairtest.Request)
	pairtest.WantFault(t, err, fault.InvalidRequest, "the request is refused", "change")
}

func TestTheEndOfAnExecutionIsARequestToRecover(t *testing.T) {
	t.Parallel()
	event, err := json.Marshal(map[string]any{"executionArn": pairtest.Other, "status": "ABORTED", "input": pairtest.Request, "error": nil})
	if err != nil {
		t.Fatal(err)
	}
	got, err := validateRecovery(t, string(event))
	if err != nil {
		t.Fatal(err)
	}
	if got.Primary != pairtest.Primary || got.Reason != "the end of "+pairtest.Other || got.ClearHold || got.Ramp != nil {
		t.Errorf("got %+v", got)
	}
}

func TestAnEndThatIsAboutNoPrimaryIsRefused(t *testing.T) {
	t.Parallel()
	got, err := validateRecovery(t, `{"executionArn":"`+pairtest.Other+`","input":"{}"}`)
	pairtest.WantFault(t, err, fault.InvalidRequest, pairtest.Other, "names no primary")
	if got.Primary != "" {
		t.Errorf("got plan %+v beside the refusal", got)
	}
}
