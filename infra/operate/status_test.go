package main_test

import (
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// TestStatusSaysWhoHasToDoSomething: one screen for each situation, and 5 where somebody has to look.
func TestStatusSaysWhoHasToDoSomething(t *testing.T) {
	for name, c := range map[string]struct {
		scenario string
		arrange  func(*account)
		code     int
		want     []string
	}{
		"nothing has happened": {
			"healthy", func(*account) {},
			0,
			[]string{"E1PRIMARY nothing to do", "Lock free", "Viewers get the primary, policy", "is off; the primary is Deployed", "No release has been started in the last 90 days."},
		},
		"a release runs": {
			"healthy", func(a *account) { a.started("nightly", 32*time.Minute) },
			0,
			[]string{
				"E1PRIMARY nothing to do", "held since 2026-11-23 09:00:00 UTC by nightly, which is RUNNING", "Release Wait For Viewers for", "32m in all; step 2 of 2: 15 % of the viewers to staging",
				"follow: make start FOLLOW=nightly", "is on and sends 15 % of them to staging", "2026-11-23 09:00 E1PRIMARY running for 32m nightly",
			},
		},
		"a change is under way": {
			"healthy", func(a *account) { a.started("nightly", 6*time.Minute) },
			0,
			[]string{"E1PRIMARY nothing to do", "Release Wait For Traffic for", "not everywhere yet, the primary is InProgress"},
		},
		"a release was promoted": {
			"healthy", func(a *account) { a.started("nightly", time.Hour) },
			0,
			[]string{"E1PRIMARY nothing to do", "Lock free", "E1PRIMARY Promoted after 53m nightly"},
		},
		"a release went back": {
			"bad-release", func(a *account) { a.started("nightly", time.Hour) },
			0,
			[]string{"E1PRIMARY nothing to do", "Lock free", "E1PRIMARY Rolled Back after"},
		},
		"a release is held up": {
			"edit-during-bake", func(a *account) { a.started("nightly", 2*time.Hour) },
			5,
			[]string{
				"releases are refused since 2026-11-23 09:50:25 UTC", `make recover PRIMARY=E1PRIMARY CLEAR_HOLD="why it may be cleared"`,
				"Hold placed by nightly", "Cause ConfigChanged", "E1PRIMARY Needs Operator after", "recover-nightly, which is FAILED (Needs Operator), has not made the pair safe: make recover PRIMARY=E1PRIMARY",
			},
		},
		"a release has just been stopped": {
			"healthy", func(a *account) {
				a.started("nightly", 17*time.Minute)
				a.Executions[0].Stop("Stopped", "")
				a.Clock.Advance(30 * time.Second)
			},
			0,
			[]string{"E1PRIMARY nothing to do", "by nightly, which is ABORTED (Stopped)", "Recover is at it: make start FOLLOW=recover-nightly"},
		},
		"recover has the lock": {
			"healthy", func(a *account) {
				a.started("nightly", 17*time.Minute)
				a.Executions[0].Stop("Stopped", "")
				a.Clock.Advance(3 * time.Minute)
			},
			0,
			[]string{"E1PRIMARY nothing to do", "by recover-nightly, which is RUNNING", "Recover Wait For Recovery for", "follow: make start FOLLOW=recover-nightly"},
		},
		"a release is dead, and nobody has noticed": {
			"healthy", func(a *account) {
				a.LoseEvents = true
				a.started("nightly", 17*time.Minute)
				a.Executions[0].Stop("Stopped", "")
				a.Clock.Advance(10 * time.Minute)
			},
			5,
			[]string{
				"nightly, which is ABORTED (Stopped), has not made the pair safe: make recover PRIMARY=E1PRIMARY (the stack's schedule tries as well)",
				"viewers get staging, and no execution works on the pair", "E1PRIMARY ABORTED after 17m nightly",
			},
		},
		"somebody has enabled the policy by hand": {
			"healthy", func(a *account) {
				_ = a.CloudFront.EditPolicy(a.Pair.Policy.ID, func(n *cloudfront.Node) { n.Set("Enabled", "true") })
			},
			5,
			[]string{"viewers get staging, and no execution works on the pair: find out who has enabled the policy", "is on and sends 5 % of them to staging"},
		},
		"Step Functions has forgotten the holder": {
			"stale-lock", func(*account) {},
			5,
			[]string{"long-gone, which is unknown to Step Functions, has not made the pair safe"},
		},
		"a lock is left of a release that made the pair safe": {
			"bad-release", func(a *account) {
				a.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Service == "S3" && c.Operation == "DeleteObject" {
						return transport.Outcome{Kind: transport.Refuse, Status: 403, Code: "AccessDenied"}
					}
					return transport.Outcome{}
				}
				a.started("nightly", 2*time.Hour)
			},
			0,
			[]string{"by nightly, which is FAILED (Rolled Back)", "it has made the pair safe; the next release takes the lock over"},
		},
		"the operator may not look at CloudFront": {
			"healthy", func(a *account) { a.Transport.Fault = refusing("GetDistribution", "") },
			0,
			[]string{"E1PRIMARY nothing to do", "Viewers not to be seen: your role is not allowed cloudfront:GetDistribution"},
		},
		"the operator may not look at policies": {
			"healthy", func(a *account) { a.Transport.Fault = refusing("GetContinuousDeploymentPolicy", "") },
			0,
			[]string{"the primary is Deployed; policy", "not to be seen, your role is not allowed cloudfront:GetContinuousDeploymentPolicy"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, c.scenario)
			c.arrange(a)
			r := a.run("status", "--primary", world.PrimaryID)
			r.wantCode(t, c.code)
			wantContains(t, r.out, c.want...)
			if n := strings.Count(r.out, "\n"); n > 24 {
				t.Errorf("got %d lines, want one screen\n%s", n, r.out)
			}
			if c.code != 0 {
				wantNone(t, r.out, "nothing to do")
			}
		})
	}
}

