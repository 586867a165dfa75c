package main_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// wantSafe fails unless no viewer can get staging and nothing is left behind.
func (a *account) wantSafe() {
	a.t.Helper()
	policy, _ := a.CloudFront.LivePolicy(a.Pair.Policy.ID)
	if policy.Enabled || a.Locked() {
		a.t.Errorf("got the policy enabled: %t, the lock held: %t; want neither", policy.Enabled, a.Locked())
	}
}

func (a *account) stop(args ...string) ran {
	a.t.Helper()
	return a.run(append([]string{"stop", "--primary", world.PrimaryID, "--reason", "wrong build"}, args...)...)
}

// TestStopEndsTheReleaseAndMakesThePairSafe: wherever the release is, before the door and after it.
func TestStopEndsTheReleaseAndMakesThePairSafe(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		want  string
	}{
		"before anything was changed":  {time.Second, "Find Dead Run"},
		"while viewers are on staging": {17 * time.Minute, "The primary has its config from before that release."},
		"after the promotion":          {45 * time.Minute, "The promotion"},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			a.started("nightly", c.after)
			r := a.stop()
			r.wantCode(t, 0)
			wantContains(t, r.out, "Stopping nightly, which has been releasing E1PRIMARY for", "no Catch of the release runs", "Recover then waits 2m",
				"Stopped 2026-11-23 ", "Execution recover-nightly makes the pair safe", "RECOVERED: execution recover-nightly", c.want)
			a.wantSafe()
			if x := a.Executions[0]; x.Status() != asl.Aborted || x.Error() != "Stopped" || x.Cause() != "wrong build" {
				t.Errorf("got the release %s, %s: %s; want it stopped, with the reason", x.Status(), x.Error(), x.Cause())
			}
		})
	}
}

// TestStopDoesNotCountOnTheRule: where EventBridge starts no recover execution, the tool does after a minute.
func TestStopDoesNotCountOnTheRule(t *testing.T) {
	a := deployed(t, "healthy")
	a.LoseEvents = true
	a.started("nightly", 17*time.Minute)
	r := a.stop()
	r.wantCode(t, 0)
	wantContains(t, r.out, "Execution recover-E1PRIMARY-20261123T091800Z started 2026-11-23 09:18:00 UTC", "RECOVERED")
	a.wantSafe()
}

// TestStopGoesOnWhereItWasInterrupted: the second one finds the release stopped and recover at work, or starts it.
func TestStopGoesOnWhereItWasInterrupted(t *testing.T) {
	for name, c := range map[string]struct {
		lost  bool
		sleep int // at which it is interrupted
		pause time.Duration
		first string
		again string
	}{
		"while recover works":         {false, 5, 0, "following was stopped, recover-nightly was not", "RECOVERED: execution recover-nightly"},
		"while it looks for recover":  {true, 3, 0, "interrupted while looking for recover", "RECOVERED: execution recover-E1PRIMARY-20261123T0918"},
		"and much later, without one": {true, 3, time.Hour, "interrupted while looking for recover", "RECOVERED: execution recover-E1PRIMARY-20261123T1017"},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			a.LoseEvents = c.lost
			a.started("nightly", 17*time.Minute)
			ctx, interrupt := context.WithCancel(t.Context())
			slept := 0
			a.asleep = func() {
				if slept++; slept == c.sleep {
					interrupt()
				}
			}
			r := a.runUnder(ctx, "stop", "--primary", world.PrimaryID)
			r.wantCode(t, 1)
			wantContains(t, r.errs, c.first)
			a.Clock.Advance(c.pause)
			r = a.stop()
			r.wantCode(t, 0)
			wantContains(t, r.out, "nightly needs no stop: it is ABORTED (Stopped)", c.again)
			a.wantSafe()
		})
	}
}

// TestStopFollowsWhoeverMakesThePairSafe: of two recover executions one gets the lock; it is the one whose end counts.
func TestStopFollowsWhoeverMakesThePairSafe(t *testing.T) {
	a := deployed(t, "healthy")
	a.started("nightly", 17*time.Minute)
	begun := false
	a.asleep = func() {
		if !begun {
			begun = true
			// A little later than the rule's, so that it is the newest, and the second to reach the lock.
			a.Clock.After(2*time.Second, func() {
				_, _ = a.StartWorkflow(release.Recover, "scheduled", []byte(`{"primary":"E1PRIMARY","reason":"schedule"}`))
			})
		}
	}
	r := a.stop()
	r.wantCode(t, 0)
	wantContains(t, r.out, "Execution scheduled makes the pair safe", "NOTHING TO RECOVER: execution scheduled",
		"Execution recover-nightly is the one that makes the pair safe", "RECOVERED: execution recover-nightly")
	a.wantSafe()
}

func TestStopOfWhatIsNoRunningRelease(t *testing.T) {
	t.Run("a free pair", func(t *testing.T) {
		a := deployed(t, "healthy")
		r := a.stop()
		r.wantCode(t, 0)
		wantContains(t, r.out, "there is nothing to stop, and nothing to make safe")
	})
	t.Run("a pair that recover works on", func(t *testing.T) {
		a := deployed(t, "healthy")
		a.started("nightly", 17*time.Minute)
		a.Executions[0].Stop("Stopped", "by somebody else")
		a.Clock.Advance(3 * time.Minute)
		r := a.stop()
		r.wantCode(t, 0)
		wantContains(t, r.out, "Execution recover-nightly is no release: it makes the pair safe, and is followed", "RECOVERED")
		a.wantSafe()
	})
	t.Run("a release that ends by itself before it can be stopped", func(t *testing.T) {
		a := deployed(t, "healthy")
		a.started("nightly", 17*time.Minute)
		a.Transport.Fault = onStop(func() { a.Clock.Advance(time.Hour) })
		r := a.stop()
		r.wantCode(t, 0)
		wantContains(t, r.out, "Too late it came to an end of its own first", "PROMOTED: execution nightly")
	})
	t.Run("a holder that Step Functions has forgotten", func(t *testing.T) {
		a := deployed(t, "stale-lock")
		r := a.stop()
		r.wantCode(t, 0)
		wantContains(t, r.out, "long-gone needs no stop: it is unknown to Step Functions", "RECOVERED")
		a.wantSafe()
	})
}

