package report_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/report"
)

func do(t *testing.T, w *pairtest.World) (release.Outcome, error) {
	t.Helper()
	h := report.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func first() release.Orphan {
	return release.Orphan{Kind: release.OrphanUnattached, PolicyID: "first"}
}

func second() release.Orphan {
	return release.Orphan{Kind: release.OrphanNoPolicy, Staging: "second"}
}

// world is a cleanup that has found two orphans, and left something.
func world(t *testing.T, apply bool) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Workflow, w.Document.Plan = release.Cleanup, &release.Plan{Apply: apply}
	w.Document.Orphans = &release.Orphans{Apply: apply, Items: []release.Item{{Orphan: first()}, {Orphan: second()}}}
	w.Store(record.CleanupKey(w.Document.Execution), record.Cleanup{
		Orphans: []release.Orphan{first(), second()}, Left: []record.Left{{What: "policy third", Why: "it is on the list"}},
		Policies:      make([]record.SeenPolicy, 3),
		Distributions: map[string]record.SeenDistribution{"E1": {}, "E2": {Staging: true}},
	})
	return w
}

// results puts what became of the orphans into the record.
func results(w *pairtest.World, results ...release.Result) {
	key := record.CleanupKey(w.Document.Execution)
	var seen record.Cleanup
	w.Load(key, &seen)
	seen.Results = results
	w.Store(key, seen)
}

func TestTheEndSaysWhatWasFoundAndWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	done := func(o release.Orphan) release.Result { return release.Result{Orphan: o, Done: true} }
	for name, c := range map[string]struct {
		apply   bool
		prepare func(*pairtest.World)
		end     string
		words   []string
	}{
		"a dry run": {false, func(*pairtest.World) {}, release.OrphansFound, []string{
			"2 orphans were found", "2 distributions, 1 of them staging, and 3 policies", "quotas are 20 and 20", "1 could not be proven",
		}},
		"both are gone": {true, func(w *pairtest.World) { results(w, done(first()), done(second())) }, release.Cleaned, []string{"2 of 2 orphans"}},
		"another was at one": {
			true, func(w *pairtest.World) { results(w, done(first()), release.Result{Orphan: second(), Left: true}) },
			release.Cleaned,
			[]string{"1 of 2 orphans", "2 could not be proven"},
		},
		"one has failed": {
			true, func(w *pairtest.World) {
				results(w, done(first()), release.Result{Orphan: second(), Note: "not authorized"})
			},
			release.NeedsOperator,
			[]string{"1 of 2 orphans", "staging distribution second (no-policy): not authorized", "runbook: Needs Operator"},
		},
		"of one nothing was written down": {
			true, func(w *pairtest.World) { results(w, done(first())) }, release.NeedsOperator, []string{"what became of it could not be written down"},
		},
		"some are for the next run": {
			true, func(w *pairtest.World) { results(w, done(first()), done(second())); w.Document.Orphans.Later = 7 }, release.Cleaned, []string{"7 are for the next run"},
		},
		"the account could not be looked at": {
			true, func(w *pairtest.World) {
				w.Document.Orphans, w.Document.Stranded = nil, &release.Failure{Error: string(fault.Refused), Cause: "not authorized"}
			}, release.NeedsOperator, []string{"broke off", "not authorized"},
		},
		"the request was refused": {
			true, func(w *pairtest.World) {
				w.Document.Plan, w.Document.Orphans = nil, nil
				w.Document.Failure = &release.Failure{Error: string(fault.InvalidRequest), Cause: "unknown field"}
			}, release.Rejected, []string{"Nothing was touched", "unknown field"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t, c.apply)
			c.prepare(w)
			got, err := do(t, w)
			w.Must(err)
			if got.End != c.end {
				t.Errorf("got %s (%s), want %s", got.End, got.Cause, c.end)
			}
			for _, words := range c.words {
				if !strings.Contains(got.Cause, words) {
					t.Errorf("got the cause %q, want %q in it", got.Cause, words)
				}
			}
			var kept record.Cleanup
			if !w.Load(got.Record, &kept) || kept.Outcome == nil || kept.Outcome.End != c.end || len(kept.Orphans) != 2 {
				t.Errorf("got the record %+v", kept)
			}
		})
	}
}

func TestWithoutARecordThereIsAnEndAllTheSame(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan = &release.Plan{}
	got, err := do(t, w)
	w.Must(err)
	if got.End != release.Clean {
		t.Errorf("got %+v", got)
	}
}

func TestASecondCallSaysTheSame(t *testing.T) {
	t.Parallel()
	w := world(t, false)
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	one, err := do(t, w)
	w.Must(err)
	two, err := do(t, w)
	w.Must(err)
	if one != two {
		t.Errorf("got %+v, then %+v", one, two)
	}
}
