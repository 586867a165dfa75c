package deletestaging_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/deletestaging"
)

func do(t *testing.T, w *pairtest.World) (release.Deletion, error) {
	t.Helper()
	h := deletestaging.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.Found(t), do)
}

func TestOnlyADisabledStagingDistributionIsDeleted(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "is enabled")
	w.Document.Parts.Staging = pairtest.Primary
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Refused, "is no staging distribution")
	w.Document.Parts.Staging = pairtest.Staging
	w.CloudFront.DropPolicy(pairtest.Policy)
	w.Edit(pairtest.Staging, "Enabled", "false")
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "DistributionNotDisabled") // it is not so everywhere
	w.WantWrites(0)
	w.Clock.Advance(time.Hour)
	w.Strike(pairtest.CloudFront, "DeleteDistribution", transport.Outcome{Kind: transport.LoseAnswer})
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if _, found := w.CloudFront.Live(pairtest.Staging); found || got.Deleted || got.ID != pairtest.Staging {
		t.Errorf("got %+v, and it exists: %t", got, found)
	}
}
