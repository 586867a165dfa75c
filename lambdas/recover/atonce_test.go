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

func runAtOnce(t *testing.T, w *pairtest.World) (release.Recovery, error) {
	t.Helper()
	h := recovery.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(release.AtOnce))
}

// died is a world in which the release has died with the policy on and still has the lock.
func died(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	w.Die()
	return w
}

// wantUpdates checks on how many updates of the policy were sent; CloudFront notes each of them at the primary as well.
func wantUpdates(t *testing.T, w *pairtest.World, want int) {
	t.Helper()
	if got := w.Calls.Count(pairtest.CloudFront, pairtest.UpdatePolicy); got != want {
		t.Errorf("got %d updates of the policy, want %d", got, want)
	}
}

// withHeader is what an execution leaves in its record that has found header routing on the policy.
func withHeader(name string) record.Evidence {
	return record.Evidence{Preflight: &release.Preflight{Header: &release.Header{Name: name, Value: "on"}}}
}

func TestAtOnceThePolicyIsSwitchedOffUnderTheDeadRunsLock(t *testing.T) {
	t.Parallel()
	w := died(t)
	got, err := runAtOnce(t, w)
	w.Must(err)
	now := w.Clock.Now()
	write := release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	if !got.Needed || got.PolicyID != pairtest.Policy || *got.Write != write || got.Note != "the policy is off after the death of "+pairtest.Me {
		t.Errorf("got %+v with %+v", got, got.Write)
	}
	wantUpdates(t, w, 1)
	if p := w.LivePolicy(); p.Enabled || p.Type != cloudfront.SingleWeight {
		t.Errorf("got policy %+v, want only Enabled changed", p)
	}
	var holder record.Holder
	if w.Load(record.LockKey(pairtest.Primary), &holder); holder.Execution != pairtest.Me {
		t.Errorf("the lock names %q, want it left to the dead run", holder.Execution)
	}
}

// TestUnderTheLockWhatADyingLambdaHasWrittenIsSwitchedOff: that is why there is a second time.
func TestUnderTheLockWhatADyingLambdaHasWrittenIsSwitchedOff(t *testing.T) {
	t.Parallel()
	w := died(t)
	_, err := runAtOnce(t, w)
	w.Must(err)
	w.EditPolicy("Enabled", "true")
	w.Clock.Advance(release.StaleAfter)
	w.TakeOver()
	got, err := run(t, w)
	w.Must(err)
	if w.LivePolicy().Enabled || !got.Needed || !got.Write.At.Equal(w.Clock.Now()) {
		t.Errorf("got %+v, policy enabled %t", got, w.LivePolicy().Enabled)
	}
}

func TestARunThatHasTakenOverMeanwhileIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		words  []string
	}{
		"at its own work": {func(w *pairtest.World) {
			var dead record.Holder
			w.Load(record.LockKey(pairtest.Primary), &dead)
			w.HeldBy(record.Holder{Execution: pairtest.Other, At: w.Clock.Now(), TakenOverFrom: &dead})
		}, []string{pairtest.Other}},
		"also once it has given the lock back": {func(w *pairtest.World) {
			w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
		}, []string{"gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := died(t)
			c.before(w)
			_, err := runAtOnce(t, w)
			pairtest.WantFault(t, err, fault.LockLost, c.words...)
			w.WantWrites(0)
			if !w.LivePolicy().Enabled {
				t.Error("the policy of a live run was switched off")
			}
		})
	}
}

func TestAtOnceALockThatCannotBeReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := died(t)
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable())
	_, err := runAtOnce(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, record.LockKey(pairtest.Primary))
	w.WantWrites(0)
}

