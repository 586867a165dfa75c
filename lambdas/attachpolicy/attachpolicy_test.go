package attachpolicy_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/attachpolicy"
)

const attached = "ContinuousDeploymentPolicyId"

// do is one call of the step; its part goes into the document, as the state machine does it.
func do(t *testing.T, w *pairtest.World) (release.Settling, error) {
	t.Helper()
	h := attachpolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	part, err := h.Handle(t.Context(), w.Input(""))
	if err == nil {
		w.Document.Attach = &part
	}
	return part, err
}

// detached is a world in which everything but the attachment is there.
func detached(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.Paired(t)
	w.Edit(pairtest.Primary, attached, "")
	w.Settle()
	return w
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, detached(t), do)
}

func TestNothingButThePolicyIsWritten(t *testing.T) {
	t.Parallel()
	w := detached(t)
	before := w.Read(pairtest.Primary)
	got, err := do(t, w)
	w.Must(err)
	after := w.Read(pairtest.Primary)
	if w.Text(pairtest.Primary, attached) != pairtest.Policy || after.Fingerprint != before.Fingerprint || got.Settled {
		t.Errorf("got %+v, attached %q", got, w.Text(pairtest.Primary, attached))
	}
	if got, err := do(t, w); err != nil || got.Settled {
		t.Errorf("got %+v and %v while the primary is InProgress", got, err)
	}
	w.Settle()
	if got, err := do(t, w); err != nil || !got.Settled {
		t.Errorf("got %+v and %v", got, err)
	}
	w.WantWrites(1)
}

func TestAnAttachmentWhoseAnswerWasLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := detached(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.Settle()
	if got, err := do(t, w); err != nil || got.Settled {
		t.Errorf("got %+v and %v before a look at the propagation", got, err)
	}
	if got, err := do(t, w); err != nil || !got.Settled {
		t.Errorf("got %+v and %v", got, err)
	}
	w.WantWrites(1)
}

func TestAPolicyThatIsOnIsNotAttached(t *testing.T) {
	t.Parallel()
	w := detached(t)
	w.EditPolicy("Enabled", "true")
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy, "while it is on")
	w.WantWrites(0)
}

func TestTheFieldsOfAnEditInTheSameMomentStay(t *testing.T) {
	t.Parallel()
	w := detached(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
		Before: func() { w.Edit(pairtest.Primary, "Comment", "edited by a colleague") },
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "changed since it was read")
	w.WantWrites(0)
	w.Settle()
	_, err = do(t, w)
	w.Must(err)
	if text := w.Text(pairtest.Primary, "Comment"); text != "edited by a colleague" || w.Text(pairtest.Primary, attached) != pairtest.Policy {
		t.Errorf("the primary has the comment %q", text)
	}
}

func TestThePolicyOfSomebodyElseStays(t *testing.T) {
	t.Parallel()
	w := detached(t)
	theirs := w.AttachAnother()
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, theirs)
	w.WantWrites(0)
}

func TestSomebodyWhoAlwaysTakesItOffEndsTheRounds(t *testing.T) {
	t.Parallel()
	w := detached(t)
	for range release.Rounds {
		_, err := do(t, w)
		w.Must(err)
		w.Settle()
		w.Edit(pairtest.Primary, attached, "")
		w.Settle()
	}
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, "someone else takes it off")
	w.WantWrites(release.Rounds)
}

// TestAPolicyThatIsNotShownYetIsLookedForAgain, and one that was there before and is gone is not.
func TestAPolicyThatIsNotShownYetIsLookedForAgain(t *testing.T) {
	t.Parallel()
	for made, want := range map[bool]fault.Name{true: fault.Unavailable, false: fault.Refused} {
		w := detached(t)
		w.Document.Policy = &release.Policy{ID: "99999999-2222-4333-8444-555555555555", Made: made}
		_, err := do(t, w)
		pairtest.WantFault(t, err, want, w.Document.Policy.ID)
		w.WantWrites(0)
	}
}
