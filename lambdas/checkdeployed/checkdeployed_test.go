package checkdeployed_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/checkdeployed"
)

const getPolicy = "GetContinuousDeploymentPolicy"

// check looks once and puts the answer into the document, as the state machine does.
func check(t *testing.T, w *pairtest.World, which string) release.Deployed {
	t.Helper()
	got, err := look(t, w, which)
	w.Must(err)
	w.Document.Deployed = &got
	return got
}

func look(t *testing.T, w *pairtest.World, which string) (release.Deployed, error) {
	t.Helper()
	return checkdeployed.Handler{CloudFront: w.API, Now: w.Clock.Now}.Handle(t.Context(), w.Input(which))
}

// written is a world in which the policy has just been switched off, which redeploys the primary.
func written(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	w.EditPolicy("Enabled", "false")
	now := w.Clock.Now()
	w.Document.Stop = &release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	return w
}

func TestAWriteIsDeployedOnceEveryPOPHasIt(t *testing.T) {
	t.Parallel()
	w := written(t)
	w.Clock.Advance(30 * time.Second)
	got := check(t, w, release.OfStop)
	if got.Deployed || got.Status != "InProgress" || got.Distribution != pairtest.Primary || got.What != release.OfStop {
		t.Errorf("got %+v, want it in progress", got)
	}
	w.Clock.Advance(5 * time.Minute)
	if got := check(t, w, release.OfStop); !got.Deployed || got.Status != "Deployed" || !got.At.Equal(w.Clock.Now()) {
		t.Errorf("got %+v, want it deployed", got)
	}
}

func TestADeployedFromBeforeTheWriteIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := written(t)
	w.CloudFront.ReadLag = time.Minute
	for range 2 {
		w.Clock.Advance(29 * time.Second)
		if got := check(t, w, release.OfStop); got.Deployed || got.Status != "Deployed" {
			t.Errorf("got %+v, want a stale Deployed that is not believed", got)
		}
	}
	w.Clock.Advance(10 * time.Second)
	if got := check(t, w, release.OfStop); got.Deployed || got.Status != "InProgress" {
		t.Errorf("got %+v, want it in progress", got)
	}
	w.Clock.Advance(10 * time.Minute)
	if got := check(t, w, release.OfStop); !got.Deployed {
		t.Errorf("got %+v, want it deployed", got)
	}
}

// A read may show an older state than the one before it.
func TestADeployedAfterInProgressIsNotBelievedBeforeTheWriteIsOld(t *testing.T) {
	t.Parallel()
	w := written(t)
	w.Clock.Advance(30 * time.Second)
	if got := check(t, w, release.OfStop); got.Deployed || got.Status != "InProgress" {
		t.Errorf("got %+v, want it in progress", got)
	}
	w.CloudFront.ReadLag = 75 * time.Second
	w.Clock.Advance(30 * time.Second)
	if got := check(t, w, release.OfStop); got.Deployed || got.Status != "Deployed" {
		t.Errorf("got %+v, want a stale Deployed that is not believed", got)
	}
}

func TestADeployedThatShowsTheWriteIsBelievedAtOnce(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Edit(pairtest.Staging, pairtest.Path, pairtest.Green)
	config, _ := w.CloudFront.Live(pairtest.Staging)
	now := w.Clock.Now()
	w.Document.Staging = &release.Staging{Write: release.Write{
		Distribution: pairtest.Staging, Written: true, At: now, LastModified: config.ModifiedAt, Deadline: now.Add(20 * time.Minute),
	}}
	w.Clock.Advance(5 * time.Minute)
	w.Document.Staging.At = w.Clock.Now() // as if it had propagated within the first poll, so that InProgress was never seen
	if got := check(t, w, release.OfStaging); !got.Deployed {
		t.Errorf("got %+v, want it believed by its LastModifiedTime", got)
	}
	w.Document.Staging.LastModified = config.ModifiedAt.Add(time.Second)
	if got := check(t, w, release.OfStaging); got.Deployed {
		t.Errorf("got %+v, want a Deployed from before the write not believed", got)
	}
}

func TestADeployedWithoutATraceOfTheWriteIsBelievedOnceTheWriteIsOld(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted) // the promotion has switched the policy off
	w.Clock.Advance(10 * time.Minute)
	now := w.Clock.Now()
	w.Document.Stop = &release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	w.Clock.Advance(release.SettleAfter - time.Second)
	if got := check(t, w, release.OfStop); got.Deployed {
		t.Errorf("got %+v, want it not believed yet", got)
	}
	w.Clock.Advance(time.Second)
	if got := check(t, w, release.OfStop); !got.Deployed {
		t.Errorf("got %+v, want it believed after %s", got, release.SettleAfter)
	}
}

