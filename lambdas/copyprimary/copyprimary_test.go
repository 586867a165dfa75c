package copyprimary_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/copyprimary"
)

const copyDistribution = "CopyDistribution"

func do(t *testing.T, w *pairtest.World) (release.Copy, error) {
	t.Helper()
	h := copyprimary.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func TestWhoeverLostTheLockCopiesNothing(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.Lone(t), do)
}

func TestAStagingDistributionThatIsThereIsTaken(t *testing.T) {
	t.Parallel()
	w := pairtest.Paired(t)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(0)
	if want := w.Document.Preflight.Staging; got.Made || got.ID != want.ID || got.Domain != want.Domain {
		t.Errorf("got %+v, want %s of %s", got, want.ID, want.Domain)
	}
}

func TestTheCopyIsAnEnabledStagingDistribution(t *testing.T) {
	t.Parallel()
	w := pairtest.Lone(t)
	got, err := do(t, w)
	w.Must(err)
	if !got.Made || got.Domain == "" || w.Text(got.ID, "Staging") != "true" || w.Text(got.ID, "Enabled") != "true" {
		t.Errorf("got %+v, Staging %s, Enabled %s", got, w.Text(got.ID, "Staging"), w.Text(got.ID, "Enabled"))
	}
	if reference := w.Text(got.ID, "CallerReference"); !strings.Contains(reference, pairtest.Primary) || !strings.HasSuffix(reference, w.Document.Execution.Name) {
		t.Errorf("got the reference %q: a later execution could not tell whose it is", reference)
	}
	again, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if again.ID != got.ID || again.Domain != got.Domain {
		t.Errorf("the second call got %+v, want %+v", again, got)
	}
}

func TestACopyWhoseAnswerWasLostIsFound(t *testing.T) {
	t.Parallel()
	w := pairtest.Lone(t)
	w.Strike(pairtest.CloudFront, copyDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.CloudFront.ReadLag = time.Minute
	_, err = do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "do not show it yet")
	w.Clock.Advance(2 * time.Minute)
	got, err := do(t, w)
	w.Must(err)
	w.WantWrites(1)
	if w.Text(got.ID, "Staging") != "true" {
		t.Errorf("got %+v", got)
	}
}

func TestAPrimaryThatChangesInTheSameMomentIsReadAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.Lone(t)
	w.Strike(pairtest.CloudFront, copyDistribution, transport.Outcome{
		Before: func() { w.Edit(pairtest.Primary, "Comment", "edited by a colleague") },
	})
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "nothing was copied yet")
	w.WantWrites(0)
	got, err := do(t, w)
	w.Must(err)
	if text := w.Text(got.ID, "Comment"); text != "edited by a colleague" {
		t.Errorf("the copy has the comment %q", text)
	}
}

func full() transport.Outcome {
	return transport.Outcome{Kind: transport.Refuse, Status: http.StatusBadRequest, Code: "TooManyDistributions", Message: "full"}
}

func TestARefusalIsBelievedOnlyWhereNoCopyIsSeen(t *testing.T) {
	t.Parallel()
	w := pairtest.Lone(t)
	w.Strike(pairtest.CloudFront, copyDistribution, full())
	_, err := do(t, w)
	pairtest.WantFault(t, err, fault.Refused, "TooManyDistributions", pairtest.Primary)
	made, err := do(t, w)
	w.Must(err)
	// The quota is full because of that very copy.
	w.Strike(pairtest.CloudFront, copyDistribution, full())
	got, err := do(t, w)
	w.Must(err)
	if got.ID != made.ID {
		t.Errorf("got %+v, want the copy %s", got, made.ID)
	}
}
