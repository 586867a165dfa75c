package asl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/simtime"
)

// BenchmarkRun polls until it has written about 600 events, with a document of 4 KB that travels along.
func BenchmarkRun(b *testing.B) {
	machine, err := asl.Load([]byte(`{"StartAt":"Wait","States":{
		"Wait":{"Type":"Wait","Seconds":30,"Next":"Check"},
		"Check":{"Type":"Task","Resource":"r","TimeoutSeconds":30,"ResultPath":"$.check","Next":"Deployed?",
			"Retry":[{"ErrorEquals":["Throttled"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}]},
		"Deployed?":{"Type":"Choice","Choices":[{"Variable":"$.check.deployed","BooleanEquals":true,"Next":"Done"}],"Default":"Wait"},
		"Done":{"Type":"Succeed"}}}`))
	if err != nil {
		b.Fatal(err)
	}
	var fields []string
	for i := range 60 {
		fields = append(fields, fmt.Sprintf(`"field %d":{"name":"distribution","weights":[0.05,0.1,0.15],"on":true}`, i))
	}
	input := json.RawMessage("{" + strings.Join(fields, ",") + "}")
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		polls := 0
		clock := simtime.New(time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC))
		e := &asl.Engine{Clock: clock, Invoke: func(asl.Call) asl.Result {
			polls++
			if polls == 66 {
				return asl.Result{Output: json.RawMessage(`{"deployed":true}`), Took: time.Second}
			}
			return asl.Result{Output: json.RawMessage(`{"deployed":false}`), Took: time.Second}
		}}
		x, err := e.Start(machine, "x", input)
		if err != nil {
			b.Fatal(err)
		}
		clock.RunUntil(func() bool { return x.Status() != asl.Running })
		events = len(x.History())
	}
	b.ReportMetric(float64(events), "events/run")
}
