package shifttraffic_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/shifttraffic"
)

const weight = "TrafficConfig/SingleWeightConfig/Weight"

func shift(t *testing.T, w *pairtest.World) (release.Step, error) {
	t.Helper()
	h := shifttraffic.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// second is a world whose first step has passed.
func second(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Shifted)
	w.StepPassed()
	return w
}

func TestTheFirstStepEnablesThePolicyAndKeepsItsStickiness(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Staged)
	before := w.LivePolicy()
	got, err := shift(t, w)
	w.Must(err)
	w.WantWrites(2) // of the policy, and of its primary, which it redeploys
	want := before
	want.Enabled, want.Weight = true, 0.05
	live := w.LivePolicy()
	want.ETag, want.ModifiedAt = live.ETag, live.ModifiedAt
	if live != want {
		t.Errorf("got policy %+v, want only Enabled and Weight changed: %+v", live, want)
	}
	now := w.Clock.Now()
	if got.Index != 0 || got.Weight != 0.05 || got.Last || got.Distribution != pairtest.Primary || !got.At.Equal(now) ||
		!got.Deadline.Equal(now.Add(20*time.Minute)) {
		t.Errorf("got %+v", got)
	}
	if len(got.Shifts) != 1 || got.Shifts[0] != (release.Shift{Weight: 0.05, At: now}) {
		t.Errorf("got shifts %+v", got.Shifts)
	}
}

func TestTheNextStepRaisesTheWeightAndRemembersTheOneBefore(t *testing.T) {
	t.Parallel()
	w := second(t)
	first := w.Document.Step.Shifts[0]
	got, err := shift(t, w)
	w.Must(err)
	if live := w.LivePolicy(); !live.Enabled || live.Weight != 0.15 || live.MaximumTTL != 10*time.Minute {
		t.Errorf("got policy %+v", live)
	}
	if got.Index != 1 || got.Weight != 0.15 || !got.Last || len(got.Shifts) != 2 || !got.Shifts[0].At.Equal(first.At) ||
		got.Shifts[1].Weight != 0.15 {
		t.Errorf("got %+v", got)
	}
}

func TestHeaderRoutingGivesWayToAWeight(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Staged)
	w.Must(w.CloudFront.EditPolicy(pairtest.Policy, func(n *cloudfront.Node) {
		n.Put(cloudfront.Elem("TrafficConfig", cloudfront.Leaf("Type", "SingleHeader"), cloudfront.Elem("SingleHeaderConfig",
			cloudfront.Leaf("Header", "aws-cf-cd-test"), cloudfront.Leaf("Value", "on"))))
	}))
	_, err := shift(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, "route by the header aws-cf-cd-test by someone else since Preflight")
	w.WantWrites(0)
	w.Document.Preflight.Header = &release.Header{Name: "aws-cf-cd-test", Value: "on"}
	_, err = shift(t, w)
	w.Must(err)
	if live := w.LivePolicy(); !live.Enabled || live.Type != cloudfront.SingleWeight || live.Weight != 0.05 {
		t.Errorf("got policy %+v", live)
	}
}

func TestASecondCallWritesNothing(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(*testing.T) *pairtest.World{
		"at the first step": func(t *testing.T) *pairtest.World { t.Helper(); return pairtest.New(t, pairtest.Staged) },
		"at the next step":  second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
			_, err := shift(t, w)
			pairtest.WantFault(t, err, fault.Unavailable)
			got, err := shift(t, w)
			w.Must(err)
			w.WantWrites(2) // of the policy, and of its primary, which it redeploys
			if !got.Written {
				t.Error("got written=false: then a Deployed from before the first call's write would be believed")
			}
		})
	}
}

func TestAPolicyThatWasEnabledInTheVeryMomentOfStagingsDeploymentIsOurs(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Staged)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := shift(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	if modified := w.LivePolicy().ModifiedAt; !modified.Equal(w.Document.Deployed.At) {
		t.Fatalf("got the policy modified at %s, want %s", modified, w.Document.Deployed.At)
	}
	_, err = shift(t, w)
	w.Must(err)
	w.WantWrites(2) // of the policy, and of its primary, which it redeploys
}

func TestALostAnswerThatReadsDoNotShowYetIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Staged)
	w.CloudFront.ReadLag = 20 * time.Second
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := shift(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.Clock.Advance(2 * time.Second)
	_, err = shift(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "look again")
	w.Clock.Advance(20 * time.Second)
	_, err = shift(t, w)
	w.Must(err)
	w.WantWrites(2) // of the policy, and of its primary, which it redeploys
}

