package checkinvalidation_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/checkinvalidation"
	"cloudfront-cd/lambdas/invalidate"
)

func world(t *testing.T, lag time.Duration) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Promoted)
	w.CloudFront.ReadLag = lag
	w.Document.Plan.Change.Invalidate = []string{"/"}
	part, err := invalidate.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
	w.Must(err)
	w.Document.Invalidation = &part
	return w
}

func check(t *testing.T, w *pairtest.World) release.Invalidation {
	t.Helper()
	part, err := checkinvalidation.Handler{CloudFront: w.API, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
	w.Must(err)
	return part
}

// TestAnInvalidationIsWaitedFor, also where reads do not show it yet.
func TestAnInvalidationIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]time.Duration{"at once": 0, "with reads that lag": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t, lag)
			if part := check(t, w); part.Over || part.Completed {
				t.Errorf("got %+v right behind the request", part)
			}
			w.Clock.Advance(10 * time.Minute)
			if part := check(t, w); !part.Over || !part.Completed {
				t.Errorf("got %+v ten minutes later", part)
			}
		})
	}
}

func TestAtItsDeadlineItIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := world(t, 0)
	w.CloudFront.Stick(pairtest.Staging, "FRA56-P1")
	w.Clock.Advance(release.InvalidatedWithin - time.Second)
	if part := check(t, w); part.Over {
		t.Errorf("got %+v before its deadline", part)
	}
	w.Clock.Advance(time.Second)
	if part := check(t, w); !part.Over || part.Completed {
		t.Errorf("got %+v at its deadline", part)
	}
}
