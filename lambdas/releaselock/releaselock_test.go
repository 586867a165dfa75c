package releaselock_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
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