func TestAConflictThatLeftTheWantedWeightIsNoConflict(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Staged)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Before: func() {
		w.Must(w.CloudFront.EditPolicy(pairtest.Policy, func(n *cloudfront.Node) { n.Set("Enabled", "true"); n.Set(weight, "0.05") }))
	}})
	_, err := shift(t, w)
	w.Must(err)
}

// refusals of either step; each leaves the policy exactly as it is.
func refusals() map[string]struct {
	world  func(*testing.T) *pairtest.World
	before func(*pairtest.World)
	want   fault.Name
	words  []string
} {
	first := func(t *testing.T) *pairtest.World { t.Helper(); return pairtest.New(t, pairtest.Staged) }
	return map[string]struct {
		world  func(*testing.T) *pairtest.World
		before func(*pairtest.World)
		want   fault.Name
		words  []string
	}{
		"someone else enabled the policy before the first step": {
			first, func(w *pairtest.World) { w.EditPolicy("Enabled", "true") },
			fault.ConfigChanged,
			[]string{pairtest.Policy, "enabled by someone else", "0.01"},
		},
		"someone else enabled the policy with the very weight of the first step before staging had deployed": {
			first, func(w *pairtest.World) {
				w.EditPolicy(weight, "0.05")
				w.EditPolicy("Enabled", "true")
				w.Clock.Advance(time.Second)
				w.Document.Deployed.At = w.Clock.Now()
			},
			fault.ConfigChanged,
			[]string{pairtest.Policy, "enabled by someone else", "0.05"},
		},
		"someone else switched the policy off in the middle of the ramp": {
			second, func(w *pairtest.World) { w.EditPolicy("Enabled", "false") },
			fault.ConfigChanged,
			[]string{"enabled=false", "had set 0.05"},
		},
		"someone else set another weight in the middle of the ramp": {
			second, func(w *pairtest.World) { w.EditPolicy(weight, "0.02") },
			fault.ConfigChanged,
			[]string{"0.02", "had set 0.05"},
		},
		"someone else pointed the policy at another staging distribution": {
			first, func(w *pairtest.World) { retarget(w) },
			fault.ConfigChanged,
			[]string{"pointed by someone else"},
		},
		"the policy has the wanted weight but is pointed at another staging distribution": {
			first, func(w *pairtest.World) {
				retarget(w)
				w.EditPolicy(weight, "0.05")
				w.EditPolicy("Enabled", "true")
			},
			fault.ConfigChanged,
			[]string{"pointed by someone else"},
		},
		"someone else changed staging, which is therefore not shown to viewers": {
			first, func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "unjudged") },
			fault.ConfigChanged,
			[]string{pairtest.Staging, "not shown to viewers"},
		},
		"someone else changed staging in the middle of the ramp": {
			second, func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "unjudged") },
			fault.ConfigChanged,
			[]string{pairtest.Staging},
		},
		"someone else is faster": {
			first, func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Before: func() { w.EditPolicy(weight, "0.02") }})
			},
			fault.ConfigChanged,
			[]string{pairtest.Policy, "about to"},
		},
		"another execution has the lock": {
			first, func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) },
			fault.LockLost,
			[]string{pairtest.Other},
		},
		"the lock is gone": {
			second, func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Lock.Key)) },
			fault.LockLost, nil,
		},
		"CloudFront is too busy": {
			first, func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Throttled()) },
			fault.Throttled,
			[]string{pairtest.Policy},
		},
		"CloudFront refuses HTTP/3": {
			first, func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{
					Kind: transport.Refuse, Status: 400, Code: "InvalidArgument", Message: "no HTTP/3",
				})
			},
			fault.Refused,
			[]string{"no HTTP/3"},
		},
	}
}

func TestTrafficIsNotShiftedWhere(t *testing.T) {
	t.Parallel()
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.world(t)
			c.before(w)
			_, err := shift(t, w)
			pairtest.WantFault(t, err, c.want, c.words...)
			w.WantWrites(0)
		})
	}
}

// retarget points the policy at a staging distribution that has nothing to do with the release.
func retarget(w *pairtest.World) {
	staging, _ := w.CloudFront.Live(pairtest.Staging)
	other := staging.Tree().Clone()
	other.Set("CallerReference", "other-staging")
	config, err := w.CloudFront.AddDistribution("E3OTHER0000000", other)
	w.Must(err)
	w.Must(w.CloudFront.EditPolicy(pairtest.Policy, func(n *cloudfront.Node) {
		n.Put(cloudfront.List("StagingDistributionDnsNames", cloudfront.Leaf("DnsName", config.DomainName)))
	}))
}
