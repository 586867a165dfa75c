package placehold_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/placehold"
)

const (
	key   = "holds/" + pairtest.Primary + ".json"
	where = "s3://" + pairtest.Bucket + "/"
)

func place(t *testing.T, w *pairtest.World) (release.Outcome, error) {
	t.Helper()
	return placehold.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

// stranded is a world in which traffic could not be stopped, as Finish leaves it.
func stranded(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	w.Document.Stranded = &release.Failure{Error: "NotDeployed", Cause: `{"errorMessage":"the primary was still InProgress"}`}
	w.Document.Outcome = w.Document.Conclude()
	w.Document.Outcome.Record = "releases/the-record.json"
	return w
}

func wantWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("got %q, want it to say %q", text, word)
		}
	}
}

func TestAPairThatNeedsAnOperatorIsHeld(t *testing.T) {
	t.Parallel()
	w := stranded(t)
	got, err := place(t, w)
	w.Must(err)
	if !got.NeedsOperator || got.End != release.NeedsOperator || got.Record != "releases/the-record.json" || !got.At.Equal(w.Clock.Now()) {
		t.Errorf("got %+v", got)
	}
	wantWords(t, got.Cause, "NotDeployed", "still InProgress", "may still get the staging config", where+key, `{"primary":"E1PRIMARY00000","clearHold":true,`, "runbook: Needs Operator")
	var hold record.Hold
	if !w.Load(key, &hold) || hold.Execution.ARN != pairtest.Me || hold.Cause != got.Cause || !hold.At.Equal(w.Clock.Now()) {
		t.Errorf("got hold %+v", hold)
	}
}

func TestAHoldThatIsThereIsKept(t *testing.T) {
	t.Parallel()
	t.Run("by a second call whose first answer was lost", func(t *testing.T) {
		t.Parallel()
		w := stranded(t)
		w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
		_, err := place(t, w)
		pairtest.WantFault(t, err, fault.Unavailable)
		before, _ := w.S3.Get(pairtest.Bucket, key)
		w.Clock.Advance(1)
		_, err = place(t, w)
		w.Must(err)
		if after, _ := w.S3.Get(pairtest.Bucket, key); string(after) != string(before) {
			t.Errorf("got %s after %s", after, before)
		}
	})
	t.Run("by a later release", func(t *testing.T) {
		t.Parallel()
		w := stranded(t)
		w.Store(key, record.Hold{Cause: "an older story"})
		_, err := place(t, w)
		w.Must(err)
		var hold record.Hold
		if w.Load(key, &hold); hold.Cause != "an older story" {
			t.Errorf("got hold %+v", hold)
		}
	})
}

func TestAnEndThatFinishCouldNotRecordIsHeldAsWell(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted) // with the outcome that Receive Request put there
	w.Document.Stranded = &release.Failure{Error: "Unavailable", Cause: "S3 is down"}
	got, err := place(t, w)
	w.Must(err)
	if _, found := w.S3.Get(pairtest.Bucket, key); !found || !got.NeedsOperator {
		t.Errorf("got %+v, hold placed: %t", got, found)
	}
}

func TestWhateverEndFinishHadDecidedThePairIsHeld(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]release.Outcome{
		"after a promotion": {Promoted: true, End: release.Promoted, Record: "releases/the-record.json"},
		"after a rollback":  {RolledBack: true, End: release.RolledBack, Record: "releases/the-record.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			w.Document.Outcome = outcome
			w.Document.Stranded = &release.Failure{Error: "Unavailable", Cause: "S3 is down"}
			got, err := place(t, w)
			w.Must(err)
			if !got.NeedsOperator || got.End != release.NeedsOperator || got.Promoted || got.RolledBack || got.Record != outcome.Record {
				t.Errorf("got %+v", got)
			}
			wantWords(t, got.Cause, "S3 is down", "The promotion happened", where+key, `{"primary":"E1PRIMARY00000","clearHold":true,`, "runbook: Needs Operator")
			var hold record.Hold
			if !w.Load(key, &hold) || hold.Cause != got.Cause {
				t.Errorf("got hold %+v", hold)
			}
		})
	}
}

func TestNoHoldIsPlacedOverAnExecutionThatHasTakenThePairOver(t *testing.T) {
	t.Parallel()
	w := stranded(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other})
	got, err := place(t, w)
	w.Must(err)
	wantWords(t, got.Cause, "No hold was placed")
	if _, found := w.S3.Get(pairtest.Bucket, key); found || !got.NeedsOperator {
		t.Errorf("got %+v, hold placed: %t", got, found)
	}
}

func TestARunThatHasLostItsLockHoldsNothingUp(t *testing.T) {
	t.Parallel()
	w := stranded(t)
	w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Lock.Key)) // recovered meanwhile, say
	got, err := place(t, w)
	w.Must(err)
	wantWords(t, got.Cause, "No hold was placed", "runbook: Needs Operator")
	if _, found := w.S3.Get(pairtest.Bucket, key); found || !got.NeedsOperator {
		t.Errorf("got %+v, hold placed: %t", got, found)
	}
}

func TestALockThatCannotBeReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := stranded(t)
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable())
	_, err := place(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	_, err = place(t, w)
	w.Must(err)
	if _, found := w.S3.Get(pairtest.Bucket, key); !found {
		t.Error("no hold was placed")
	}
}

func TestAReleaseThatNeverHadAPrimaryHoldsNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan, w.Document.Stranded = nil, &release.Failure{Error: "Lambda.Unknown", Cause: "died"}
	got, err := place(t, w)
	w.Must(err)
	if !got.NeedsOperator || w.Calls.Count(pairtest.S3, pairtest.PutObject) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAHoldThatCannotBeWrittenIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"because S3 is down":                   func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.PutObject, transport.Unavailable()) },
		"because of another conditional write": func(w *pairtest.World) { w.S3.Conflicts = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stranded(t)
			before(w)
			_, err := place(t, w)
			pairtest.WantFault(t, err, fault.Unavailable, key)
		})
	}
}
