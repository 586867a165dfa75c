package createpolicy_test

import (
	"net/http"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/createpolicy"
)

const create = "CreateContinuousDeploymentPolicy"

func do(t *testing.T, w *pairtest.World) (release.Policy, error) {
	t.Helper()
	h := createpolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// deleted is a world whose policy an earlier call of maintenance has had to delete; the evidence has its config.
func deleted(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.Maintained(t)
	policy, err := live.ReadPolicy(t.Context(), w.API, pairtest.Policy)
	w.Must(err)
	found := w.Document.Preflight
	w.Store(found.Record, record.Evidence{
		Execution: w.Document.Execution, Plan: *w.Document.Plan, Preflight: found, Policy: policy.ContinuousDeploymentPolicyConfig,
	})
	w.DeletePolicy()
	return w
}

// only is the one policy that there is.
func only(t *testing.T, w *pairtest.World) cloudfront.Policy {
	t.Helper()
	ids := w.CloudFront.Policies()
	if len(ids) != 1 {
		t.Fatalf("there are the policies %v, want one", ids)
	}
	policy, _ := w.CloudFront.LivePolicy(ids[0])
	return policy
}

func TestWhoeverLostTheLockMakesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, deleted(t), do)
}

func TestAPolicyThatIsThereAndOffIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := pairtest.Paired(t)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(0)
	if got.ID != pairtest.Policy || got.Made || got.SwitchedOff {
		t.Errorf("got %+v", got)
	}
}

func TestAPolicyThatIsOnIsSwitchedOffAndKeepsItsWeight(t *testing.T) {
	t.Parallel()
	w := pairtest.Paired(t)
	before := w.LivePolicy()
	w.EditPolicy("Enabled", "true")
	got, err := do(t, w)
	w.Must(err)
	if n := w.Calls.Count(pairtest.CloudFront, pairtest.UpdatePolicy); n != 1 {
		t.Errorf("the policy was written %d times", n)
	}
	if after := w.LivePolicy(); !got.SwitchedOff || after.Enabled || after.Weight != before.Weight || after.MaximumTTL != before.MaximumTTL {
		t.Errorf("got %+v with %+v, was %+v", got, after, before)
	}
}

func TestANewPolicyIsOffAndHasThePlansWeight(t *testing.T) {
	t.Parallel()
	w := deleted(t)
	w.Document.Plan.Weight = 0.1
	found := w.Document.Preflight
	w.Store(found.Record, record.Evidence{Execution: w.Document.Execution, Plan: *w.Document.Plan, Preflight: found})
	got, err := do(t, w)
	w.Must(err)
	if p := only(t, w); !got.Made || p.Enabled || p.Weight != 0.1 || p.Type != cloudfront.SingleWeight || p.MaximumTTL != 10*time.Minute {
		t.Errorf("got %+v with %+v", got, p)
	}
	again, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if again.ID != got.ID {
		t.Errorf("the second call got %+v, want %s", again, got.ID)
	}
}

func TestAPolicyThatHadToBeDeletedIsMadeAgainAsItWas(t *testing.T) {
	t.Parallel()
	w := deleted(t)
	got, err := do(t, w)
	w.Must(err)
	if p := only(t, w); !got.Made || p.Enabled || p.Weight != 0.01 || p.IdleTTL != 5*time.Minute {
		t.Errorf("got %+v with %+v", got, p)
	}
}

func TestAPolicyWhoseAnswerWasLostIsFound(t *testing.T) {
	t.Parallel()
	w := deleted(t)
	w.Strike(pairtest.CloudFront, create, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.CloudFront.ReadLag = time.Minute
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "do not show it yet")
	w.Clock.Advance(2 * time.Minute)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if got.Made || got.ID == "" {
		t.Errorf("got %+v", got)
	}
	only(t, w)
}

func TestAPolicyThatSomebodyMakesInTheSameMomentIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	w := deleted(t)
	w.Strike(pairtest.CloudFront, create, transport.Outcome{
		Kind: transport.Refuse, Status: http.StatusConflict, Code: "ContinuousDeploymentPolicyAlreadyExists", Message: "exists",
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "look again")
	w.WantWrites(0)
}

func TestAFullQuotaSaysSo(t *testing.T) {
	t.Parallel()
	w := deleted(t)
	w.Strike(pairtest.CloudFront, create, transport.Outcome{
		Kind: transport.Refuse, Status: http.StatusBadRequest, Code: "TooManyContinuousDeploymentPolicies", Message: "full",
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Refused, "TooManyContinuousDeploymentPolicies", w.Document.Preflight.Staging.Domain)
	w.WantWrites(0)
}

func TestAnEditInTheSameMomentAsSwitchingOffIsKept(t *testing.T) {
	t.Parallel()
	w := pairtest.Paired(t)
	w.EditPolicy("Enabled", "true")
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{
		Before: func() { w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.12") },
	})
	_, err := do(t, w)
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Weight != 0.12 {
		t.Errorf("got %+v", p)
	}
}
