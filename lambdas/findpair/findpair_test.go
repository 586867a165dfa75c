package findpair_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/findpair"
)

func find(t *testing.T, w *pairtest.World) (release.Parts, error) {
	t.Helper()
	h := findpair.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestThePairIsFoundAndWrittenDown(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	got, err := find(t, w)
	w.Must(err)
	if got.Primary != pairtest.Primary || got.PolicyID != pairtest.Policy || got.Staging != pairtest.Staging || got.Search.More {
		t.Errorf("got %+v", got)
	}
	var e record.Evidence
	if !w.Load(got.Record, &e) || e.Parts == nil || e.Parts.Staging != pairtest.Staging || e.Primary == nil || e.Staging == nil {
		t.Errorf("got the record %+v", e)
	}
	w.WantWrites(0)
}

// What an earlier execution has detached, and perhaps deleted, is in its record.
func TestWhatAnEarlierExecutionHasDetachedIsRemembered(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]string{"the policy is there": pairtest.Policy, "the policy is gone": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Store("releases/"+pairtest.Primary+"/20261101T000000Z-earlier.json", record.Evidence{
				Parts: &release.Parts{Primary: pairtest.Primary, PolicyID: pairtest.Policy, Staging: pairtest.Staging},
			})
			w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
			if policy == "" {
				w.CloudFront.DropPolicy(pairtest.Policy)
			}
			got, err := find(t, w)
			w.Must(err)
			if got.PolicyID != policy || got.Staging != pairtest.Staging || got.Primary != pairtest.Primary {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWhatCannotBeAPairIsRefused(t *testing.T) {
	t.Parallel()
	for id, words := range map[string]string{
		"E9MISTYPED0000": "there is no distribution E9MISTYPED0000", pairtest.Staging: "name the primary of the pair",
	} {
		w := pairtest.New(t, pairtest.Locked)
		w.Document.Plan.Primary = id
		w.Store(record.LockKey(id), record.Holder{Execution: pairtest.Me, At: w.Clock.Now()})
		_, err := find(t, w)
		pairtest.WantFault(t, err, fault.InvalidRequest, words)
	}
}

func TestAnOrphanThatWasChangedSinceIsLeft(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Orphan = &release.Orphan{
		Kind: release.OrphanStackDeleted, Lock: pairtest.Primary, Primary: pairtest.Primary, PolicyID: pairtest.Policy,
		Staging: pairtest.Staging, Modified: w.LivePolicy().ModifiedAt,
	}
	got, err := find(t, w)
	w.Must(err)
	if got.PolicyID != pairtest.Policy || got.Staging != pairtest.Staging {
		t.Errorf("got %+v", got)
	}
	w.Clock.Advance(time.Minute)
	w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.1")
	_, err = find(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, "left alone: it was changed at")
	w.Document.Execution.StartTime = w.Clock.Now().Add(-release.CleanupWithin - time.Minute)
	_, err = find(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, "the next one does it")
}