// TestStatusOfTheWholeStack: every pair that has a lock, a hold or a recent execution, and no other.
func TestStatusOfTheWholeStack(t *testing.T) {
	a := deployed(t, "healthy")
	r := a.run("status")
	r.wantCode(t, 0)
	wantNone(t, r.out, "E1PRIMARY")
	a.started("nightly", time.Hour)
	if err := a.S3.Put(world.Bucket, "holds/E9GONE.json", []byte(`{"cause": "made up"}`), nil); err != nil {
		t.Fatal(err)
	}
	stop := a.Schedule(time.Minute)
	a.Clock.Advance(30 * time.Minute)
	stop()
	a.Clock.Advance(30 * time.Second) // the last one ends
	r = a.run("status")
	r.wantCode(t, 5)
	wantContains(t, r.out, "E1PRIMARY nothing to do", "E9GONE releases are refused", "there is no such distribution in this account", "Promoted after 53m nightly")
	wantNone(t, r.out, "scheduled-recover")
	r = a.run("status", "--primary", "E1PRIMARY")
	r.wantCode(t, 0)
	wantNone(t, r.out, "E9GONE")
}

func TestHelpExplainsEveryFlag(t *testing.T) {
	a := deployed(t, "healthy")
	for command, flags := range map[string][]string{
		"start": {"request", "name", "follow"}, "stop": {"primary", "execution", "reason"}, "status": {"primary"}, "recover": {"primary", "reason", "clear-hold"},
	} {
		r := a.run(command, "--help")
		r.wantCode(t, 0)
		for _, flag := range flags {
			wantContains(t, r.out, "Flags of "+command, "\n  --"+flag+" ")
		}
	}
	for code, args := range map[int][]string{0: {"help"}, 2: {"begin"}} {
		r := a.run(args...)
		r.wantCode(t, code)
		wantContains(t, r.out+r.errs, "Usage:", "3 Rejected", "4 Rolled Back", "5 Needs Operator")
	}
	a.run().wantCode(t, 2)
}
