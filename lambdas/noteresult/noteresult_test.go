package noteresult_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/noteresult"
)

const key = "cleanups/mine.json"

// world is a cleanup that works on an orphan, with the result of another in its record.
func world(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Look = &release.Look{Record: key}
	w.Document.Orphan = &release.Orphan{Kind: release.OrphanUnattached, Lock: pairtest.Policy, PolicyID: pairtest.Policy, Staging: pairtest.Staging}
	w.Store(key, record.Cleanup{Results: []release.Result{{Orphan: release.Orphan{PolicyID: "another"}, Done: true}}})
	return w
}

func note(t *testing.T, w *pairtest.World) (release.Result, error) {
	t.Helper()
	h := noteresult.Handler{Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhatBecameOfAnOrphanIsWrittenDown(t *testing.T) {
	t.Parallel()
	failed := func(name fault.Name) *release.Failure {
		return &release.Failure{Error: string(name), Cause: "said the test"}
	}
	for name, c := range map[string]struct {
		prepare    func(*release.Document)
		done, left bool
		words      string
	}{
		"all of it is gone": {func(d *release.Document) {
			d.PolicyDeleted, d.StagingDeleted = &release.Deletion{ID: pairtest.Policy}, &release.Deletion{ID: pairtest.Staging}
		}, true, false, "Deleted: the policy " + pairtest.Policy + ", the staging distribution " + pairtest.Staging},
		"nothing was there any more":        {func(*release.Document) {}, true, false, "nothing left"},
		"the pair stays":                    {func(d *release.Document) { d.Orphan.KeepPair = true }, true, false, "off everywhere"},
		"another execution is at it":        {func(d *release.Document) { d.Failure = failed(fault.LockHeld) }, false, true, "said the test"},
		"somebody has found a use for it":   {func(d *release.Document) { d.Failure = failed(fault.ConfigChanged) }, false, true, "said the test"},
		"a permission is missing":           {func(d *release.Document) { d.Failure = failed(fault.Refused) }, false, false, "said the test"},
		"another has taken the lock over":   {func(d *release.Document) { d.Failure = failed(fault.LockLost) }, false, false, "said the test"},
		"CloudFront did not deploy in time": {func(d *release.Document) { d.Failure = failed(fault.NotDeployed) }, false, false, "said the test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			c.prepare(&w.Document)
			got, err := note(t, w)
			w.Must(err)
			if got.Done != c.done || got.Left != c.left || !strings.Contains(got.Note, c.words) {
				t.Errorf("got %+v, want done %t, left %t, and %q", got, c.done, c.left, c.words)
			}
			var kept record.Cleanup
			if w.Load(key, &kept); len(kept.Results) != 2 || kept.Results[1] != got {
				t.Errorf("got the results %+v in the record", kept.Results)
			}
		})
	}
}

func TestASecondCallReplacesTheFirstOnesResult(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := note(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	_, err = note(t, w)
	w.Must(err)
	var kept record.Cleanup
	if w.Load(key, &kept); len(kept.Results) != 2 {
		t.Errorf("got %d results, want that of the other orphan and one", len(kept.Results))
	}
}
