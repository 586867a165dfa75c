package examinepair_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/examinepair"
)

const (
	sfnService = "SFN"
	getHistory = "GetExecutionHistory"

	// evidence is the record of the release in pairtest.
	evidence = "releases/" + pairtest.Primary + "/20261123T120000Z-mine.json"
)

func examine(t *testing.T, w *pairtest.World) (release.Examination, error) {
	t.Helper()
	h := examinepair.Handler{
		CloudFront: w.API, Executions: sfn.NewFromConfig(transport.Config(w.Calls)), Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now,
	}
	return h.Handle(t.Context(), w.Input(""))
}

// afterADeath is a world in which a run has died at a stage, after what else happened, and recover has taken over.
func afterADeath(t *testing.T, at pairtest.Stage, what func(*pairtest.World)) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, at)
	if what != nil {
		what(w)
	}
	history(t, w, w.Die(), 1)
	w.TakeOver()
	return w
}

func regressed(w *pairtest.World) { w.Document.Bake = &release.Bake{Regressed: true} }

func edited(w *pairtest.World) { w.Edit(pairtest.Primary, pairtest.Path, "/someone-elses") }

func TestWhatTheDeadRunHadDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   pairtest.Stage
		what func(*pairtest.World)
		want release.Examination
	}{
		"nothing yet": {pairtest.Preflighted, nil, release.Examination{
			Note: "The primary has its config from before that release.",
		}},
		"nothing to the primary, although viewers got staging": {pairtest.Judged, nil, release.Examination{
			Note: "The primary has its config from before that release.",
		}},
		"a promotion whose answer it did not live to see": {pairtest.Judged, (*pairtest.World).PromoteAside, release.Examination{
			Promoted: true, Note: "The promotion happened: the primary has the config that was judged; its bake was not finished, so look at its error rates.",
		}},
		"a promotion, in the middle of the bake": {
			pairtest.Promoted, func(w *pairtest.World) { w.Document.Bake = &release.Bake{Continue: true} }, release.Examination{
				Promoted: true, Note: "The promotion happened: the primary has the config that was judged; its bake was not finished, so look at its error rates.",
			},
		},
		"a promotion, with the bake over": {
			pairtest.Promoted, func(w *pairtest.World) { w.Document.Bake = &release.Bake{Done: true} }, release.Examination{
				Promoted: true, Note: "The promotion happened: the primary has the config that was judged, and its bake was over.",
			},
		},
		"a promotion that made the primary worse": {pairtest.Promoted, regressed, release.Examination{
			Promoted: true, Regressed: true, Note: "The primary was found worse after the promotion than before, and the promoted config was not taken back.",
		}},
		"a promotion that it took back": {
			pairtest.Promoted, func(w *pairtest.World) { regressed(w); w.Edit(pairtest.Primary, pairtest.Path, pairtest.Blue) }, release.Examination{
				Restored: true, Regressed: true, Note: "The promotion was taken back: the primary has its config from before that release.",
			},
		},
		"a promotion that made the primary worse, and that someone else has changed since": {
			pairtest.Promoted, func(w *pairtest.World) { regressed(w); edited(w) }, release.Examination{
				Regressed: true, Note: "The primary was found worse after the promotion than before, and someone else has changed it since: their config is live.",
			},
		},
		"a promotion that someone else has changed since": {pairtest.Promoted, edited, release.Examination{
			Note: "The primary has neither its config from before that release nor the one that was judged: someone else has changed it.",
		}},
		"nothing before someone else did": {pairtest.Preflighted, edited, release.Examination{
			Note: "The primary has neither its config from before that release nor the one that was judged: someone else has changed it.",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t, c.at, c.what)
			got, err := examine(t, w)
			w.Must(err)
			c.want.Execution, c.want.Record, c.want.At = pairtest.Me, evidence, w.Clock.Now()
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			w.WantWrites(0)
		})
	}
}

