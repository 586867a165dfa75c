package examinepair_test

import (
	"encoding/json"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/stepfunctions"
)

// workflow is as much of a release as its history tells: the first state has the request, the last one the document.
const workflow = `{"StartAt": "Receive Request", "States": {
	"Receive Request": {"Type": "Pass", "OutputPath": "$.document", "Next": "Last"},
	"Last": {"Type": "Task", "Resource": "last", "End": true,
		"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 100}]}}}`

// history is Step Functions with a run "mine" in it that was stopped in its last state after so many tries.
func history(t *testing.T, w *pairtest.World, dead release.Document, tries int) {
	t.Helper()
	machine, err := asl.Load([]byte(workflow))
	w.Must(err)
	machine.ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:release"
	engine := &asl.Engine{Clock: w.Clock, Invoke: func(asl.Call) asl.Result {
		return asl.Result{Failure: &asl.Failure{Error: "Throttled", Cause: "Rate exceeded"}, Took: time.Second}
	}}
	text, err := json.Marshal(map[string]any{"document": dead})
	w.Must(err)
	x, err := engine.Start(machine, "mine", text)
	w.Must(err)
	w.Clock.Advance(time.Duration(2*tries) * time.Second)
	x.Stop("Stopped", "by the test")
	w.Calls.Hosts["states.us-east-1.amazonaws.com"] = stepfunctions.New(engine, machine)
}

// TestWhatARetriedTaskHasWrittenIsPagedOver: the last state may have hundreds of events behind it.
func TestWhatARetriedTaskHasWrittenIsPagedOver(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	history(t, w, w.Die(), 90)
	w.TakeOver()
	got, err := examine(t, w)
	w.Must(err)
	if pages := w.Calls.Count(sfnService, getHistory); pages != 2 || !got.Promoted {
		t.Errorf("got %+v after %d pages, want the promotion found on the second", got, pages)
	}
}

// TestARunThatDiedInItsFirstStateHasNoDocument: the input of that state is the request, which may look like anything.
func TestARunThatDiedInItsFirstStateHasNoDocument(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Die()
	w.TakeOver()
	machine, err := asl.Load([]byte(workflow))
	w.Must(err)
	machine.ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:release"
	engine := &asl.Engine{Clock: w.Clock, Invoke: func(asl.Call) asl.Result { return asl.Result{} }}
	x, err := engine.Start(machine, "mine", []byte(`{"execution": "not what the document has there", "document": 5}`))
	w.Must(err)
	w.Clock.Step() // into Receive Request
	x.Stop("Stopped", "by the test")
	w.Calls.Hosts["states.us-east-1.amazonaws.com"] = stepfunctions.New(engine, machine)
	got, err := examine(t, w)
	w.Must(err)
	if got.Note != "The primary has its config from before that release." {
		t.Errorf("got %+v", got)
	}
}

// TestARunThatNobodyKnowsAnyMore: Step Functions forgets, and may be another one since (the stack was deleted and deployed
// again, say); the records stay.
func TestARunThatNobodyKnowsAnyMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		what func(*pairtest.World)
		want release.Examination
	}{
		"is told by the primary that has its config from before": {
			func(w *pairtest.World) { w.Edit(pairtest.Primary, pairtest.Path, pairtest.Blue) },
			release.Examination{Note: "The primary has its config from before that release."},
		},
		"is not told from someone else by a primary that has not": {
			func(*pairtest.World) {},
			release.Examination{
				Note: "The primary has another config than before that release, and Step Functions does not know the run any more: compare it with the record.",
			},
		},
		"is told by what it has recorded at its end": {
			func(w *pairtest.World) {
				regressed(w)
				var e record.Evidence
				w.Load(evidence, &e)
				e.Document = &w.Document
				w.Store(evidence, e)
			},
			release.Examination{
				Promoted: true, Regressed: true, Note: "The primary was found worse after the promotion than before, and the promoted config was not taken back.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			c.what(w)
			w.Die()
			w.TakeOver()
			w.Calls.Hosts["states.us-east-1.amazonaws.com"] = stepfunctions.New(&asl.Engine{Clock: w.Clock})
			got, err := examine(t, w)
			w.Must(err)
			c.want.Execution, c.want.Record, c.want.At = pairtest.Me, evidence, w.Clock.Now()
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}
