package acquirelock_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/acquirelock"
)

// executions are how executions ended, by ARN; one that is not here does not exist.
type executions map[string]sfn.DescribeExecutionOutput

func (e executions) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	out, ok := e[*in.ExecutionArn]
	if !ok {
		return nil, &smithy.GenericAPIError{Code: "ExecutionDoesNotExist", Message: "Execution Does Not Exist"}
	}
	return &out, nil
}

var key = record.LockKey(pairtest.Primary) //nolint:gochecknoglobals // a constant, had Go such

func handler(w *pairtest.World, e executions) acquirelock.Handler {
	return acquirelock.Handler{Records: w.Records, Executions: e, Bucket: pairtest.Bucket, Now: w.Clock.Now}
}

// heldByOther is a world in which another execution has taken the lock so long ago.
func heldByOther(t *testing.T, ago time.Duration) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	at := w.Clock.Now()
	w.HeldBy(record.Holder{
		Execution: pairtest.Other, Name: "other", StartTime: at, At: at, TakenOverFrom: &record.Holder{Execution: "long dead"},
	})
	w.Clock.Advance(ago)
	return w
}

func ended(status types.ExecutionStatus, at time.Time) executions {
	return executions{pairtest.Other: {Status: status, StopDate: &at}}
}

func wantHolder(t *testing.T, w *pairtest.World, want string) record.Holder {
	t.Helper()
	var holder record.Holder
	if !w.Load(key, &holder) || holder.Execution != want {
		t.Errorf("the lock names %q, want %q", holder.Execution, want)
	}
	return holder
}

func TestAFreeLockIsTaken(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Must(w.S3.Delete(pairtest.Bucket, key))
	got, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	w.Must(err)
	if got.Key != key || got.ETag == "" || got.TakenOverFrom != "" {
		t.Errorf("got %+v", got)
	}
	holder := wantHolder(t, w, pairtest.Me)
	if !holder.At.Equal(w.Clock.Now()) || holder.Name != "mine" {
		t.Errorf("got holder %+v", holder)
	}
}

func TestALockWhoseAnswerWasLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Must(w.S3.Delete(pairtest.Bucket, key))
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	w.Must(err)
	if got.Key != key || got.ETag == "" {
		t.Errorf("got %+v", got)
	}
	wantHolder(t, w, pairtest.Me)
}

func TestALockIsHeldUntilItIsProvenStale(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, c := range map[string]struct {
		age   time.Duration // of the lock
		found func(now time.Time) executions
		words []string
	}{
		"its execution is running": {
			72 * time.Hour, func(time.Time) executions { return executions{pairtest.Other: {Status: types.ExecutionStatusRunning}} },
			[]string{pairtest.Other, "RUNNING", "since 2026-11-23T12:00:00Z"},
		},
		"its execution waits for a redrive": {
			72 * time.Hour, func(now time.Time) executions {
				return ended(types.ExecutionStatusPendingRedrive, now.Add(-24*time.Hour))
			},
			[]string{pairtest.Other, "PENDING_REDRIVE"},
		},
		"its execution was aborted just now": {
			time.Hour, func(now time.Time) executions { return ended(types.ExecutionStatusAborted, now) },
			[]string{pairtest.Other, "ABORTED", "start again after 2026-11-23T13:02:00Z"},
		},
		"its execution ended exactly as long ago as a Lambda may still write": {
			time.Hour, func(now time.Time) executions {
				return ended(types.ExecutionStatusFailed, now.Add(-release.StaleAfter))
			},
			[]string{"FAILED", "start again after 2026-11-23T13:00:00Z"},
		},
		"its execution is not known yet": {
			release.OrphanLockAge - second, func(time.Time) executions { return nil },
			[]string{pairtest.Other, "does not know", "2026-11-23T12:15:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := heldByOther(t, c.age)
			_, err := handler(w, c.found(w.Clock.Now())).Handle(t.Context(), w.Input(""))
			pairtest.WantFault(t, err, fault.LockHeld, c.words...)
			wantHolder(t, w, pairtest.Other)
		})
	}
}

func TestAStaleLockIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age   time.Duration
		found func(now time.Time) executions
	}{
		"its execution failed long enough ago": {time.Hour, func(now time.Time) executions {
			return ended(types.ExecutionStatusFailed, now.Add(-release.StaleAfter-time.Second))
		}},
		"its execution timed out long ago": {time.Hour, func(now time.Time) executions {
			return ended(types.ExecutionStatusTimedOut, now.Add(-30*time.Minute))
		}},
		"its execution succeeded and left the lock behind": {time.Hour, func(now time.Time) executions {
			return ended(types.ExecutionStatusSucceeded, now.Add(-30*time.Minute))
		}},
		"its execution does not exist and the lock is old": {release.OrphanLockAge, func(time.Time) executions { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := heldByOther(t, c.age)
			found := c.found(w.Clock.Now())
			got, err := handler(w, found).Handle(t.Context(), w.Input(""))
			w.Must(err)
			if got.TakenOverFrom != pairtest.Other {
				t.Errorf("got taken over from %q", got.TakenOverFrom)
			}
			holder := wantHolder(t, w, pairtest.Me)
			if dead := holder.TakenOverFrom; dead == nil || dead.Execution != pairtest.Other || dead.Name != "other" {
				t.Errorf("got predecessor %+v, want the one before, with its name", dead)
			}
		})
	}
}

func TestATakeOverWhoseAnswerWasLostStillKnowsTheDeadRun(t *testing.T) {
	t.Parallel()
	w := heldByOther(t, time.Hour)
	h := handler(w, ended(types.ExecutionStatusAborted, w.Clock.Now().Add(-30*time.Minute)))
	// The first write is the conditional create, the second the take-over.
	w.Calls.Fault = transport.Nth(pairtest.S3, pairtest.PutObject, 2, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := h.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := h.Handle(t.Context(), w.Input(""))
	w.Must(err)
	if got.TakenOverFrom != pairtest.Other {
		t.Errorf("got taken over from %q, want %q", got.TakenOverFrom, pairtest.Other)
	}
}

func TestOfTwoTakeOversOneLoses(t *testing.T) {
	t.Parallel()
	const third = "arn:aws:states:us-east-1:123456789012:execution:release:third"
	for name, meanwhile := range map[string]func(*pairtest.World){
		"to another execution":                func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: third, At: w.Clock.Now()}) },
		"to an operator who removed the lock": func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, key)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := heldByOther(t, time.Hour)
			h := handler(w, ended(types.ExecutionStatusAborted, w.Clock.Now().Add(-30*time.Minute)))
			w.Calls.Fault = transport.Nth(pairtest.S3, pairtest.PutObject, 2, transport.Outcome{Before: func() { meanwhile(w) }})
			_, err := h.Handle(t.Context(), w.Input(""))
			pairtest.WantFault(t, err, fault.Unavailable, "first to take over")
			var holder record.Holder
			if w.Load(key, &holder) && holder.Execution != third {
				t.Errorf("the lock names %q", holder.Execution)
			}
		})
	}
}

func TestALockReleasedBetweenTwoLooksIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := heldByOther(t, time.Hour)
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Outcome{Before: func() { w.Must(w.S3.Delete(pairtest.Bucket, key)) }})
	_, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable, "released between two looks")
	_, err = handler(w, nil).Handle(t.Context(), w.Input(""))
	w.Must(err)
	wantHolder(t, w, pairtest.Me)
}

func TestAConflictOfConditionalWritesIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Must(w.S3.Delete(pairtest.Bucket, key))
	w.S3.Conflicts = 1 // 409 ConditionalRequestConflict says nothing about who holds the lock
	_, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable)
	_, err = handler(w, nil).Handle(t.Context(), w.Input(""))
	w.Must(err)
}

func TestALockIsNotTakenOverWhenStepFunctionsDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := heldByOther(t, 72*time.Hour)
	h := handler(w, nil)
	h.Executions = throttled{}
	_, err := h.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Throttled, pairtest.Other)
	wantHolder(t, w, pairtest.Other)
}

type throttled struct{}

func (throttled) DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
}
