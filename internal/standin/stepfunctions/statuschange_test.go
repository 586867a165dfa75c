package stepfunctions_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/stepfunctions"
)

// The members, their nulls and their order are those of the events recorded from AWS.
func TestStatusChange(t *testing.T) {
	const same = `{"executionArn":"` + arn + `x","stateMachineArn":"` + machineARN + `","name":"x",`
	tests := map[string]struct {
		end  func(w *world, x *asl.Execution)
		want string
	}{
		"of a running execution": {
			func(*world, *asl.Execution) {},
			`"status":"RUNNING","startDate":1795424400250,"stopDate":null,"input":"{\"wait\":60}","output":null,` +
				`"stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":0,"redriveDate":null,"redriveStatus":"NOT_REDRIVABLE",` +
				`"redriveStatusReason":"Execution is RUNNING and cannot be redriven","inputDetails":{"included":true},"outputDetails":null,` +
				`"error":null,"cause":null}`,
		},
		"of one that failed": {
			func(_ *world, x *asl.Execution) { x.Fail("States.Runtime", "why") },
			`"status":"FAILED","startDate":1795424400250,"stopDate":1795424400250,"input":"{\"wait\":60}","output":null,` +
				`"stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":0,"redriveDate":null,"redriveStatus":"REDRIVABLE",` +
				`"redriveStatusReason":null,"inputDetails":{"included":true},"outputDetails":null,"error":"States.Runtime","cause":"why"}`,
		},
		"of one that succeeded": {
			func(w *world, _ *asl.Execution) { w.clock.Advance(time.Hour) },
			`"status":"SUCCEEDED","startDate":1795424400250,"stopDate":1795424461250,"input":"{\"wait\":60}",` +
				`"output":"{\"wait\":60,\"check\":{\"ok\":true}}","stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":0,` +
				`"redriveDate":null,"redriveStatus":"NOT_REDRIVABLE","redriveStatusReason":"Execution is SUCCEEDED and cannot be redriven",` +
				`"inputDetails":{"included":true},"outputDetails":{"included":true},"error":null,"cause":null}`,
		},
		"of one that was redriven and stopped": {
			func(w *world, x *asl.Execution) {
				x.Stop("", "")
				w.redrive(x.ARN(), "a")
				w.clock.Advance(time.Second)
				x.Stop("", "")
			},
			`"status":"ABORTED","startDate":1795424400250,"stopDate":1795424401250,"input":"{\"wait\":60}","output":null,` +
				`"stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":1,"redriveDate":1795424400250,` +
				`"redriveStatus":"REDRIVABLE","redriveStatusReason":null,"inputDetails":{"included":true},"outputDetails":null,` +
				`"error":null,"cause":null}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			x, _ := w.engine.Execution(w.start("x"))
			test.end(w, x)
			got, err := stepfunctions.StatusChange(x)
			if err != nil || string(got) != same+test.want {
				t.Errorf("got %s, %v\nwant %s", got, err, same+test.want)
			}
		})
	}
}

func TestStatusChangeLeavesOutALargeInput(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		input string
		want  bool
	}{
		"it just fits":         {`"` + strings.Repeat("x", 248*1024-4) + `"`, true},
		"it is a byte larger":  {`"` + strings.Repeat("x", 248*1024-3) + `"`, false},
		"it is large, escaped": {`["` + strings.Repeat(`","`, 60*1024) + `"]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := w.engine.Start(w.machine, strconv.Itoa(len(test.input)), json.RawMessage(test.input))
			if err != nil {
				t.Fatal(err)
			}
			text, err := stepfunctions.StatusChange(x)
			if err != nil {
				t.Fatal(err)
			}
			var detail struct {
				Input        *string `json:"input"`
				InputDetails struct {
					Included bool `json:"included"`
				} `json:"inputDetails"`
			}
			if err := json.Unmarshal(text, &detail); err != nil {
				t.Fatal(err)
			}
			if detail.InputDetails.Included != test.want || (detail.Input != nil) != test.want {
				t.Errorf("included is %v, want %v", detail.InputDetails.Included, test.want)
			}
		})
	}
}
