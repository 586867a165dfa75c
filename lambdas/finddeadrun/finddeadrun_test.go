package finddeadrun_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/finddeadrun"
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

// scheduled is a world in which another execution has held the lock for three hours when the schedule starts this one.
func scheduled(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	w.HeldBy(record.Holder{Execution: pairtest.Other, Name: "other", At: w.Clock.Now()})
	w.Clock.Advance(3 * time.Hour)
	w.Document = release.Document{
		Workflow:  release.Recover,
		Execution: release.Execution{ARN: pairtest.Recovery, StartTime: w.Clock.Now()},
		Request:   []byte(`{"primary":"` + pairtest.Primary + `"}`),
		Plan:      &release.Plan{Primary: pairtest.Primary},
	}
	return w
}

// announced is scheduled, but started by the event that an execution has ended.
func announced(t *testing.T, execution string) *pairtest.World {
	t.Helper()
	w := scheduled(t)
	w.Document.Request = []byte(`{"executionArn":"` + execution + `","status":"ABORTED"}`)
	return w
}

func find(t *testing.T, w *pairtest.World, e executions) (release.DeadRun, error) {
	t.Helper()
	h := finddeadrun.Handler{Records: w.Records, Executions: e, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func ended(status types.ExecutionStatus, name string) executions {
	at := time.Date(2026, time.November, 23, 13, 0, 0, 0, time.UTC)
	out := sfn.DescribeExecutionOutput{Status: status, StopDate: &at}
	if name != "" {
		out.Error = aws.String(name)
	}
	return executions{pairtest.Other: out}
}

func TestTheHolderOfTheLockIsDeadUnlessItsEndSaysThatThePairIsSafe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ended executions
		found bool
		note  string
	}{
		"one that was stopped is dead":                  {ended(types.ExecutionStatusAborted, ""), true, "holds the lock and is ABORTED"},
		"one that has timed out is dead":                {ended(types.ExecutionStatusTimedOut, ""), true, "holds the lock and is TIMED_OUT"},
		"one that died of States.Runtime is dead":       {ended(types.ExecutionStatusFailed, "States.Runtime"), true, "is FAILED (States.Runtime)"},
		"one that needs an operator is dead":            {ended(types.ExecutionStatusFailed, release.NeedsOperator), true, "is FAILED (Needs Operator)"},
		"one that was stopped with the name of an end":  {ended(types.ExecutionStatusAborted, release.RolledBack), true, "is ABORTED (Rolled Back)"},
		"one that has succeeded only left the lock":     {ended(types.ExecutionStatusSucceeded, ""), false, "made the pair safe: it is SUCCEEDED"},
		"one that was rejected only left the lock":      {ended(types.ExecutionStatusFailed, release.Rejected), false, "made the pair safe: it is FAILED (Rejected)"},
		"one that was rolled back only left the lock":   {ended(types.ExecutionStatusFailed, release.RolledBack), false, "made the pair safe: it is FAILED (Rolled Back)"},
		"one that is running is not dead":               {ended(types.ExecutionStatusRunning, ""), false, "holds the lock and is RUNNING"},
		"one that waits for a redrive is not dead":      {ended(types.ExecutionStatusPendingRedrive, ""), false, "holds the lock and is PENDING_REDRIVE"},
		"one whose status nobody has heard of is dead":  {ended("PAUSED", ""), true, "is PAUSED"},
		"one that Step Functions does not know is dead": {nil, true, "held the lock since 2026-11-23T12:00:00Z, and Step Functions does not know it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := find(t, scheduled(t), c.ended)
			if err != nil {
				t.Fatal(err)
			}
			out := c.ended[pairtest.Other]
			want := release.DeadRun{
				Found: c.found, Execution: pairtest.Other, Status: string(out.Status), Error: aws.ToString(out.Error), EndedAt: aws.ToTime(out.StopDate), Note: got.Note,
			}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if !strings.HasPrefix(got.Note, pairtest.Other) || !strings.HasSuffix(got.Note, c.note) {
				t.Errorf("got note %q, want it to say %q of %s", got.Note, c.note, pairtest.Other)
			}
		})
	}
}

// TestARejectedRunMayStandForAnother: Release Lock gives the lock back to the dead run; where that has failed, too, the pair
// is still as the dead run has left it.
func TestARejectedRunMayStandForAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  string
		want bool
	}{
		"that it never recovered from":  {release.Rejected, true},
		"but not one that went further": {release.RolledBack, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scheduled(t)
			w.HeldBy(record.Holder{Execution: pairtest.Other, TakenOverFrom: &record.Holder{Execution: pairtest.Me}})
			got, err := find(t, w, ended(types.ExecutionStatusFailed, c.end))
			w.Must(err)
			if got.Found != c.want {
				t.Errorf("got %+v, want found %t", got, c.want)
			}
		})
	}
}

