package stoptraffic_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/stoptraffic"
)

func stop(t *testing.T, w *pairtest.World) (release.Write, error) {
	t.Helper()
	h := stoptraffic.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func wantOff(t *testing.T, w *pairtest.World) {
	t.Helper()
	if w.LivePolicy().Enabled {
		t.Error("the policy is on")
	}
}

func TestThePolicyIsSwitchedOffAndItsOtherFieldsAreKept(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	want := w.LivePolicy()
	got, err := stop(t, w)
	w.Must(err)
	live := w.LivePolicy()
	want.Enabled, want.ETag, want.ModifiedAt = false, live.ETag, live.ModifiedAt
	if live != want {
		t.Errorf("got policy %+v, want %+v", live, want)
	}
	now := w.Clock.Now()
	if wanted := (release.Write{Distribution: pairtest.Primary, Written: true, At: now, Deadline: now.Add(20 * time.Minute)}); got != wanted {
		t.Errorf("got %+v, want %+v", got, wanted)
	}
}

func TestHeaderRoutingThatPreflightFoundIsPutBackDisabled(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Document.Preflight.Header = &release.Header{Name: "aws-cf-cd-test", Value: "on"}
	_, err := stop(t, w)
	w.Must(err)
	wantOff(t, w)
	if p := w.LivePolicy(); p.Type != cloudfront.SingleHeader || p.Header != "aws-cf-cd-test" || p.Value != "on" {
		t.Errorf("got policy %+v", p)
	}
}

func TestHeaderRoutingIsPutBackEvenWhereThePolicyIsOff(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted) // the promotion has switched the policy off
	w.Document.Preflight.Header = &release.Header{Name: "aws-cf-cd-test", Value: "on"}
	got, err := stop(t, w)
	w.Must(err)
	if p := w.LivePolicy(); !got.Written || p.Enabled || p.Header != "aws-cf-cd-test" {
		t.Errorf("got %+v with policy %+v", got, p)
	}
}

func TestAPolicyThatIsOffIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stage pairtest.Stage
		off   bool // by an earlier call
		waits bool // for a propagation that an earlier call may have begun
	}{
		"after the promotion, which switched it off":        {pairtest.Promoted, false, true},
		"before traffic was shifted":                        {pairtest.Preflighted, false, false},
		"where an earlier call of ours has switched it off": {pairtest.Shifted, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, c.stage)
			if c.off {
				w.EditPolicy("Enabled", "false")
			}
			got, err := stop(t, w)
			w.Must(err)
			w.WantWrites(0)
			if got.Written != c.waits || got.Distribution != pairtest.Primary {
				t.Errorf("got %+v", got)
			}
			wantOff(t, w)
		})
	}
}

func TestASecondCallAfterALostAnswerWritesNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := stop(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	writes := len(w.Writes())
	_, err = stop(t, w)
	w.Must(err)
	w.WantWrites(writes)
	wantOff(t, w)
}

func TestAConcurrentEditIsFollowedAndKept(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Before: func() {
		w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.11")
	}})
	got, err := stop(t, w)
	w.Must(err)
	wantOff(t, w)
	if p := w.LivePolicy(); p.Weight != 0.11 || !got.Written {
		t.Errorf("got %+v with weight %v, want their 0.11", got, p.Weight)
	}
}

func TestAPolicyThatChangesAllTheTimeIsLeftToARetry(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Calls.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation != pairtest.UpdatePolicy {
			return transport.Outcome{}
		}
		return transport.Outcome{Before: func() { w.EditPolicy("Enabled", "true") }}
	}
	_, err := stop(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, pairtest.Policy, "changed under each")
	w.Calls.Fault = nil
	_, err = stop(t, w)
	w.Must(err)
	wantOff(t, w)
}

func TestAReadFromBeforeThePolicyWasEnabledIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(*testing.T) *pairtest.World{
		"when the shift is in the document": func(t *testing.T) *pairtest.World {
			t.Helper()
			return pairtest.New(t, pairtest.Shifted)
		},
		"when the answer of Shift Traffic was lost": func(t *testing.T) *pairtest.World {
			t.Helper()
			w := pairtest.New(t, pairtest.Staged)
			w.Clock.Advance(time.Second)
			w.EditPolicy("Enabled", "true")
			return w
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			w.CloudFront.ReadLag = 15 * time.Minute // readers still see the policy as it was before the release, off
			_, err := stop(t, w)
			pairtest.WantFault(t, err, fault.Unavailable)
			w.CloudFront.ReadLag = 0
			got, err := stop(t, w)
			w.Must(err)
			wantOff(t, w)
			if !got.Written {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestNothingKeepsTrafficFromBeingStopped(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"a lock that is gone":          func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Lock.Key)) },
		"a record bucket that is down": func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) },
		"a record bucket that answers nothing": func(w *pairtest.World) {
			w.Strike(pairtest.S3, pairtest.GetObject, transport.Outcome{Kind: transport.Disconnect})
		},
		"a lock that cannot be read":     func(w *pairtest.World) { w.Must(w.S3.Put(pairtest.Bucket, w.Document.Lock.Key, []byte("{"), nil)) },
		"a propagation that goes on":     func(w *pairtest.World) { w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.1") },
		"an edited staging distribution": func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "theirs") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Shifted)
			before(w)
			_, err := stop(t, w)
			w.Must(err)
			wantOff(t, w)
		})
	}
}

func TestAnExecutionThatLostThePairToAnotherLeavesThePolicyAlone(t *testing.T) {
	t.Parallel()
	pairtest.WantFenced(t, pairtest.New(t, pairtest.Shifted), stop)
}

func TestARefusalThatMayPassIsRetried(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
	}{
		"an illegal update while the primary is being deployed": {func(w *pairtest.World) {
			w.CloudFront.Switches.PolicyUpdateWhileInProgress = false
			w.Edit(pairtest.Primary, "Comment", "theirs")
		}, fault.Unavailable},
		"too many requests": {func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Throttled()) }, fault.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Shifted)
			c.before(w)
			_, err := stop(t, w)
			pairtest.WantFault(t, err, c.want, pairtest.Policy)
			w.Clock.Advance(10 * time.Minute)
			_, err = stop(t, w)
			w.Must(err)
			wantOff(t, w)
		})
	}
}
