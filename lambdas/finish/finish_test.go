package finish_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/finish"
)

const key = "releases/" + pairtest.Primary + "/20261123T120000Z-mine.json"

func end(t *testing.T, w *pairtest.World) (release.Outcome, error) {
	t.Helper()
	return finish.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

func evidence(t *testing.T, w *pairtest.World) record.Evidence {
	t.Helper()
	var e record.Evidence
	if !w.Load(key, &e) {
		t.Fatal("there is no evidence record")
	}
	return e
}

func TestTheEvidenceIsClosedAndKeepsTheSavedConfigs(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Clock.Advance(20 * time.Minute)
	got, err := end(t, w)
	w.Must(err)
	if !got.Promoted || got.End != release.Promoted || got.NeedsOperator || got.Record != key || !got.At.Equal(w.Clock.Now()) {
		t.Errorf("got %+v", got)
	}
	e := evidence(t, w)
	if e.Outcome == nil || *e.Outcome != got || !e.EndedAt.Equal(w.Clock.Now()) {
		t.Errorf("got outcome %+v in the record, want %+v", e.Outcome, got)
	}
	if e.Primary == nil || distribution.Fingerprint(e.Primary) != w.Document.Preflight.Primary.Fingerprint || e.Staging == nil || e.Preflight == nil {
		t.Error("the way back is gone from the record")
	}
	if e.Plan.Reason != "a test" || e.Execution.ARN != pairtest.Me || e.Document == nil || e.Document.Judgement == nil ||
		e.Document.Outcome.End != release.Promoted {
		t.Errorf("got %+v, want who released what, why, and every verdict", e)
	}
}

func TestTheEndIsWhatHappened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at     pairtest.Stage
		before func(*release.Document)
		want   string
	}{
		"a release refused by the lock": {pairtest.Locked, func(d *release.Document) {
			d.Failure = &release.Failure{Error: "LockHeld", Cause: "held"}
		}, release.Rejected},
		"a release that was stopped": {pairtest.Shifted, func(d *release.Document) {
			d.Failure, d.Stop = &release.Failure{Error: "ConfigChanged", Cause: "edited"}, &release.Write{}
		}, release.RolledBack},
		"a release that could not be stopped": {pairtest.Shifted, func(d *release.Document) {
			d.Stranded = &release.Failure{Error: "NotDeployed", Cause: "stuck"}
		}, release.NeedsOperator},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, c.at)
			c.before(&w.Document)
			got, err := end(t, w)
			w.Must(err)
			if got.End != c.want || evidence(t, w).Outcome.End != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

func TestASecondCallWritesTheSameAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := end(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	first := evidence(t, w)
	got, err := end(t, w)
	w.Must(err)
	if second := evidence(t, w); *second.Outcome != *first.Outcome || *second.Outcome != got || second.Primary == nil {
		t.Errorf("got %+v after %+v", second.Outcome, first.Outcome)
	}
	if keys := w.S3.Keys(pairtest.Bucket, "releases/"); len(keys) != 1 {
		t.Errorf("got records %q, want one", keys)
	}
}

func TestARequestThatWasRefusedHasNoPrimaryToKeepARecordUnder(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan, w.Document.Failure = nil, &release.Failure{Error: "InvalidRequest", Cause: `{"errorMessage":"primary is missing"}`}
	got, err := end(t, w)
	w.Must(err)
	if !got.Rejected || got.Record != "" || w.Calls.Count(pairtest.S3, pairtest.PutObject) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAnEndWithoutItsRecordIsNoEnd(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"when the record cannot be read":    func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) },
		"when the record cannot be written": func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.PutObject, transport.Unavailable()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			before(w)
			got, err := end(t, w)
			pairtest.WantFault(t, err, fault.Unavailable, key)
			if got != (release.Outcome{}) {
				t.Errorf("got %+v", got)
			}
			if e := evidence(t, w); e.Outcome != nil {
				t.Errorf("got outcome %+v in the record", e.Outcome)
			}
		})
	}
}
