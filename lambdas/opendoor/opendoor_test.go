package opendoor_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/opendoor"
)

func do(t *testing.T, w *pairtest.World) (release.Door, error) {
	t.Helper()
	h := opendoor.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func door(t *testing.T, w *pairtest.World) record.Door {
	t.Helper()
	var d record.Door
	if !w.Load(record.DoorKey(pairtest.Primary), &d) {
		t.Fatal("there is no door")
	}
	return d
}

func TestWhoeverLostTheLockOpensNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.Maintained(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.LockLost, pairtest.Other)
	if w.Load(record.DoorKey(pairtest.Primary), &record.Door{}) {
		t.Error("there is a door")
	}
}

func TestTheDoorSaysWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	w := pairtest.Maintained(t)
	part, err := do(t, w)
	w.Must(err)
	if part.Over || !part.OpenedAt.IsZero() {
		t.Errorf("got %+v: time counts from when the policy is off", part)
	}
	want := record.Door{
		Execution: pairtest.Me, Staging: pairtest.Staging, PolicyID: pairtest.Policy, Record: w.Document.Preflight.Record, At: w.Clock.Now(),
	}
	if got := door(t, w); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestADoneThatWasSaidToAnotherMaintenanceIsGone(t *testing.T) {
	t.Parallel()
	w := pairtest.Maintained(t)
	w.Store(record.DoorKey(pairtest.Primary), record.Door{Execution: pairtest.Other, Done: true})
	_, err := do(t, w)
	w.Must(err)
	if got := door(t, w); got.Done || got.Execution != pairtest.Me {
		t.Errorf("got %+v", got)
	}
}

func TestADoneThatWasSaidToThisOneStays(t *testing.T) {
	t.Parallel()
	w := pairtest.Maintained(t)
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	said := door(t, w)
	said.Done = true
	w.Store(record.DoorKey(pairtest.Primary), said)
	_, err = do(t, w)
	w.Must(err)
	if !door(t, w).Done {
		t.Error("the operator's done is gone")
	}
}

// TestADoorThatChangesInTheSameMomentIsNotOverwritten: Step Functions asks again.
func TestADoorThatChangesInTheSameMomentIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := pairtest.Maintained(t)
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{
		Before: func() { w.Store(record.DoorKey(pairtest.Primary), record.Door{Execution: pairtest.Other}) },
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "look again")
	if got := door(t, w); got.Execution != pairtest.Other {
		t.Errorf("got %+v", got)
	}
}