func TestWhereNothingWasWrittenDeployedIsBelieved(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	now := w.Clock.Now()
	w.Document.Stop = &release.Write{Distribution: pairtest.Primary, At: now, Deadline: now.Add(20 * time.Minute)}
	if got := check(t, w, release.OfStop); !got.Deployed {
		t.Errorf("got %+v", got)
	}
	w.Edit(pairtest.Primary, "Comment", "theirs")
	if got := check(t, w, release.OfStop); got.Deployed {
		t.Errorf("got %+v, want to wait for whatever is in progress", got)
	}
}

func TestAPropagationHasADeadline(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.CloudFront.Stick(pairtest.Primary, "NRT57-P3")
	w.EditPolicy("Enabled", "false")
	now := w.Clock.Now()
	w.Document.Stop = &release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}
	w.Clock.Advance(20 * time.Minute)
	if got := check(t, w, release.OfStop); got.Deployed {
		t.Errorf("got %+v", got)
	}
	w.Clock.Advance(time.Second)
	_, err := look(t, w, release.OfStop)
	pairtest.WantFault(t, err, fault.NotDeployed, pairtest.Primary, "InProgress", "2026-11-23T12:40:01Z", release.OfStop)
	w.CloudFront.Unstick(pairtest.Primary, "NRT57-P3")
	if got := check(t, w, release.OfStop); !got.Deployed {
		t.Errorf("got %+v, want what is deployed deployed, however late", got)
	}
}