func TestAtOnceASecondCallWritesNothing(t *testing.T) {
	t.Parallel()
	w := died(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := runAtOnce(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := runAtOnce(t, w)
	w.Must(err)
	wantUpdates(t, w, 1)
	if !got.Needed || w.LivePolicy().Enabled {
		t.Errorf("got %+v, policy enabled %t", got, w.LivePolicy().Enabled)
	}
}

// TestTheHeaderComesFromTheLastRunThatHasFoundOne: before the lock is taken over it names the dead run, afterwards this one.
func TestTheHeaderComesFromTheLastRunThatHasFoundOne(t *testing.T) {
	t.Parallel()
	older := record.Holder{Execution: pairtest.Other, Name: "other", StartTime: time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		records map[string]string // the header in whose record
		want    string
	}{
		"the dead one":                     {map[string]string{"mine": "aws-cf-cd-mine"}, "aws-cf-cd-mine"},
		"the dead one, not the one before": {map[string]string{"mine": "aws-cf-cd-mine", "other": "aws-cf-cd-other"}, "aws-cf-cd-mine"},
		"the one before":                   {map[string]string{"other": "aws-cf-cd-other"}, "aws-cf-cd-other"},
		"none of them":                     {nil, ""},
	} {
		for when, call := range map[string]func(*testing.T, *pairtest.World) (release.Recovery, error){
			" at once": runAtOnce,
			" under the lock": func(t *testing.T, w *pairtest.World) (release.Recovery, error) {
				t.Helper()
				w.TakeOver()
				return run(t, w)
			},
		} {
			t.Run(name+when, func(t *testing.T) {
				t.Parallel()
				w := died(t)
				mine := record.Holder{Execution: pairtest.Me, Name: "mine", StartTime: w.Clock.Now(), TakenOverFrom: &older}
				w.HeldBy(mine)
				for who, header := range c.records {
					holder := map[string]record.Holder{"mine": mine, "other": older}[who]
					w.Store(record.KeyOf(pairtest.Primary, holder), withHeader(header))
				}
				_, err := call(t, w)
				w.Must(err)
				if p := w.LivePolicy(); p.Enabled || p.Header != c.want {
					t.Errorf("got policy %+v, want it off with header %q", p, c.want)
				}
			})
		}
	}
}

func TestAtOnceARecordThatCannotBeReadKeepsNoViewerOnStaging(t *testing.T) {
	t.Parallel()
	w := died(t)
	records := w.S3.Keys(pairtest.Bucket, "releases/")
	w.Must(w.S3.Put(pairtest.Bucket, records[0], []byte("{"), nil))
	_, err := runAtOnce(t, w)
	pairtest.WantFault(t, err, fault.Unexpected, pairtest.Policy+" is off", records[0])
	if w.LivePolicy().Enabled {
		t.Error("the policy is on")
	}
}

func TestAtOnceThereMayBeNothingToSwitchOff(t *testing.T) {
	t.Parallel()
	w := died(t)
	w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Outcome{
		Kind: transport.Refuse, Status: 404, Code: "NoSuchDistribution", Message: "The specified distribution does not exist.",
	})
	got, err := runAtOnce(t, w)
	w.Must(err)
	w.WantWrites(0)
	if got.Needed || !strings.Contains(got.Note, "the primary is gone") {
		t.Errorf("got %+v", got)
	}
}

// TestADeadRecoverIsRecoveredFrom: a recover execution that needed an operator keeps the lock; the schedule's next one
// finds it dead and makes the pair of the run behind it safe.
func TestADeadRecoverIsRecoveredFrom(t *testing.T) {
	t.Parallel()
	w := died(t)
	w.Store(w.S3.Keys(pairtest.Bucket, "releases/")[0], withHeader("aws-cf-cd-test"))
	w.TakeOver() // and dies
	w.Document.Execution.ARN, w.Document.Execution.Name = pairtest.Other, "next"
	w.Document.Dead.Execution, w.Document.Lock = pairtest.Recovery, nil
	got, err := runAtOnce(t, w)
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Header != "aws-cf-cd-test" || !strings.HasSuffix(got.Note, pairtest.Recovery) {
		t.Errorf("got %+v and policy %+v", got, p)
	}
	wantUpdates(t, w, 1)
}
