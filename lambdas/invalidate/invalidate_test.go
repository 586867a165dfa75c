package invalidate_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/invalidate"
)

func world(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Promoted)
	w.Document.Plan.Change.Invalidate = []string{"/index.html", "/"}
	return w
}

func ask(t *testing.T, w *pairtest.World) (release.Invalidation, error) {
	t.Helper()
	return invalidate.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

func TestBothDistributionsAreAskedOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	first, err := ask(t, w)
	w.Must(err)
	second, err := ask(t, w)
	w.Must(err)
	for _, id := range []string{pairtest.Primary, pairtest.Staging} {
		if first.IDs[id] == "" || first.IDs[id] != second.IDs[id] {
			t.Errorf("%s: got the invalidations %q and %q", id, first.IDs[id], second.IDs[id])
		}
	}
	if len(first.IDs) != 2 || first.Over || first.Completed || !first.Deadline.Equal(w.Clock.Now().Add(release.InvalidatedWithin)) {
		t.Errorf("got %+v", first)
	}
}

func TestTooManyUnderWayIsAskedForLater(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.Strike(pairtest.CloudFront, "CreateInvalidation", transport.Outcome{
		Kind: transport.Refuse, Status: 400, Code: "TooManyInvalidationsInProgress", Message: "said the test",
	})
	_, err := ask(t, w)
	pairtest.WantFault(t, err, fault.Throttled, pairtest.Primary)
}

func TestWhoeverLostTheLockInvalidatesNothing(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other})
	_, err := ask(t, w)
	if pairtest.WantFault(t, err, fault.LockLost, pairtest.Other); w.Calls.Count(pairtest.CloudFront, "CreateInvalidation") > 0 {
		t.Error("it was asked all the same")
	}
}
