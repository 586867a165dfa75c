package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"

	"cloudfront-cd/internal/asl"
)

// maxEventData is the largest input and output that an event carries: 248 KiB, escaped.
const maxEventData = 248 << 10

// StatusChange is the detail of the event "Step Functions Execution Status Change" that EventBridge gets at each start, end
// and redrive: all members, with null for what the execution does not have. Times are in milliseconds since 1970. "If the
// combined escaped input and escaped output sent to EventBridge exceeds 248 KiB, then the input will be excluded.
// Similarly, if the escaped output exceeds 248 KiB, then the output will be excluded."
//
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html; the members that the page does not show,
// and their nulls, were recorded from AWS: localstack, tests/aws/services/stepfunctions/v2/base/test_base.snapshot.json
// (test_event_bridge_events_base), and for a failure radkawar/stackd, testdata/aws/stepfunctions/deletion_lifecycle.json.
// That an excluded text is null is not documented.
func StatusChange(x *asl.Execution) (json.RawMessage, error) {
	type included struct {
		Included bool `json:"included"`
	}
	detail := struct {
		ExecutionARN           string    `json:"executionArn"`
		StateMachineARN        string    `json:"stateMachineArn"`
		Name                   string    `json:"name"`
		Status                 string    `json:"status"`
		StartDate              int64     `json:"startDate"`
		StopDate               *int64    `json:"stopDate"`
		Input                  *string   `json:"input"`
		Output                 *string   `json:"output"`
		StateMachineVersionARN *string   `json:"stateMachineVersionArn"`
		StateMachineAliasARN   *string   `json:"stateMachineAliasArn"`
		RedriveCount           int       `json:"redriveCount"`
		RedriveDate            *int64    `json:"redriveDate"`
		RedriveStatus          string    `json:"redriveStatus"`
		RedriveStatusReason    *string   `json:"redriveStatusReason"`
		InputDetails           included  `json:"inputDetails"`
		OutputDetails          *included `json:"outputDetails"`
		Error                  *string   `json:"error"`
		Cause                  *string   `json:"cause"`
	}{
		ExecutionARN: x.ARN(), StateMachineARN: x.Machine().ARN, Name: x.Name(), Status: string(x.Status()),
		StartDate: x.StartDate().UnixMilli(), RedriveCount: x.RedriveCount(), RedriveStatus: "REDRIVABLE",
		RedriveStatusReason: given(x.NotRedrivable()), Error: given(x.Error()), Cause: given(x.Cause()),
	}
	if detail.RedriveStatusReason != nil {
		detail.RedriveStatus = "NOT_REDRIVABLE"
	}
	if x.Status() != asl.Running {
		detail.StopDate = new(x.StopDate().UnixMilli())
	}
	if x.RedriveCount() > 0 {
		detail.RedriveDate = new(x.RedriveDate().UnixMilli())
	}
	input, output := escaped(x.Input()), escaped(x.Output())
	if input+output <= maxEventData {
		detail.Input, detail.InputDetails.Included = given(string(x.Input())), true
	}
	if x.Status() == asl.Succeeded {
		detail.OutputDetails = &included{output <= maxEventData}
	}
	if output <= maxEventData {
		detail.Output = given(string(x.Output()))
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return nil, fmt.Errorf("write the status change of %s: %w", x.ARN(), err)
	}
	return text, nil
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// escaped is the length of a text within a JSON string.
func escaped(text []byte) int {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(string(text)) //nolint:errchkjson // a string can always be written, and a buffer takes everything
	return len(bytes.TrimSpace(quoted.Bytes())) - len(`""`)
}
