package acquirelock_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

// afterADeath is a world in which the release has died for as long as a Lambda of it may still write, and its end as Step
// Functions tells it.
func afterADeath(t *testing.T) (*pairtest.World, executions) {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	at := w.Clock.Now()
	w.Die()
	w.Clock.Advance(release.StaleAfter + time.Second)
	return w, executions{pairtest.Me: {Status: types.ExecutionStatusAborted, StopDate: &at}}
}

func TestARecoverExecutionMarksTheLockThatItTakesOver(t *testing.T) {
	t.Parallel()
	w, ended := afterADeath(t)
	got, err := handler(w, ended).Handle(t.Context(), w.Input(""))
	w.Must(err)
	holder := wantHolder(t, w, pairtest.Recovery)
	if !holder.Recovers || holder.Name != "recovery" || got.TakenOverFrom != pairtest.Me {
		t.Errorf("got holder %+v and %+v", holder, got)
	}
	if dead := holder.TakenOverFrom; dead == nil || dead.Execution != pairtest.Me || dead.Recovers {
		t.Errorf("got %+v behind it, want the dead run", dead)
	}
}

func TestARecoverExecutionMarksAFreeLockToo(t *testing.T) {
	t.Parallel()
	w, _ := afterADeath(t)
	w.Must(w.S3.Delete(pairtest.Bucket, key)) // another recover was faster
	got, err := handler(w, nil).Handle(t.Context(), w.Input(""))
	w.Must(err)
	if holder := wantHolder(t, w, pairtest.Recovery); !holder.Recovers || got.TakenOverFrom != "" {
		t.Errorf("got holder %+v and %+v", holder, got)
	}
}

func TestAReleaseMarksNothing(t *testing.T) {
	t.Parallel()
	for name, workflow := range map[string]string{"by its name": release.Release, "of before there were two workflows": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := heldByOther(t, time.Hour)
			w.Document.Workflow = workflow
			_, err := handler(w, ended(types.ExecutionStatusAborted, w.Clock.Now().Add(-30*time.Minute))).Handle(t.Context(), w.Input(""))
			w.Must(err)
			if holder := wantHolder(t, w, pairtest.Me); holder.Recovers {
				t.Errorf("got holder %+v", holder)
			}
		})
	}
}

// TestOfADeadRecoverTheRunThatItWasAboutIsTakenOver, by the next recover as well as by the next release.
func TestOfADeadRecoverTheRunThatItWasAboutIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, workflow := range map[string]string{"by the next recover": release.Recover, "by the next release": release.Release} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := afterADeath(t)
			w.TakeOver()
			at := w.Clock.Now() // when it dies itself
			w.Clock.Advance(15 * time.Minute)
			w.Document.Workflow, w.Document.Execution.ARN, w.Document.Execution.Name = workflow, pairtest.Other, "other"
			got, err := handler(w, executions{pairtest.Recovery: {Status: types.ExecutionStatusFailed, StopDate: &at}}).Handle(t.Context(), w.Input(""))
			w.Must(err)
			holder := wantHolder(t, w, pairtest.Other)
			if dead := holder.TakenOverFrom; dead == nil || dead.Execution != pairtest.Me || dead.TakenOverFrom != nil {
				t.Errorf("got %+v behind it, want the run that died first, alone", dead)
			}
			if got.TakenOverFrom != pairtest.Me || holder.Recovers != (workflow == release.Recover) {
				t.Errorf("got %+v and holder %+v", got, holder)
			}
		})
	}
}

func TestARecoverWhoseTakeOverLostItsAnswerKnowsTheDeadRun(t *testing.T) {
	t.Parallel()
	w, ended := afterADeath(t)
	w.Calls.Fault = transport.Nth(pairtest.S3, pairtest.PutObject, 2, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := handler(w, ended).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := handler(w, ended).Handle(t.Context(), w.Input(""))
	w.Must(err)
	if holder := wantHolder(t, w, pairtest.Recovery); got.TakenOverFrom != pairtest.Me || !holder.Recovers {
		t.Errorf("got %+v and holder %+v", got, holder)
	}
}

func TestOfTwoRecoverExecutionsOneIsRefused(t *testing.T) {
	t.Parallel()
	w, _ := afterADeath(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other, Recovers: true})
	_, err := handler(w, executions{pairtest.Other: {Status: types.ExecutionStatusRunning}}).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.LockHeld, pairtest.Other, "RUNNING")
	wantHolder(t, w, pairtest.Other)
}
