package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// TestHistoryIsWhatTheCLIPrints compares the file with the shape that the SDK gives GetExecutionHistory, whose names the
// CLI spells with a small first letter.
func TestHistoryIsWhatTheCLIPrints(t *testing.T) {
	for _, name := range []string{"healthy", "throttled", "aborted", "stuck-in-progress", "edit-during-bake"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "history.json")
			r := demo(t, "--scenario", name, "--history", file)
			wantContains(t, r.out, "Kept       the history in "+file)
			var history struct {
				Events []map[string]any `json:"events"`
			}
			read(t, file, &history)
			wantChained(t, history.Events)
			for _, event := range history.Events {
				wantShape(t, "event", event, reflect.TypeFor[types.HistoryEvent]())
			}
		})
	}
}

func wantChained(t *testing.T, events []map[string]any) {
	t.Helper()
	if len(events) < 30 {
		t.Fatalf("got %d events", len(events))
	}
	var last time.Time
	for i, e := range events {
		id, _ := e["id"].(float64)
		previous, _ := e["previousEventId"].(float64)
		rootless := e["type"] == "ExecutionAborted" || e["type"] == "ExecutionTimedOut" // they follow from no event
		if int(id) != i+1 || previous < 0 || previous >= id || i > 1 && previous == 0 && !rootless {
			t.Fatalf("event %d has id %v and previousEventId %v", i+1, e["id"], e["previousEventId"])
		}
		text, _ := e["timestamp"].(string)
		at, err := time.Parse("2006-01-02T15:04:05.999999-07:00", text)
		if err != nil || at.Before(last) {
			t.Fatalf("event %d has the timestamp %q after %s (%v)", i+1, text, last, err)
		}
		last = at
		kind, _ := e["type"].(string)
		if !slices.Contains(types.HistoryEventType("").Values(), types.HistoryEventType(kind)) {
			t.Errorf("event %d has the type %q, which the API does not know", i+1, kind)
		}
	}
	if end, _ := events[len(events)-1]["type"].(string); !strings.HasPrefix(end, "Execution") {
		t.Errorf("got %q at the end, want the execution's", end)
	}
}

// wantShape checks that every member of a JSON value is one of the SDK's type, spelled and typed like it.
func wantShape(t *testing.T, at string, value any, shape reflect.Type) {
	t.Helper()
	if shape.Kind() == reflect.Pointer {
		shape = shape.Elem()
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			field, ok := shape.FieldByName(strings.ToUpper(name[:1]) + name[1:])
			if !ok {
				t.Errorf("%s has the member %q, which %s has not", at, name, shape)
				continue
			}
			wantShape(t, at+"."+name, member, field.Type)
		}
	case string:
		if shape.Kind() != reflect.String && shape != reflect.TypeFor[time.Time]() {
			t.Errorf("%s is a string, want a %s", at, shape)
		}
	case float64:
		if shape.Kind() != reflect.Int64 && shape.Kind() != reflect.Int32 {
			t.Errorf("%s is a number, want a %s", at, shape)
		}
	case bool:
		if shape.Kind() != reflect.Bool {
			t.Errorf("%s is a boolean, want a %s", at, shape)
		}
	default:
		t.Errorf("%s is %v, want a %s", at, value, shape)
	}
}

func TestHistoryHasWhatEachTaskGotAndGave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.json")
	request := write(t, "request.json", `{"primary": "E1PRIMARY", "reason": "a < b & c", "change": {"kind": "staged"}}`)
	demo(t, "--scenario", "http3", "--history", file, "--request", request)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, string(data), `"lambdaFunctionScheduledEventDetails"`, `"input": "{\"document\":`, `"output": "{\"passed\":false`, "a < b & c")
}

func TestRecordIsTheEvidence(t *testing.T) {
	for name, want := range map[string]string{
		"healthy": release.Promoted, "bad-release": release.RolledBack, "http3": release.Rejected, "edit-during-bake": release.NeedsOperator,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "record.json")
			r := demo(t, "--scenario", name, "--record", file)
			wantContains(t, r.out, "Kept       the record in "+file)
			var evidence record.Evidence
			read(t, file, &evidence)
			if evidence.Plan.Primary != "E1PRIMARY" || len(evidence.Plan.Ramp) != 2 {
				t.Errorf("got the plan %+v, want the example's", evidence.Plan)
			}
			if evidence.Outcome == nil || evidence.Outcome.End != want {
				t.Errorf("got the outcome %+v, want %s", evidence.Outcome, want)
			}
			if evidence.Primary == nil || evidence.Primary.Origins == nil || *evidence.Primary.Origins.Items[0].OriginPath != "/blue" {
				t.Errorf("got the saved primary %+v, want the one from before the release", evidence.Primary)
			}
			if evidence.Document == nil || evidence.Preflight == nil || evidence.EndedAt.IsZero() {
				t.Error("got a record without document, findings or end")
			}
		})
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