func TestARunThatDiedBeforeItsPreflightHadDoneNothing(t *testing.T) {
	t.Parallel()
	w := afterADeath(t, pairtest.Locked, nil)
	got, err := examine(t, w)
	w.Must(err)
	if want := (release.Examination{At: w.Clock.Now(), Note: "The dead run had not come as far as changing anything."}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestALockThatWasFreeByThenIsNobodysDeath(t *testing.T) {
	t.Parallel()
	w := afterADeath(t, pairtest.Shifted, nil)
	w.HeldBy(record.Holder{Execution: pairtest.Recovery, Recovers: true})
	got, err := examine(t, w)
	w.Must(err)
	if want := (release.Examination{At: w.Clock.Now(), Note: "The lock was free by then: whoever held it has given it back."}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestTheRunBeforeIsExaminedWhereTheDeadOneHadDoneNothing: a release that took the lock over and died before its Preflight
// has left the pair as the run before it did.
func TestTheRunBeforeIsExaminedWhereTheDeadOneHadDoneNothing(t *testing.T) {
	t.Parallel()
	w := afterADeath(t, pairtest.Promoted, regressed)
	var mine record.Holder
	w.Load(record.LockKey(pairtest.Primary), &mine)
	w.HeldBy(record.Holder{
		Execution: pairtest.Recovery, TakenOverFrom: &record.Holder{Execution: pairtest.Other, Name: "other", TakenOverFrom: mine.TakenOverFrom},
	})
	got, err := examine(t, w)
	w.Must(err)
	if got.Execution != pairtest.Me || got.Record != evidence || !got.Regressed {
		t.Errorf("got %+v, want the run that had promoted", got)
	}
}

func TestAPrimaryThatIsGoneHasNothingToExamine(t *testing.T) {
	t.Parallel()
	w := afterADeath(t, pairtest.Shifted, nil)
	w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Outcome{
		Kind: transport.Refuse, Status: 404, Code: "NoSuchDistribution", Message: "The specified distribution does not exist.",
	})
	got, err := examine(t, w)
	w.Must(err)
	if got.Note != "The primary is gone." || got.Promoted || got.Execution != pairtest.Me {
		t.Errorf("got %+v", got)
	}
}

func TestAnExaminationThatCannotBeMadeIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  string
	}{
		"the lock cannot be read": {
			func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) }, fault.Unavailable, "locks/" + pairtest.Primary,
		},
		"the evidence is not what we write": {
			func(w *pairtest.World) { w.Must(w.S3.Put(pairtest.Bucket, evidence, []byte("{"), nil)) }, fault.Unexpected, evidence,
		},
		"Step Functions is throttled": {
			func(w *pairtest.World) {
				w.Strike(sfnService, getHistory, transport.Outcome{Kind: transport.Refuse, Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"})
			}, fault.Throttled, "read the history of " + pairtest.Me,
		},
		"the history may not be read": {
			func(w *pairtest.World) {
				w.Strike(sfnService, getHistory, transport.Outcome{Kind: transport.Refuse, Status: 400, Code: "AccessDeniedException", Message: "not authorized"})
			}, fault.Refused, "read the history of " + pairtest.Me,
		},
		"the primary cannot be read": {
			func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Throttled()) }, fault.Throttled, pairtest.Primary,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t, pairtest.Shifted, nil)
			c.before(w)
			got, err := examine(t, w)
			pairtest.WantFault(t, err, c.want, c.words)
			if got != (release.Examination{}) {
				t.Errorf("got %+v beside the fault", got)
			}
		})
	}
}

func TestASecondLookSeesTheSame(t *testing.T) {
	t.Parallel()
	w := afterADeath(t, pairtest.Promoted, regressed)
	w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := examine(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	first, err := examine(t, w)
	w.Must(err)
	second, err := examine(t, w)
	w.Must(err)
	if first != second || !first.Regressed {
		t.Errorf("got %+v after %+v", second, first)
	}
}

// TestADeadRetireHasPromotedNothing: what takes a pair apart saves its parts before it touches any of them.
func TestADeadRetireHasPromotedNothing(t *testing.T) {
	t.Parallel()
	parts := &release.Parts{Primary: pairtest.Primary, PolicyID: pairtest.Policy, Staging: pairtest.Staging}
	for name, c := range map[string]struct {
		evidence record.Evidence
		note     string
	}{
		"one that had begun":            {record.Evidence{Parts: parts}, "The dead run was taking the pair apart: start retire again, it goes on from what is left."},
		"one that had not":              {record.Evidence{}, "The dead run had not come as far as changing anything."},
		"one that was to keep the pair": {record.Evidence{Parts: &release.Parts{KeepPair: true}}, "The dead run had not come as far as changing anything."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := afterADeath(t, pairtest.Locked, func(w *pairtest.World) { w.Store(evidence, c.evidence) })
			got, err := examine(t, w)
			w.Must(err)
			if got.Note != c.note || got.Promoted || got.Regressed {
				t.Errorf("got %+v, want the note %q", got, c.note)
			}
		})
	}
}
