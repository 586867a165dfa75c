package alignstaging_test

import (
	"slices"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/alignstaging"
)

// do is one call of the step; its part goes into the document, as the state machine does it.
func do(t *testing.T, w *pairtest.World) (release.Settling, error) {
	t.Helper()
	h := alignstaging.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	part, err := h.Handle(t.Context(), w.Input(""))
	if err == nil {
		w.Document.Align = &part
	}
	return part, err
}

const minimumTLS = "ViewerCertificate/MinimumProtocolVersion"

// opened is a world in which the door is open: the policy is off the primary, whose TLS version an operator has raised.
func opened(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.Maintained(t)
	w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
	w.Edit(pairtest.Primary, minimumTLS, "TLSv1.2_2025")
	w.Settle()
	return w
}

func TestWhoeverLostTheLockWritesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, opened(t), do)
}

func TestStagingGetsWhatMayNotDifferAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.DeletePolicy() // with it, CloudFront refuses to disable the staging distribution
	w.Edit(pairtest.Staging, pairtest.Path, pairtest.Green)
	w.Edit(pairtest.Staging, "Enabled", "false")
	w.Settle()
	got, err := do(t, w)
	w.Must(err)
	if got.Settled || !slices.Contains(got.Changes, "ViewerCertificate.MinimumProtocolVersion") || !slices.Contains(got.Changes, "Enabled") {
		t.Errorf("got %+v", got)
	}
	for path, want := range map[string]string{minimumTLS: "TLSv1.2_2025", "Enabled": "true", pairtest.Path: pairtest.Green, "Staging": "true"} {
		if text := w.Text(pairtest.Staging, path); text != want {
			t.Errorf("staging has %s %q, want %q", path, text, want)
		}
	}
	w.WantWrites(1)
}

// TestItIsSettledOnlyOnceALookFoundItDeployed: the answer may have been lost, and with it when the write was.
func TestItIsSettledOnlyOnceALookFoundItDeployed(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	if got, err := do(t, w); err != nil || got.Settled || len(got.Changes) > 0 {
		t.Fatalf("got %+v and %v while staging is InProgress", got, err)
	}
	w.Settle()
	if got, err := do(t, w); err != nil || !got.Settled || got.Round != 2 {
		t.Errorf("got %+v and %v", got, err)
	}
	w.WantWrites(1)
}

func TestWhereNothingDiffersThereIsALookBeforeItIsSettled(t *testing.T) {
	t.Parallel()
	w := pairtest.Paired(t)
	if got, err := do(t, w); err != nil || got.Settled {
		t.Errorf("got %+v and %v", got, err)
	}
	if got, err := do(t, w); err != nil || !got.Settled {
		t.Errorf("got %+v and %v", got, err)
	}
	w.WantWrites(0)
}

func TestAnEditInTheSameMomentIsKept(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
		Before: func() { w.Edit(pairtest.Staging, "Comment", "edited by a colleague") },
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "changed since it was read")
	w.WantWrites(0)
	w.Settle()
	_, err = do(t, w)
	w.Must(err)
	if text := w.Text(pairtest.Staging, "Comment"); text != "edited by a colleague" {
		t.Errorf("staging has the comment %q", text)
	}
}

func TestSomebodyWhoAlwaysChangesItBackEndsTheRounds(t *testing.T) {
	t.Parallel()
	w := opened(t)
	for range release.Rounds {
		_, err := do(t, w)
		w.Must(err)
		w.Settle()
		w.Edit(pairtest.Staging, minimumTLS, "TLSv1.2_2021")
		w.Settle()
	}
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Staging, "MinimumProtocolVersion")
	w.WantWrites(release.Rounds)
}

// TestACopyThatIsNotShownYetIsLookedForAgain, and one that was there before and is gone is not.
func TestACopyThatIsNotShownYetIsLookedForAgain(t *testing.T) {
	t.Parallel()
	for made, want := range map[bool]fault.Name{true: fault.Unavailable, false: fault.Refused} {
		w := opened(t)
		w.Document.Copy = &release.Copy{ID: "E3UNSEEN000001", Made: made}
		_, err := do(t, w)
		pairtest.WantFault(t, err, want, "E3UNSEEN000001")
		w.WantWrites(0)
	}
}
