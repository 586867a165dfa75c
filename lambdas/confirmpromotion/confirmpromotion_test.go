package confirmpromotion_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/confirmpromotion"
)

func confirm(t *testing.T, w *pairtest.World) (release.Promotion, error) {
	t.Helper()
	return confirmpromotion.Handler{CloudFront: w.API, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

// inDoubt is a world in which the promotion was sent and no certain answer came.
func inDoubt(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Judged)
	w.Document.Doubt = &release.Failure{Error: "PromotionInDoubt", Cause: `{"errorMessage":"no certain answer came","errorType":"PromotionInDoubt"}`}
	return w
}

func TestAnAnswerDecides(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Document.Promotion = nil
	got, err := confirm(t, w)
	w.Must(err)
	if !got.Confirmed || got.By != "answer" || got.Write != w.Document.Promote.Write || !got.Since.IsZero() {
		t.Errorf("got %+v", got)
	}
	if n := w.Calls.Count(pairtest.CloudFront, pairtest.GetConfig); n != 0 {
		t.Errorf("got %d reads, want none: a read could only confuse", n)
	}
}

func TestAnAnswerDecidesEvenWhereReadsStillShowTheOldConfig(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Document.Promotion = &release.Promotion{Since: w.Clock.Now().Add(-time.Hour)}
	w.CloudFront.ReadLag = time.Hour
	got, err := confirm(t, w)
	w.Must(err)
	if !got.Confirmed || got.By != "answer" {
		t.Errorf("got %+v", got)
	}
}

func TestAReadOfTheJudgedConfigProvesThePromotion(t *testing.T) {
	t.Parallel()
	w := inDoubt(t)
	w.PromoteAside()
	got, err := confirm(t, w)
	w.Must(err)
	now := w.Clock.Now()
	want := release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	if !got.Confirmed || got.By != "read" || got.Write != want {
		t.Errorf("got %+v", got)
	}
}

func TestAReadOfTheOldConfigProvesNothing(t *testing.T) {
	t.Parallel()
	w := inDoubt(t)
	w.CloudFront.ReadLag = time.Minute
	w.PromoteAside() // it happened, and reads do not show it yet
	first, err := confirm(t, w)
	w.Must(err)
	if first.Confirmed || !first.Since.Equal(w.Clock.Now()) {
		t.Errorf("got %+v, want it undecided from now on", first)
	}
	w.Document.Promotion = &first
	w.Clock.Advance(15 * time.Second)
	second, err := confirm(t, w)
	w.Must(err)
	if second.Confirmed || !second.Since.Equal(first.Since) {
		t.Errorf("got %+v, want it undecided since %s", second, first.Since)
	}
	w.Document.Promotion = &second
	w.Clock.Advance(time.Minute)
	third, err := confirm(t, w)
	w.Must(err)
	if !third.Confirmed || third.By != "read" || !third.Since.Equal(first.Since) {
		t.Errorf("got %+v, want it confirmed once reads show it", third)
	}
}

func TestAnUndecidedPromotionEndsInDoubtAtItsDeadline(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*pairtest.World){
		"with the old config on the primary":       func(*pairtest.World) {},
		"with somebody's third config on it":       func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") },
		"even though it happened, if reads do lag": func(w *pairtest.World) { w.PromoteAside(); w.CloudFront.ReadLag = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := inDoubt(t)
			edit(w)
			w.Document.Promotion = &release.Promotion{Since: w.Clock.Now()}
			w.Clock.Advance(release.DecideWithin - time.Second)
			got, err := confirm(t, w)
			w.Must(err)
			if got.Confirmed {
				t.Errorf("got %+v", got)
			}
			w.Clock.Advance(time.Second)
			_, err = confirm(t, w)
			pairtest.WantFault(t, err, fault.PromotionInDoubt, pairtest.Primary, pairtest.Staging, "no certain answer came")
		})
	}
}

func TestAPrimaryThatCannotBeReadDecidesNothing(t *testing.T) {
	t.Parallel()
	w := inDoubt(t)
	w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Unavailable())
	_, err := confirm(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
}
