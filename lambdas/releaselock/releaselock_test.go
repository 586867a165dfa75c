package releaselock_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/releaselock"
)

var key = record.LockKey(pairtest.Primary) //nolint:gochecknoglobals // a constant, had Go such

func free(t *testing.T, w *pairtest.World) (releaselock.Released, error) {
	t.Helper()
	return releaselock.Handler{Records: w.Records, Bucket: pairtest.Bucket}.Handle(t.Context(), w.Input(""))
}

// wantLock checks whom the lock names; nobody means that there is none.
func wantLock(t *testing.T, w *pairtest.World, want string) {
	t.Helper()
	var holder record.Holder
	w.Load(key, &holder)
	if holder.Execution != want {
		t.Errorf("the lock names %q, want %q", holder.Execution, want)
	}
}

func TestTheLockOfThisExecutionIsReleased(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	got, err := free(t, w)
	w.Must(err)
	wantLock(t, w, "")
	if got.Note != "released" {
		t.Errorf("got %+v", got)
	}
}

func TestALockThatAcquireLockDidNotLearnOfIsReleasedToo(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Lock = nil // its answer was lost
	_, err := free(t, w)
	w.Must(err)
	wantLock(t, w, "")
}

func TestASecondCallDeletesNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := free(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.HeldBy(record.Holder{Execution: pairtest.Other}) // the next release has started meanwhile
	got, err := free(t, w)
	w.Must(err)
	wantLock(t, w, pairtest.Other)
	if got.Note != "the lock is held by "+pairtest.Other {
		t.Errorf("got %+v", got)
	}
}

func TestALockThatIsFreeIsNoFailure(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"already before": func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, key)) },
		"since a moment ago, S3 answering 404": func(w *pairtest.World) {
			w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Before: func() { w.Must(w.S3.Delete(pairtest.Bucket, key)) }})
		},
		"since a moment ago, S3 answering 204": func(w *pairtest.World) {
			w.S3.DeleteOfMissingSucceeds = true
			w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Before: func() { w.Must(w.S3.Delete(pairtest.Bucket, key)) }})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			before(w)
			_, err := free(t, w)
			w.Must(err)
			wantLock(t, w, "")
		})
	}
}

func TestALockThatChangesHandsInTheSameMomentIsKept(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Before: func() { w.HeldBy(record.Holder{Execution: pairtest.Other}) }})
	_, err := free(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, key, "look again")
	wantLock(t, w, pairtest.Other)
	_, err = free(t, w)
	w.Must(err)
	wantLock(t, w, pairtest.Other)
}

// takenOver is a world whose lock was taken over from a dead run, which had taken it over from another one.
func takenOver(t *testing.T) (w *pairtest.World, dead record.Holder) {
	t.Helper()
	w = pairtest.New(t, pairtest.Locked)
	now := w.Clock.Now()
	dead = record.Holder{
		Execution: pairtest.Other, Name: "other", StartTime: now.Add(-2 * time.Hour), At: now.Add(-time.Hour),
		TakenOverFrom: &record.Holder{Execution: "the one before"},
	}
	w.HeldBy(record.Holder{Execution: pairtest.Me, Name: "mine", StartTime: now, At: now, TakenOverFrom: &dead})
	w.Document.Lock.TakenOverFrom = dead.Execution
	return w, dead
}

func TestALockThatNobodyHasRecoveredIsGivenBackToTheDeadRun(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"after the answer of Acquire Lock came":     func(*pairtest.World) {},
		"after the answer of Acquire Lock was lost": func(w *pairtest.World) { w.Document.Lock = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dead := takenOver(t)
			before(w)
			got, err := free(t, w)
			w.Must(err)
			var holder record.Holder
			w.Load(key, &holder)
			if !reflect.DeepEqual(holder, dead) {
				t.Errorf("got lock %+v, want the dead run's as it was, %+v", holder, dead)
			}
			if !strings.Contains(got.Note, "given back to "+pairtest.Other) {
				t.Errorf("got %+v", got)
			}
			got, err = free(t, w)
			w.Must(err)
			wantLock(t, w, pairtest.Other)
			if got.Note != "the lock is held by "+pairtest.Other {
				t.Errorf("got %+v from the second call", got)
			}
		})
	}
}

func TestALockThatWasTakenOverAndRecoveredIsReleased(t *testing.T) {
	t.Parallel()
	w, _ := takenOver(t)
	w.Document.Recovery = &release.Recovery{Needed: true}
	_, err := free(t, w)
	w.Must(err)
	wantLock(t, w, "")
}

func TestALockIsGivenBackOnlyWhileItIsOurs(t *testing.T) {
	t.Parallel()
	const third = "a third execution"
	for name, c := range map[string]struct {
		meanwhile func(*pairtest.World)
		holder    string
	}{
		"not over another execution's": {func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: third}) }, third},
		"not where it is gone":         {func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, key)) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := takenOver(t)
			w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Before: func() { c.meanwhile(w) }})
			_, err := free(t, w)
			pairtest.WantFault(t, err, fault.Unavailable, key, "look again")
			wantLock(t, w, c.holder)
			_, err = free(t, w)
			w.Must(err)
			wantLock(t, w, c.holder)
		})
	}
}

func TestALockThatCouldNotBeGivenBackIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]transport.Outcome{
		"after a refusal":     transport.Unavailable(),
		"after a lost answer": {Kind: transport.LoseAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := takenOver(t)
			w.Strike(pairtest.S3, pairtest.PutObject, answer)
			_, err := free(t, w)
			pairtest.WantFault(t, err, fault.Unavailable, key)
			_, err = free(t, w)
			w.Must(err)
			wantLock(t, w, pairtest.Other)
		})
	}
}

func TestAReleaseThatWasRefusedBeforeItHadAPrimaryHasNoLock(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan = nil
	_, err := free(t, w)
	w.Must(err)
	wantLock(t, w, pairtest.Me)
}

func TestABucketThatDoesNotAnswerIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"when the lock is read":        func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) },
		"when it is deleted":           func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Unavailable()) },
		"because of a conflicting one": func(w *pairtest.World) { w.S3.Conflicts = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			before(w)
			_, err := free(t, w)
			pairtest.WantFault(t, err, fault.Unavailable)
			_, err = free(t, w)
			w.Must(err)
			wantLock(t, w, "")
		})
	}
}
