package announce_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/announce"
)

// bus keeps what it is sent, and fails as told.
type bus struct {
	sent   []announce.Detail
	types  []string
	times  []time.Time
	failed int32
	err    error
}

func (b *bus) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	for _, e := range in.Entries {
		var d announce.Detail
		if err := json.Unmarshal([]byte(*e.Detail), &d); err != nil || *e.Source != announce.Source {
			return nil, err
		}
		b.sent, b.types, b.times = append(b.sent, d), append(b.types, *e.DetailType), append(b.times, *e.Time)
	}
	return &eventbridge.PutEventsOutput{FailedEntryCount: b.failed}, b.err
}

func send(t *testing.T, b *bus, w *pairtest.World, which string) error {
	t.Helper()
	_, err := announce.Handler{Events: b, Now: w.Clock.Now}.Handle(t.Context(), w.Input(which))
	return err
}

func TestEachPhaseIsToldWithWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for which, c := range map[string]struct {
		at     pairtest.Stage
		before func(*pairtest.World)
		want   announce.Detail
	}{
		release.EventReleaseStarted: {pairtest.Preflighted, func(*pairtest.World) {}, announce.Detail{ID: "mine/release-started"}},
		release.EventStepPassed: {
			pairtest.Shifted, (*pairtest.World).StepPassed,
			announce.Detail{ID: "mine/step-passed/1", Step: 1, Weight: 0.05, Text: "healthy"},
		},
		release.EventPromoted: {pairtest.Promoted, func(*pairtest.World) {}, announce.Detail{ID: "mine/promoted", Text: "confirmed by answer"}},
		release.EventReleaseEnded: {
			pairtest.Promoted, func(w *pairtest.World) {
				w.Document.Outcome = release.Outcome{End: release.Promoted, Cause: "it was healthy", Record: "releases/r.json", Promoted: true}
			},
			announce.Detail{ID: "mine/release-ended", End: release.Promoted, Text: "it was healthy", Record: "releases/r.json"},
		},
		release.EventRecoverEnded: {
			pairtest.Shifted, func(w *pairtest.World) {
				w.Document.Outcome = release.Outcome{End: release.Recovered, Cause: "viewers are safe", Record: "releases/r.json", Recovered: true}
			},
			announce.Detail{ID: "mine/recover-ended", End: release.Recovered, Text: "viewers are safe", Record: "releases/r.json"},
		},
	} {
		t.Run(which+" is told", func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, c.at)
			c.before(w)
			b := &bus{}
			w.Must(send(t, b, w, which))
			c.want.Execution, c.want.Primary, c.want.Reason = pairtest.Me, pairtest.Primary, "a test"
			if len(b.sent) != 1 || b.sent[0] != c.want || b.types[0] != which || !b.times[0].Equal(w.Clock.Now()) {
				t.Errorf("got %v %+v, want one %s %+v", b.types, b.sent, which, c.want)
			}
		})
	}
}

func TestARepeatedEventHasTheSameID(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.StepPassed()
	b := &bus{}
	w.Must(send(t, b, w, release.EventStepPassed))
	w.Clock.Advance(time.Minute)
	w.Must(send(t, b, w, release.EventStepPassed))
	if b.sent[0] != b.sent[1] {
		t.Errorf("got %+v after %+v", b.sent[1], b.sent[0])
	}
}

func TestABakeThatCouldNotTellIsToldBesideTheEnd(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Document.Bake = &release.Bake{Done: true, Inconclusive: true}
	w.Document.Outcome = release.Outcome{End: release.Promoted, Cause: "the bake could not tell"}
	b := &bus{}
	w.Must(send(t, b, w, release.EventReleaseEnded))
	if len(b.types) != 2 || b.types[1] != release.EventBakeInconclusive || b.sent[1].ID != "mine/bake-inconclusive" || b.sent[1].Text != "the bake could not tell" {
		t.Errorf("got %v %+v", b.types, b.sent)
	}
}

func TestAReleaseThatEndedBeforeItHadAPlanIsToldToo(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan = nil
	b := &bus{}
	w.Must(send(t, b, w, release.EventReleaseEnded))
	if len(b.sent) != 1 || b.sent[0].Primary != "" || b.sent[0].Execution != pairtest.Me {
		t.Errorf("got %+v", b.sent)
	}
}

func TestAnEventThatWasNotTakenIsAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bus  bus
		want fault.Name
	}{
		"by its count in an answer of 200": {bus{failed: 1}, fault.Unavailable},
		"by an error of EventBridge":       {bus{err: &smithy.GenericAPIError{Code: "ThrottlingException"}}, fault.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			err := send(t, &c.bus, w, release.EventReleaseStarted)
			pairtest.WantFault(t, err, c.want, release.EventReleaseStarted)
		})
	}
}
