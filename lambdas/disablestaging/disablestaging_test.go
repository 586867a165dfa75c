package disablestaging_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/disablestaging"
)

func do(t *testing.T, w *pairtest.World) (release.Write, error) {
	t.Helper()
	h := disablestaging.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.Found(t), do)
}

func TestOnlyAStagingDistributionWithoutPolicyIsDisabled(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "StagingDistributionInUse")
	w.Document.Parts.Staging = pairtest.Primary
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Refused, "is no staging distribution")
	w.WantWrites(0)
	w.CloudFront.DropPolicy(pairtest.Policy)
	w.Document.Parts.Staging = pairtest.Staging
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if w.Text(pairtest.Staging, "Enabled") != "false" || !got.Written || got.Distribution != pairtest.Staging {
		t.Errorf("got %+v with Enabled %s", got, w.Text(pairtest.Staging, "Enabled"))
	}
}

func TestWhatIsGoneNeedsNoWrite(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "E9GONE00000000"} {
		w := pairtest.Found(t)
		w.Document.Parts.Staging = id
		got, err := do(t, w)
		w.Must(err)
		if got != (release.Write{}) {
			t.Errorf("got %+v", got)
		}
	}
}
