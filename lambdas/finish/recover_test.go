package finish_test

import (
	"testing"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
)

const recoverKey = "releases/" + pairtest.Primary + "/20261123T122000Z-recovery.json"

// recovering is a world in which recover has switched the policy of a dead run off everywhere.
func recovering(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	w.Die()
	w.TakeOver()
	w.Document.Recovery = &release.Recovery{Needed: true, PolicyID: pairtest.Policy}
	w.Document.Deployed = &release.Deployed{What: release.OfRecovery, Deployed: true}
	w.Document.Examination = &release.Examination{Note: "The primary has its config from before that release."}
	return w
}

func TestARecoveryIsRecordedBesideTheDeadRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*release.Document)
		want   string
	}{
		"that made the pair safe":     {func(*release.Document) {}, release.Recovered},
		"that could not":              {func(d *release.Document) { d.Stranded = &release.Failure{Error: "NotDeployed", Cause: "stuck"} }, release.NeedsOperator},
		"whose request was refused":   {func(d *release.Document) { d.Examination, d.Failure = nil, &release.Failure{Error: "Refused"} }, release.Rejected},
		"that found no hold to clear": {func(d *release.Document) { d.Examination, d.HoldCleared = nil, &release.HoldCleared{Note: "none"} }, release.Recovered},
		"that only cleared the hold":  {func(d *release.Document) { d.Examination, d.HoldCleared = nil, &release.HoldCleared{Cleared: true} }, release.Recovered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := recovering(t)
			before := evidence(t, w)
			c.before(&w.Document)
			got, err := end(t, w)
			w.Must(err)
			var e record.Evidence
			if got.End != c.want || got.Record != recoverKey || !w.Load(recoverKey, &e) || *e.Outcome != got {
				t.Fatalf("got %+v and record %+v, want %s", got, e.Outcome, c.want)
			}
			if e.Execution.ARN != pairtest.Recovery || e.Plan.Reason != "the end of "+pairtest.Me || e.Document.Dead == nil || e.Preflight != nil {
				t.Errorf("got %+v, want who recovered from whom, and no way back of its own", e)
			}
			if after := evidence(t, w); after.Outcome != nil || after.PrimaryETag != before.PrimaryETag {
				t.Errorf("got %+v in the dead run's record, want it left alone", after.Outcome)
			}
		})
	}
}

// TestNothingToRecoverIsNotRecorded: the schedule would write a record every quarter of an hour.
func TestNothingToRecoverIsNotRecorded(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*release.Document){
		"because another execution is at it": func(d *release.Document) { d.Failure = &release.Failure{Error: "LockHeld", Cause: "held by other"} },
		"because nobody has died":            func(d *release.Document) { d.Dead = &release.DeadRun{} },
		"because the event was of a request without a primary": func(d *release.Document) {
			d.Plan, d.Failure = nil, &release.Failure{Error: "InvalidRequest", Cause: "no primary"}
			d.Request = []byte(`{"executionArn":"` + pairtest.Me + `"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := recovering(t)
			w.Document.Examination = nil
			before(&w.Document)
			got, err := end(t, w)
			w.Must(err)
			if !got.NothingToRecover || got.Record != "" || !got.At.Equal(w.Clock.Now()) || w.Calls.Count(pairtest.S3, pairtest.PutObject) != 0 {
				t.Errorf("got %+v after %d writes", got, w.Calls.Count(pairtest.S3, pairtest.PutObject))
			}
		})
	}
}
