package asl_test

import (
	"encoding/json"
	"fmt"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/simtime"
)

// A workflow that polls until something is deployed, with a stand-in for the Lambda function that looks: eleven simulated
// minutes in no time.
func Example() {
	machine, err := asl.Load([]byte(`{
		"StartAt": "Wait For Staging",
		"States": {
			"Wait For Staging": {"Type": "Wait", "Seconds": 60, "Next": "Check Staging"},
			"Check Staging": {"Type": "Task", "Resource": "${CheckDeployed}", "TimeoutSeconds": 30, "ResultPath": "$.staging", "Next": "Staging Deployed?"},
			"Staging Deployed?": {"Type": "Choice", "Default": "Wait For Staging",
				"Choices": [{"Variable": "$.staging.deployed", "BooleanEquals": true, "Next": "Promoted"}]},
			"Promoted": {"Type": "Succeed"}
		}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	clock := simtime.New(time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC))
	deployed := clock.Now().Add(10 * time.Minute)
	engine := &asl.Engine{
		Clock: clock,
		Invoke: func(asl.Call) asl.Result {
			output := fmt.Sprintf(`{"deployed":%t}`, clock.Now().After(deployed))
			return asl.Result{Output: json.RawMessage(output), Took: 2 * time.Second}
		},
	}
	x, err := engine.Start(machine, "release-1", json.RawMessage(`{"primary":"E1PRIMARY"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	clock.RunUntil(func() bool { return x.Status() != asl.Running })
	fmt.Println(x.Status(), x.State(), x.StopDate().Sub(x.StartDate()), len(x.History()), "events")
	fmt.Println(string(x.Output()))
	// Output:
	// SUCCEEDED Promoted 10m20s 94 events
	// {"primary":"E1PRIMARY","staging":{"deployed":true}}
}
