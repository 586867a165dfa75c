package disablepolicy_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/disablepolicy"
)

func do(t *testing.T, w *pairtest.World) (release.Write, error) {
	t.Helper()
	h := disablepolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.Found(t), do)
}

func TestThePolicyIsOffAndThePrimaryIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]string{"where it was on": "true", "where it was off": "false"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.Found(t)
			w.EditPolicy("Enabled", on)
			w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
			got, err := do(t, w)
			if on == "true" {
				pairtest.WantFault(t, err, fault.Unavailable)
				got, err = do(t, w)
			}
			w.Must(err)
			if w.LivePolicy().Enabled || !got.Written || got.Distribution != pairtest.Primary {
				t.Errorf("got %+v with the policy on: %t", got, w.LivePolicy().Enabled)
			}
		})
	}
}

func TestWhatIsGoneNeedsNoWrite(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.Document.Parts = &release.Parts{PolicyID: "gone"}
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(0)
	if got != (release.Write{}) {
		t.Errorf("got %+v", got)
	}
}

func TestAPrimaryThatIsBeingDeployedIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.EditPolicy("Enabled", "true")
	w.CloudFront.Switches.PolicyUpdateWhileInProgress = false
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.StillInUse, pairtest.Policy)
}
