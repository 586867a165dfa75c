package clearhold_test

import (
	"context"
	"testing"
	"time"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/clearhold"
)

const (
	key       = "holds/" + pairtest.Primary + ".json"
	getPolicy = "GetContinuousDeploymentPolicy"
)

func clearHold(t *testing.T, w *pairtest.World) (release.HoldCleared, error) {
	t.Helper()
	return clearhold.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket}.Handle(t.Context(), w.Input(""))
}

// held is a world in which a release has placed a hold, the pair is safe again, and an operator wants the hold cleared.
func held(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Store(key, record.Hold{Execution: release.Execution{Name: "mine"}, Cause: "NotDeployed: the primary was still InProgress.", At: w.Clock.Now()})
	w.Die()
	w.Document.Plan.ClearHold, w.Document.Plan.Reason = true, "looked at the pair, all is well"
	return w
}

func wantHeld(t *testing.T, w *pairtest.World, want bool) {
	t.Helper()
	if _, got := w.S3.Get(pairtest.Bucket, key); got != want {
		t.Errorf("got a hold: %t, want %t", got, want)
	}
}

func TestAHoldIsClearedWithTheOperatorsReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		note   string
	}{
		"where a run had placed it": {
			func(*pairtest.World) {}, "The hold that mine had placed on E1PRIMARY00000 is cleared: looked at the pair, all is well.",
		},
		"whose own full stop is enough": {
			func(w *pairtest.World) { w.Document.Plan.Reason += "." },
			"The hold that mine had placed on E1PRIMARY00000 is cleared: looked at the pair, all is well.",
		},
		"where a person had written it by hand": {
			func(w *pairtest.World) { w.Must(w.S3.Put(pairtest.Bucket, key, []byte("hands off, Joe"), nil)) },
			"The hold that someone had placed on E1PRIMARY00000 is cleared: looked at the pair, all is well.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			c.before(w)
			got, err := clearHold(t, w)
			w.Must(err)
			if want := (release.HoldCleared{Cleared: true, Note: c.note}); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			wantHeld(t, w, false)
			w.WantWrites(0)
		})
	}
}

