package scenario_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// short is a release that comes by every box of a healthy one in as few events as the rules of a request allow.
const short = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
	"ramp": [{"weight": 0.05, "observe": "1m"}, {"weight": 0.15, "observe": "1m"}], "bake": "10m",
	"acknowledge": ["custom-error-responses"]}`

// safeWithin is promise 3's bound on a stop: the policy is written as off within this time, and one propagation later it
// is off everywhere.
const safeWithin = 2 * time.Minute

// TestPromise3StoppedAtEveryEvent stops a healthy release right after each event of its history, and right before each
// that time passes before.
func TestPromise3StoppedAtEveryEvent(t *testing.T) {
	history := shortRelease(t).Main().History()
	stops := map[string]func(*world.World, *asl.Execution){}
	for i, e := range history[:len(history)-1] { // with the last one it has ended
		stops[fmt.Sprintf("after event %d, %s", e.ID, e.Type)] = func(w *world.World, x *asl.Execution) { stopAfter(w, x, e.ID) }
		next := history[i+1]
		if next.Timestamp.Sub(e.Timestamp) > time.Millisecond {
			stops[fmt.Sprintf("before event %d, %s", next.ID, next.Type)] = func(w *world.World, x *asl.Execution) {
				w.Clock.At(next.Timestamp.Add(-time.Millisecond), func() { x.Stop("Stopped", "by the test") })
			}
		}
	}
	var mu sync.Mutex
	var written, everywhere time.Duration
	t.Run("stops", func(t *testing.T) {
		for name, stop := range stops {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w, e := stopAt(t, stop)
				mu.Lock()
				defer mu.Unlock()
				written, everywhere = max(written, w), max(everywhere, e)
			})
		}
	})
	t.Logf("%d stops of a release with %d events: the policy was written as off after at most %s, and off everywhere after at most %s",
		len(stops), len(history), written, everywhere)
}

func stopAfter(w *world.World, x *asl.Execution, event int64) {
	if event == 1 { // which is written as the execution is started
		x.Stop("Stopped", "by the test")
	}
	w.Watch(func(on *asl.Execution, e asl.Event) {
		if on == x && e.ID == event {
			x.Stop("Stopped", "by the test")
		}
	})
}

func shortRelease(t *testing.T) *scenario.Stage {
	t.Helper()
	stage := begin(t, "healthy", short)
	run(t, stage)
	if end := scenario.End(stage.Main()); end != release.Promoted {
		t.Fatalf("the short release ended %s: %s", end, stage.Main().Cause())
	}
	return stage
}

// stopAt runs the short release with a stop, and returns how long after it the policy was written as off, and how long
// points of presence went on sending viewers to staging. Zero where the policy was off already, or the promotion is
// confirmed, when staging and the primary are the same to viewers.
func stopAt(t *testing.T, stop func(*world.World, *asl.Execution)) (written, everywhere time.Duration) {
	t.Helper()
	s, _ := scenario.Find("aborted")
	s.Prepare = nil
	stage, err := s.Build(scenario.Inputs{Seed: 1, Request: []byte(short)})
	if err != nil {
		t.Fatal(err)
	}
	w := stage.World
	stop(w, w.Executions[0])
	last := lastOnStaging(w)
	run(t, stage)
	if err := stage.Expected(); err != nil {
		t.Error(err)
	}
	if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled || w.Locked() || w.Held() {
		t.Errorf("afterwards: policy enabled %t, lock held %t, pair held %t", policy.Enabled, w.Locked(), w.Held())
	}
	checkAftermath(t, stage)
	if doc := documentOf(t, stage.Main()); doc.Examination != nil && doc.Examination.Promoted {
		return 0, 0
	}
	stopped := w.Executions[0].StopDate()
	written = onAfter(w, stopped)
	if written > safeWithin {
		t.Errorf("the policy was written as off %s after the stop, want at most %s", written, safeWithin)
	}
	if last.After(stopped) {
		everywhere = last.Sub(stopped)
	}
	if longest := w.CloudFront.Spread.Max + safeWithin; everywhere > longest {
		t.Errorf("viewers were sent to staging until %s after the stop, want at most a propagation and two minutes: %s", everywhere, longest)
	}
	return written, everywhere
}

// onAfter is how long after a time the policy went on being enabled, or was enabled again. A write that finds it off and
// says so once more, as recover's under its own lock does, is no part of it.
func onAfter(w *world.World, stopped time.Time) time.Duration {
	var on bool
	var until time.Duration
	for _, wr := range w.CloudFront.Log() {
		if wr.Policy == nil {
			continue
		}
		if on && !wr.Policy.Enabled && wr.Time.After(stopped) {
			until = wr.Time.Sub(stopped)
		}
		on = wr.Policy.Enabled
	}
	return until
}

// lastOnStaging is when the last point of presence stopped sending viewers to staging; it is set as the world runs.
func lastOnStaging(w *world.World) *time.Time {
	last, were := &time.Time{}, false
	w.CloudFront.OnFlip = func(string, string, int, int) {
		are := false
		for pop := range w.CloudFront.POPs() {
			serving, _ := w.CloudFront.Serving(pop, w.Pair.PrimaryID)
			are = are || serving.Policy.Enabled
		}
		if were && !are {
			*last = w.Clock.Now()
		}
		were = are
	}
	return last
}

// TestPromise3StoppedInAnyState: whatever the release was about, recover makes its pair safe without a next release.
func TestPromise3StoppedInAnyState(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"healthy", "bad-release", "regression-after-promote", "lost-answer"} {
		for at := range everyState(t, name) {
			t.Run(name+" stopped in "+at, func(t *testing.T) {
				t.Parallel()
				stage := build(t, name, 1)
				w := stage.World
				w.When(at, 1, func(x *asl.Execution) {
					w.Clock.After(time.Millisecond, func() { x.Stop("Stopped", "by the test") })
				})
				run(t, stage)
				if w.Executions[0].Status() != asl.Aborted {
					return // it had ended in that very millisecond
				}
				first, recovery := w.Executions[0], w.Executions[1]
				doc := documentOf(t, recovery)
				switch end := scenario.End(recovery); {
				case end == release.Recovered, end == release.NothingToRecover:
				case end == release.NeedsOperator && doc.Examination.Regressed && doc.Examination.Promoted:
					// Stopped between the verdict on the primary and its restoration: that is said, and nothing is done blindly.
				default:
					t.Errorf("%s (stopped in %s) was recovered as %s: %s", first.Status(), first.State(), end, recovery.Cause())
				}
				if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled {
					t.Error("the policy is enabled")
				}
				if scenario.End(recovery) != release.NeedsOperator && w.Locked() {
					t.Error("the lock is held")
				}
			})
		}
	}
}