func TestStopByNameOrARN(t *testing.T) {
	for name, of := range map[string]func(*asl.Execution) string{"name": (*asl.Execution).Name, "ARN": (*asl.Execution).ARN} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			a.started("nightly", 17*time.Minute)
			r := a.run("stop", "--execution", of(a.Executions[0]))
			r.wantCode(t, 0)
			wantContains(t, r.out, "RECOVERED: execution recover-nightly")
			a.wantSafe()
		})
	}
	a := deployed(t, "healthy")
	r := a.run("stop", "--execution", "gone")
	r.wantCode(t, 2)
	wantContains(t, r.errs, "nothing was stopped", "make status")
	_, err := a.Start("nonsense", []byte(`{"primary": 7}`))
	if err != nil {
		t.Fatal(err)
	}
	r = a.run("stop", "--execution", "nonsense")
	r.wantCode(t, 1)
	wantContains(t, r.errs, "names no primary distribution")
}

func TestStopRefusesWhatItCannotUnderstand(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":              {nil, "--primary is missing"},
		"no distribution":      {[]string{"--primary", "example.com"}, `primary "example.com": must be the id of the primary distribution`},
		"a primary and a name": {[]string{"--primary", "E1PRIMARY", "--execution", "x"}, "exclude each other"},
	} {
		t.Run(name, func(t *testing.T) {
			r := deployed(t, "healthy").run(append([]string{"stop"}, c.args...)...)
			r.wantCode(t, 2)
			wantContains(t, r.errs, c.want, "operate stop --help shows the flags")
		})
	}
}

// TestAStopThatIsRefusedStopsNothing: and says which permission is missing.
func TestAStopThatIsRefusedStopsNothing(t *testing.T) {
	a := deployed(t, "healthy")
	a.started("nightly", 17*time.Minute)
	a.Transport.Fault = refusing("StopExecution", "User: u is not authorized to perform: states:StopExecution on resource: x")
	r := a.stop()
	r.wantCode(t, 1)
	wantContains(t, r.errs, "stop nightly", "the release goes on, unless the answer alone was lost", "have your role allowed states:StopExecution")
	if len(a.executions(release.Recover)) > 0 {
		t.Error("got recover started, want the release left alone")
	}
}

// TestARecoverThatCannotBeStarted: the last resort is named.
func TestARecoverThatCannotBeStarted(t *testing.T) {
	a := deployed(t, "healthy")
	a.LoseEvents = true
	a.started("nightly", 17*time.Minute)
	a.Transport.Fault = refusing("StartExecution", "")
	r := a.stop()
	r.wantCode(t, 1)
	wantContains(t, r.errs, "start recover", "some may still get the staging config; the stack's schedule starts recover", "have your role allowed states:StartExecution",
		"make status PRIMARY=E1PRIMARY", "docs/runbook.md#by-hand")
}

func TestRecoverMakesThePairSafe(t *testing.T) {
	a := deployed(t, "healthy")
	a.LoseEvents = true
	a.started("nightly", 17*time.Minute)
	a.Executions[0].Stop("Stopped", "by somebody else")
	r := a.run("recover", "--primary", world.PrimaryID, "--reason", "pager at 9")
	r.wantCode(t, 0)
	wantContains(t, r.out, "Execution recover-E1PRIMARY-20261123T091700Z started", "E1PRIMARY: pager at 9", "RECOVERED: execution recover-E1PRIMARY-20261123T091700Z")
	a.wantSafe()
	r = a.run("recover", "--primary", world.PrimaryID)
	r.wantCode(t, 0)
	wantContains(t, r.out, "NOTHING TO RECOVER")
}

// TestRecoverClearsAHold: not by itself, but when somebody says why it may.
func TestRecoverClearsAHold(t *testing.T) {
	a := deployed(t, "edit-during-bake")
	a.start("nightly").wantCode(t, 5)
	a.Clock.Advance(10 * time.Minute)
	a.run("recover", "--primary", world.PrimaryID).wantCode(t, 5)
	if !a.Held() {
		t.Fatal("got the hold cleared, want it to stay")
	}
	r := a.run("recover", "--primary", world.PrimaryID, "--clear-hold", "the edit is wanted")
	r.wantCode(t, 0)
	wantContains(t, r.out, "The hold that nightly had placed on E1PRIMARY is cleared: the edit is wanted.")
	if a.Held() {
		t.Error("got the hold, want it cleared")
	}
}

func TestRecoverRefusesWhatItCannotUnderstand(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":           {nil, "--primary is missing"},
		"no distribution":   {[]string{"--primary", "x"}, `primary "x"`},
		"an endless reason": {[]string{"--primary", "E1PRIMARY", "--reason", strings.Repeat("x", 2000)}, "reason of 2000 bytes: must have at most 1000"},
		"a blank reason":    {[]string{"--primary", "E1PRIMARY", "--clear-hold", " "}, "must say why the hold may be cleared"},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			r := a.run(append([]string{"recover"}, c.args...)...)
			r.wantCode(t, 2)
			wantContains(t, r.errs, c.want)
			if got := a.executions(release.Recover); !slices.Equal(got, nil) {
				t.Errorf("got %v started, want nothing", got)
			}
		})
	}
}