func TestAPolicyThatSendsNobodyAnywhereKeepsNoHold(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"because it is off": func(*pairtest.World) {},
		"because it is detached": func(w *pairtest.World) {
			w.EditPolicy("Enabled", "true")
			w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
			w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
			w.Clock.Advance(10 * time.Minute)
		},
		"because it is gone": func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, getPolicy, transport.Outcome{
				Kind: transport.Refuse, Status: 404, Code: "NoSuchContinuousDeploymentPolicy", Message: "The continuous deployment policy doesn't exist.",
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			before(w)
			got, err := clearHold(t, w)
			w.Must(err)
			wantHeld(t, w, false)
			if !got.Cleared {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAHoldStaysWhileViewersMayGetStaging(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		words  []string
	}{
		"because the policy is enabled": {
			func(w *pairtest.World) { w.EditPolicy("Enabled", "true"); w.Clock.Advance(10 * time.Minute) },
			[]string{"the hold on " + pairtest.Primary + " stays", "policy " + pairtest.Policy + " is enabled", release.SwitchOffCommand(pairtest.Policy)},
		},
		"because the policy that is off is not off everywhere yet": {
			func(w *pairtest.World) {
				w.EditPolicy("Enabled", "true")
				w.Clock.Advance(10 * time.Minute)
				w.EditPolicy("Enabled", "false")
			},
			[]string{"the hold on " + pairtest.Primary + " stays", "the distribution is InProgress", "when it is Deployed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			c.before(w)
			_, err := clearHold(t, w)
			pairtest.WantFault(t, err, fault.Refused, c.words...)
			wantHeld(t, w, true)
		})
	}
}

// TestAHoldStaysWhileAnotherExecutionWorksOnThePair: a recover execution would place it again at its end.
func TestAHoldStaysWhileAnotherExecutionWorksOnThePair(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		dead  release.DeadRun
		stays bool
	}{
		"that runs":                       {release.DeadRun{Execution: pairtest.Other, Status: "RUNNING", Note: "other holds the lock and is RUNNING"}, true},
		"that Step Functions may not see": {release.DeadRun{Execution: pairtest.Other, Note: "other holds the lock, and nobody knows it"}, true},
		"but not beside a lock that was only left behind": {release.DeadRun{Execution: pairtest.Other, Status: "SUCCEEDED", EndedAt: ended}, false},
		"but not beside a free lock":                      {release.DeadRun{Note: "the lock is free"}, false},
		"but not under this one's own lock":               {release.DeadRun{Found: true, Execution: pairtest.Me, Note: "nobody knows it"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			w.Document.Dead = &c.dead
			_, err := clearHold(t, w)
			wantHeld(t, w, c.stays)
			if !c.stays {
				w.Must(err)
				return
			}
			pairtest.WantFault(t, err, fault.Refused, "the hold on "+pairtest.Primary+" stays", c.dead.Note, "ask again when it has ended")
		})
	}
}

func TestWithoutAHoldThereIsNothingToClear(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.EditPolicy("Enabled", "true") // a release at work is nobody's concern here
	w.Must(w.S3.Delete(pairtest.Bucket, key))
	got, err := clearHold(t, w)
	w.Must(err)
	if want := (release.HoldCleared{Note: "There is no hold on " + pairtest.Primary + "."}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := w.Calls.Count(pairtest.S3, pairtest.DeleteObject); n != 0 {
		t.Errorf("got %d deletions", n)
	}
}

func TestASecondCallDeletesNothing(t *testing.T) {
	t.Parallel()
	w := held(t)
	w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := clearHold(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := clearHold(t, w)
	w.Must(err)
	if got.Cleared || w.Calls.Count(pairtest.S3, pairtest.DeleteObject) != 1 {
		t.Errorf("got %+v after %d deletions", got, w.Calls.Count(pairtest.S3, pairtest.DeleteObject))
	}
	wantHeld(t, w, false)
}

func TestAHoldThatWasPlacedMeanwhileIsKept(t *testing.T) {
	t.Parallel()
	w := held(t)
	again := record.Hold{Execution: release.Execution{Name: "other"}, Cause: "another story"}
	w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Before: func() { w.Store(key, again) }})
	_, err := clearHold(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, key, "look again")
	var hold record.Hold
	if !w.Load(key, &hold) || hold != again {
		t.Errorf("got hold %+v, want %+v", hold, again)
	}
}

func TestAHoldThatSomeoneElseClearsInTheSameMomentIsCleared(t *testing.T) {
	t.Parallel()
	for name, succeeds := range map[string]bool{"S3 answering 404": false, "S3 answering 204": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			w.S3.DeleteOfMissingSucceeds = succeeds
			w.Strike(pairtest.S3, pairtest.DeleteObject, transport.Outcome{Before: func() { w.Must(w.S3.Delete(pairtest.Bucket, key)) }})
			got, err := clearHold(t, w)
			w.Must(err)
			if !got.Cleared {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAHoldIsNotClearedBlindly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		service, operation string
		outcome            transport.Outcome
		want               fault.Name
		words              string
	}{
		"where it cannot be read":               {pairtest.S3, pairtest.GetObject, transport.Unavailable(), fault.Unavailable, key},
		"where the distribution cannot be read": {pairtest.CloudFront, "GetDistribution", transport.Throttled(), fault.Throttled, "read distribution " + pairtest.Primary},
		"where the policy cannot be read":       {pairtest.CloudFront, getPolicy, transport.Throttled(), fault.Throttled, pairtest.Policy},
		"where S3 does not delete it":           {pairtest.S3, pairtest.DeleteObject, transport.Unavailable(), fault.Unavailable, "clear the hold s3://" + pairtest.Bucket + "/" + key},
		"where S3 refuses to": {
			pairtest.S3, pairtest.DeleteObject,
			transport.Outcome{Kind: transport.Refuse, Status: 403, Code: "AccessDenied", Message: "Access Denied"},
			fault.Refused, "clear the hold s3://" + pairtest.Bucket + "/" + key,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := held(t)
			w.Strike(c.service, c.operation, c.outcome)
			_, err := clearHold(t, w)
			pairtest.WantFault(t, err, c.want, c.words)
			wantHeld(t, w, true)
		})
	}
}

// hollow answers 200 without a distribution in it.
type hollow struct{ *cf.Client }

func (hollow) GetDistribution(context.Context, *cf.GetDistributionInput, ...func(*cf.Options)) (*cf.GetDistributionOutput, error) {
	return &cf.GetDistributionOutput{}, nil
}

func TestAnAnswerWithoutADistributionIsNoPermission(t *testing.T) {
	t.Parallel()
	w := held(t)
	_, err := clearhold.Handler{CloudFront: hollow{w.API}, Records: w.Records, Bucket: pairtest.Bucket}.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable, pairtest.Primary, "carries none")
	wantHeld(t, w, true)
}
