package checksignal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/checksignal"
)

// open is a world whose door has been written and not looked at.
func open(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.Maintained(t)
	w.Document.Door = &release.Door{At: w.Clock.Now()}
	w.Store(record.DoorKey(pairtest.Primary), record.Door{Execution: pairtest.Me})
	return w
}

// do is one call of the step; its part goes into the document, as the state machine does it.
func do(t *testing.T, w *pairtest.World) (release.Door, error) {
	t.Helper()
	h := checksignal.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	part, err := h.Handle(t.Context(), w.Input(""))
	if err == nil {
		w.Document.Door = &part
	}
	return part, err
}

func TestTimeCountsFromTheFirstLook(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Clock.Advance(20 * time.Minute) // until the policy was off everywhere
	first := w.Clock.Now()
	for range 30 {
		got, err := do(t, w)
		w.Must(err)
		if got.Over || !got.OpenedAt.Equal(first) || !got.Until.Equal(first.Add(30*time.Minute)) {
			t.Fatalf("got %+v, want it open for half an hour from %s on", got, first)
		}
		w.Clock.Advance(time.Minute)
	}
	got, err := do(t, w)
	w.Must(err)
	if !got.Over || !strings.Contains(got.Note, "nobody said done within 30m") {
		t.Errorf("got %+v", got)
	}
}

func TestDoneIsHeard(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Store(record.DoorKey(pairtest.Primary), record.Door{Execution: pairtest.Me, Done: true, By: "the night shift"})
	got, err := do(t, w)
	w.Must(err)
	if !got.Over || got.Note != "the night shift said done" {
		t.Errorf("got %+v", got)
	}
}

// TestNothingElseIsTakenForDone: nor is a door that is gone, or of an execution that came before.
func TestNothingElseIsTakenForDone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Store(record.DoorKey(pairtest.Primary), record.Door{Execution: pairtest.Other, Done: true})
	if got, err := do(t, w); err != nil || got.Over {
		t.Errorf("got %+v and %v", got, err)
	}
	w.Must(w.S3.Delete(pairtest.Bucket, record.DoorKey(pairtest.Primary)))
	if got, err := do(t, w); err != nil || got.Over {
		t.Errorf("got %+v and %v", got, err)
	}
}

func TestADoorThatCannotBeReadStaysOpen(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Outcome{
		Kind: transport.Refuse, Status: http.StatusServiceUnavailable, Code: "SlowDown", Message: "slow down",
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Throttled)
	w.Must(w.S3.Put(pairtest.Bucket, record.DoorKey(pairtest.Primary), []byte(`{"done": tru`), nil))
	if got, err := do(t, w); err == nil {
		t.Errorf("got %+v of a door that is no JSON", got)
	}
}

func TestADocumentWithoutADoorIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Document.Door = nil
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unexpected, "no door")
}