func TestEachStateAsksAboutItsOwnWrite(t *testing.T) {
	t.Parallel()
	for which, put := range map[string]func(*release.Document, *release.Write){
		release.OfRecovery:  func(d *release.Document, x *release.Write) { d.Recovery = &release.Recovery{Needed: true, Write: x} },
		release.OfStaging:   func(d *release.Document, x *release.Write) { d.Staging = &release.Staging{Write: *x} },
		release.OfTraffic:   func(d *release.Document, x *release.Write) { d.Step = &release.Step{Write: *x} },
		release.OfPromotion: func(d *release.Document, x *release.Write) { d.Promotion = &release.Promotion{Write: *x} },
		release.OfRestore:   func(d *release.Document, x *release.Write) { d.Restore = x },
		release.OfStop:      func(d *release.Document, x *release.Write) { d.Stop = x },
	} {
		t.Run(which+" asks about its own write", func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			_, err := look(t, w, which)
			pairtest.WantFault(t, err, fault.Unexpected, which)
			put(&w.Document, &release.Write{Distribution: pairtest.Staging})
			w.Document.Preflight = &release.Preflight{PolicyID: pairtest.Policy}
			got, err := look(t, w, which)
			w.Must(err)
			if !got.Deployed || got.What != which || got.Distribution != pairtest.Staging {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("an unknown word is refused", func(t *testing.T) {
		t.Parallel()
		_, err := look(t, written(t), "nothing-of-ours")
		pairtest.WantFault(t, err, fault.Unexpected, "nothing-of-ours")
	})
}

// wentBack is a world in which the write of the given state, the last one on the way back, has deployed.
func wentBack(t *testing.T, which string) *pairtest.World {
	t.Helper()
	w := written(t)
	w.Document.Restore, w.Document.Staging.Write = w.Document.Stop, *w.Document.Stop
	w.Document.Step.Write = *w.Document.Stop
	w.Document.Promotion = &release.Promotion{Write: *w.Document.Stop}
	w.Document.Recovery = &release.Recovery{Write: w.Document.Stop}
	w.Clock.Advance(10 * time.Minute)
	if got := check(t, w, which); !got.Deployed {
		t.Fatalf("got %+v, want it deployed", got)
	}
	return w
}

func TestOnTheWayBackThePolicyMustBeOffStill(t *testing.T) {
	t.Parallel()
	for _, which := range []string{release.OfStop, release.OfRestore} {
		t.Run(which+" is refused where somebody enabled the policy again", func(t *testing.T) {
			t.Parallel()
			w := wentBack(t, which)
			w.EditPolicy("Enabled", "true")
			if got := check(t, w, which); got.Deployed {
				t.Errorf("got %+v, want to wait for what is in progress", got)
			}
			w.Clock.Advance(6 * time.Minute)
			_, err := look(t, w, which)
			pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy, "enabled again by someone else")
		})
		t.Run(which+" is deployed where the policy is gone", func(t *testing.T) {
			t.Parallel()
			w := wentBack(t, which)
			w.Document.Preflight.PolicyID = "99999999-2222-4333-8444-555555555555"
			if got := check(t, w, which); !got.Deployed {
				t.Errorf("got %+v", got)
			}
		})
		t.Run(which+" is asked about again where the policy cannot be read", func(t *testing.T) {
			t.Parallel()
			w := wentBack(t, which)
			w.Strike(pairtest.CloudFront, getPolicy, transport.Throttled())
			_, err := look(t, w, which)
			pairtest.WantFault(t, err, fault.Throttled, pairtest.Policy)
		})
	}
}

// TestWhatIsTakenApartIsOffFirst: a policy that somebody enabled a moment before Disable Policy read it, as it was before that,
// is on, and no end may say that it is off.
func TestWhatIsTakenApartIsOffFirst(t *testing.T) {
	t.Parallel()
	w := pairtest.Found(t)
	w.EditPolicy("Enabled", "true")
	w.Settle()
	w.Document.Disable = &release.Write{Distribution: pairtest.Primary, At: w.Clock.Now(), Deadline: w.Clock.Now().Add(time.Hour)}
	if got := check(t, w, release.OfDisable); got.Deployed {
		t.Errorf("got %+v of a policy that is on", got)
	}
	w.EditPolicy("Enabled", "false")
	w.Settle()
	if got := check(t, w, release.OfDisable); !got.Deployed {
		t.Errorf("got %+v of a policy that is off", got)
	}
	w.EditPolicy("Enabled", "true")
	w.Settle()
	_, err := look(t, w, release.OfDisable)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy, "enabled again by someone else")
}

func TestElsewhereThePolicyIsNobodysConcern(t *testing.T) {
	t.Parallel()
	for _, which := range []string{release.OfRecovery, release.OfStaging, release.OfTraffic, release.OfPromotion} {
		t.Run("not that of "+which, func(t *testing.T) {
			t.Parallel()
			w := wentBack(t, which)
			w.EditPolicy("Enabled", "true")
			w.Clock.Advance(6 * time.Minute)
			if got := check(t, w, which); !got.Deployed {
				t.Errorf("got %+v", got)
			}
			if n := w.Calls.Count(pairtest.CloudFront, getPolicy); n != 0 {
				t.Errorf("got %d reads of the policy, want none", n)
			}
		})
	}
}

func TestThePolicyIsNotReadBeforeTheWayBackIsDeployed(t *testing.T) {
	t.Parallel()
	w := written(t)
	w.Clock.Advance(30 * time.Second)
	if got := check(t, w, release.OfStop); got.Deployed || w.Calls.Count(pairtest.CloudFront, getPolicy) != 0 {
		t.Errorf("got %+v after %d reads of the policy", got, w.Calls.Count(pairtest.CloudFront, getPolicy))
	}
}

func TestARecoveryThatWroteNothingHasNothingToWaitFor(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted) // its recovery was not needed, so the machine does not ask
	_, err := look(t, w, release.OfRecovery)
	pairtest.WantFault(t, err, fault.Unexpected, release.OfRecovery)
}

func TestAStatusThatCannotBeReadIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := written(t)
	w.Strike(pairtest.CloudFront, "GetDistribution", transport.Throttled())
	_, err := look(t, w, release.OfStop)
	pairtest.WantFault(t, err, fault.Throttled, pairtest.Primary)
}

// TestALaggingReadOfThePolicyIsNotTakenForAnEnabledOne: on the way back the policy may still be read as it was before Stop
// Traffic; that is no edit by someone else, only a reason to look again.
func TestALaggingReadOfThePolicyIsNotTakenForAnEnabledOne(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Clock.Advance(10 * time.Minute)
	now := w.Clock.Now() // the policy, still on, was written before
	w.Document.Stop = &release.Write{Distribution: pairtest.Primary, Written: false, At: now, Deadline: now.Add(20 * time.Minute)}
	if got := check(t, w, release.OfStop); got.Deployed {
		t.Error("a policy that reads as enabled was taken for off")
	}
	w.EditPolicy("Enabled", "false")
	w.Clock.Advance(10 * time.Minute)
	if got := check(t, w, release.OfStop); !got.Deployed {
		t.Error("a policy that is off was not believed")
	}
}