func TestALockWithoutAnExecutionMayBeOfOneThatHasJustStarted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age  time.Duration
		want bool
	}{
		"while it is young":     {release.OrphanLockAge - time.Second, false},
		"until it is that old":  {release.OrphanLockAge, true},
		"but not for long then": {release.OrphanLockAge + time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scheduled(t)
			w.HeldBy(record.Holder{Execution: pairtest.Other, At: w.Clock.Now().Add(-c.age)})
			got, err := find(t, w, nil)
			w.Must(err)
			if got.Found != c.want || got.Wait || got.Status != "" {
				t.Errorf("got %+v, want found %t", got, c.want)
			}
		})
	}
}

// TestAnEndThatWasAnnouncedIsWaitedFor: the event may be faster than DescribeExecution.
func TestAnEndThatWasAnnouncedIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of     string // the execution of the event; empty for a request of the schedule
		status types.ExecutionStatus
		after  time.Duration // since this execution's start
		want   bool
	}{
		"while Step Functions shows the holder as running": {pairtest.Other, types.ExecutionStatusRunning, release.KnownWithin - time.Second, true},
		"while it waits for a redrive":                     {pairtest.Other, types.ExecutionStatusPendingRedrive, 0, true},
		"until it must have been redriven":                 {pairtest.Other, types.ExecutionStatusRunning, release.KnownWithin, false},
		"but not where another run has the lock":           {pairtest.Me, types.ExecutionStatusRunning, 0, false},
		"but not where nothing was announced":              {"", types.ExecutionStatusRunning, 0, false},
		"but not once the end is known":                    {pairtest.Other, types.ExecutionStatusAborted, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scheduled(t)
			if c.of != "" {
				w = announced(t, c.of)
			}
			w.Clock.Advance(c.after)
			got, err := find(t, w, ended(c.status, ""))
			w.Must(err)
			if got.Wait != c.want || got.Found != (c.status == types.ExecutionStatusAborted) {
				t.Errorf("got %+v, want wait %t", got, c.want)
			}
		})
	}
}

func TestAFreeLockSaysThatNothingIsLeft(t *testing.T) {
	t.Parallel()
	w := scheduled(t)
	w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
	got, err := find(t, w, nil)
	w.Must(err)
	if want := (release.DeadRun{Note: "the lock on " + pairtest.Primary + " is free: no run has left anything behind"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatAnOperatorAsksForIsPassedOn(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]executions{
		"of a dead run": ended(types.ExecutionStatusAborted, ""), "of one that is running": ended(types.ExecutionStatusRunning, ""), "of one unknown": nil,
	} {
		t.Run("beside the state "+name, func(t *testing.T) {
			t.Parallel()
			w := scheduled(t)
			w.Document.Plan.ClearHold = true
			got, err := find(t, w, e)
			w.Must(err)
			if !got.ClearHold {
				t.Errorf("got %+v, want the hold to be cleared", got)
			}
		})
	}
	t.Run("and beside a free lock", func(t *testing.T) {
		t.Parallel()
		w := scheduled(t)
		w.Document.Plan.ClearHold = true
		w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
		got, err := find(t, w, nil)
		w.Must(err)
		if !got.ClearHold || got.Found {
			t.Errorf("got %+v, want the hold to be cleared", got)
		}
	})
}

func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	w := scheduled(t)
	before, _ := w.S3.Get(pairtest.Bucket, record.LockKey(pairtest.Primary))
	first, err := find(t, w, ended(types.ExecutionStatusAborted, ""))
	w.Must(err)
	second, err := find(t, w, ended(types.ExecutionStatusAborted, ""))
	w.Must(err)
	after, _ := w.S3.Get(pairtest.Bucket, record.LockKey(pairtest.Primary))
	if first != second || string(before) != string(after) {
		t.Errorf("got %+v after %+v and lock %s after %s", second, first, after, before)
	}
}

func TestADeadRunIsNotGuessed(t *testing.T) {
	t.Parallel()
	t.Run("where the lock cannot be read", func(t *testing.T) {
		t.Parallel()
		w := scheduled(t)
		w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable())
		_, err := find(t, w, nil)
		pairtest.WantFault(t, err, fault.Unavailable, record.LockKey(pairtest.Primary))
	})
	t.Run("where the lock is not what we write", func(t *testing.T) {
		t.Parallel()
		w := scheduled(t)
		w.Must(w.S3.Put(pairtest.Bucket, record.LockKey(pairtest.Primary), []byte("mine, Joe"), nil))
		_, err := find(t, w, nil)
		pairtest.WantFault(t, err, fault.Unexpected, record.LockKey(pairtest.Primary))
	})
	t.Run("where Step Functions does not answer", func(t *testing.T) {
		t.Parallel()
		w := scheduled(t)
		h := finddeadrun.Handler{Records: w.Records, Executions: throttled{}, Bucket: pairtest.Bucket, Now: w.Clock.Now}
		got, err := h.Handle(t.Context(), w.Input(""))
		pairtest.WantFault(t, err, fault.Throttled, pairtest.Other, pairtest.Primary)
		if got != (release.DeadRun{}) {
			t.Errorf("got %+v beside the fault", got)
		}
	})
}

type throttled struct{}

func (throttled) DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
}
