package deletepolicy_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/deletepolicy"
)

func do(t *testing.T, w *pairtest.World) (release.Deletion, error) {
	t.Helper()
	h := deletepolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.Found(t), do)
}

func TestOnlyAPolicyThatIsOffAndDetachedGoes(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.EditPolicy("Enabled", "true")
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "is on")
	w.EditPolicy("Enabled", "false")
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "ContinuousDeploymentPolicyInUse")
	w.WantWrites(0)
	w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
	w.Strike(pairtest.CloudFront, "DeleteContinuousDeploymentPolicy", transport.Outcome{Kind: transport.LoseAnswer})
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if got.Deleted || got.ID != pairtest.Policy || len(w.CloudFront.Policies()) > 0 {
		t.Errorf("got %+v with the policies %v", got, w.CloudFront.Policies())
	}
}

func TestAnEditInTheSameMomentIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
	w.Strike(pairtest.CloudFront, "DeleteContinuousDeploymentPolicy", transport.Outcome{Before: func() { w.EditPolicy("Enabled", "true") }})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, "PreconditionFailed")
	if !w.LivePolicy().Enabled {
		t.Error("the edit is gone")
	}
}

func TestWithoutAPolicyNothingIsDone(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.Document.Parts.PolicyID = ""
	got, err := do(t, w)
	w.Must(err)
	if got.ID != "" || got.Deleted {
		t.Errorf("got %+v", got)
	}
}
