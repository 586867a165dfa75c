package recover_test

import (
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	recovery "cloudfront-cd/lambdas/recover"
)

func run(t *testing.T, w *pairtest.World) (release.Recovery, error) {
	t.Helper()
	h := recovery.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// afterADeath is a world in which a run died with the policy on, and this execution has taken its lock over.
func afterADeath(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	dead := record.Holder{Execution: pairtest.Other, Name: "other", StartTime: w.Clock.Now().Add(-time.Hour)}
	w.HeldBy(record.Holder{Execution: pairtest.Me, TakenOverFrom: &dead})
	w.Document = release.Document{Execution: w.Document.Execution, Plan: w.Document.Plan, Lock: &release.Lock{TakenOverFrom: pairtest.Other}}
	return w
}

func TestThePolicyOfADeadRunIsSwitchedOff(t *testing.T) {
	t.Parallel()
	w := afterADeath(t)
	want := w.LivePolicy()
	got, err := run(t, w)
	w.Must(err)
	live := w.LivePolicy()
	want.Enabled, want.ETag, want.ModifiedAt = false, live.ETag, live.ModifiedAt
	if live != want {
		t.Errorf("got policy %+v, want only Enabled changed: %+v", live, want)
	}
	now := w.Clock.Now()
	write := release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	if !got.Needed || got.PolicyID != pairtest.Policy || *got.Write != write || !strings.Contains(got.Note, pairtest.Other) {
		t.Errorf("got %+v with %+v", got, got.Write)
	}
}

func TestHeaderRoutingThatTheDeadRunFoundIsPutBack(t *testing.T) {
	t.Parallel()
	w := afterADeath(t)
	dead := record.Holder{Name: "other", StartTime: w.Clock.Now().Add(-time.Hour)}
	w.Store(record.KeyOf(pairtest.Primary, dead), record.Evidence{
		Preflight: &release.Preflight{Header: &release.Header{Name: "aws-cf-cd-test", Value: "on"}},
	})
	_, err := run(t, w)
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Type != cloudfront.SingleHeader || p.Header != "aws-cf-cd-test" {
		t.Errorf("got policy %+v", p)
	}
}

func TestASecondCallWritesNothingAndStillWaits(t *testing.T) {
	t.Parallel()
	w := afterADeath(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := run(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	writes := len(w.Writes())
	got, err := run(t, w)
	w.Must(err)
	w.WantWrites(writes)
	if !got.Needed || got.Write == nil || got.Write.Distribution != pairtest.Primary {
		t.Errorf("got %+v, want the propagation waited for", got)
	}
}

func TestThereIsNothingToRecover(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		note   string
	}{
		"when the lock was free": {func(w *pairtest.World) { w.Document.Lock.TakenOverFrom = "" }, "no run died"},
		"when the primary is gone": {func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Outcome{
				Kind: transport.Refuse, Status: 404, Code: "NoSuchDistribution", Message: "The specified distribution does not exist.",
			})
		}, "the primary is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t)
			c.before(w)
			got, err := run(t, w)
			w.Must(err)
			w.WantWrites(0)
			if got.Needed || !strings.Contains(got.Note, c.note) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWhereThePolicyIsGoneItsEndIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		note   string
	}{
		"because somebody has detached it": {func(w *pairtest.World) {
			w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
			w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
		}, "no policy is attached"},
		"because somebody has deleted it": {func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, "GetContinuousDeploymentPolicy", transport.Outcome{
				Kind: transport.Refuse, Status: 404, Code: "NoSuchContinuousDeploymentPolicy", Message: "gone",
			})
		}, "is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t)
			c.before(w)
			got, err := run(t, w)
			w.Must(err)
			w.WantWrites(0)
			if !got.Needed || got.PolicyID != "" || got.Write == nil || got.Write.Distribution != pairtest.Primary || !strings.Contains(got.Note, c.note) {
				t.Errorf("got %+v, want the primary's propagation waited for", got)
			}
		})
	}
}

// A read from before the dead run's last write shows the policy off: under the lock that is not believed.
func TestAPolicyThatWasSwitchedOffBeforeTheLockWasTakenIsWrittenAgain(t *testing.T) {
	t.Parallel()
	w := afterADeath(t)
	w.EditPolicy("Enabled", "false")
	dead := record.Holder{Execution: pairtest.Other, Name: "other", StartTime: w.Clock.Now().Add(-time.Hour)}
	w.HeldBy(record.Holder{Execution: pairtest.Me, At: w.Clock.Now().Add(time.Second), TakenOverFrom: &dead})
	w.Clock.Advance(2 * time.Second)
	for call := 1; call <= 2; call++ {
		_, err := run(t, w)
		w.Must(err)
		if n := w.Calls.Count(pairtest.CloudFront, pairtest.UpdatePolicy); n != 1 {
			t.Errorf("got %d updates after call %d, want one", n, call)
		}
	}
}

func TestAReleaseThatFoundTheLockFreeTouchesNoPolicy(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.EditPolicy("Enabled", "true") // someone else's: Preflight will name it, nobody switches it off
	got, err := run(t, w)
	w.Must(err)
	if got.Needed || !w.LivePolicy().Enabled || len(w.Calls.Log()) != 0 {
		t.Errorf("got %+v after %d calls", got, len(w.Calls.Log()))
	}
}

func TestARecordThatCannotBeReadKeepsNoViewerOnStaging(t *testing.T) {
	t.Parallel()
	w := afterADeath(t)
	key := record.KeyOf(pairtest.Primary, record.Holder{Name: "other", StartTime: w.Clock.Now().Add(-time.Hour)})
	w.Must(w.S3.Put(pairtest.Bucket, key, []byte("{"), nil))
	_, err := run(t, w)
	pairtest.WantFault(t, err, fault.Unexpected, pairtest.Policy+" is off", key)
	if w.LivePolicy().Enabled {
		t.Error("the policy is on")
	}
	w.Store(key, record.Evidence{Preflight: &release.Preflight{Header: &release.Header{Name: "aws-cf-cd-test", Value: "on"}}})
	_, err = run(t, w)
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Header != "aws-cf-cd-test" {
		t.Errorf("got policy %+v, want the header put back by the second call", p)
	}
}

func TestAFailedRecoveryIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
	}{
		"another execution has the lock": {func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) }, fault.LockLost},
		"the primary cannot be read":     {func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Throttled()) }, fault.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t)
			c.before(w)
			_, err := run(t, w)
			pairtest.WantFault(t, err, c.want)
			w.WantWrites(0)
		})
	}
}
