package scenario_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	cloudfrontsdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// TestPromise1NothingReachesThePrimaryButWhatWasJudged.
func TestPromise1NothingReachesThePrimaryButWhatWasJudged(t *testing.T) {
	t.Run("the promotion carries the two ETags of the judged configs, and never a star", func(t *testing.T) {
		for _, name := range []string{"healthy", "lost-answer", "lost-request", "throttled", "two-releases", "stale-lock"} {
			stage := build(t, name, 1)
			run(t, stage)
			etags := judgedETags(t, stage)
			for _, call := range stage.World.Transport.Log() {
				if call.Service == cloudFront && strings.Contains(call.IfMatch, "*") {
					t.Errorf("%s: %s was sent with If-Match %q", name, call.Operation, call.IfMatch)
				}
				if call.Operation == promoteCall && call.IfMatch != etags {
					t.Errorf("%s: got If-Match %q, want %q", name, call.IfMatch, etags)
				}
			}
		}
	})
	t.Run("every update is sent with an ETag", func(t *testing.T) {
		for _, name := range []string{"healthy", "bad-release", "regression-after-promote", "stale-lock", "aborted"} {
			stage := build(t, name, 4)
			run(t, stage)
			for _, call := range stage.World.Transport.Log() {
				if call.Service == cloudFront && call.Method == http.MethodPut && call.IfMatch == "" {
					t.Errorf("%s: %s was sent without If-Match", name, call.Operation)
				}
			}
		}
	})
	for title, edited := range map[string]string{
		"staging is edited just before the promotion is sent":     world.StagingID,
		"the primary is edited just before the promotion is sent": world.PrimaryID,
	} {
		t.Run(title, func(t *testing.T) {
			stage := build(t, "healthy", 1)
			w := stage.World
			w.Transport.Fault = transport.Nth(cloudFront, promoteCall, 1, transport.Outcome{Before: func() { edit(w, edited, nil) }})
			run(t, stage)
			if got := scenario.End(stage.Main()); got != release.RolledBack {
				t.Errorf("got %s, want Rolled Back: %s", got, stage.Main().Cause())
			}
			if got := live(w, edited).Text("Comment"); got != "edited by a colleague" {
				t.Errorf("the edit was overwritten: comment %q", got)
			}
			checkAftermath(t, stage)
		})
	}
	for at := range everyState(t, "healthy") {
		t.Run("staging is edited as the release enters "+at, func(t *testing.T) { editedAt(t, at, 1, world.StagingID) })
		t.Run("the primary is edited as the release enters "+at, func(t *testing.T) { editedAt(t, at, 1, world.PrimaryID) })
	}
	for look := 2; look <= 26; look += 3 {
		t.Run(fmt.Sprintf("staging is edited at look %d", look), func(t *testing.T) { editedAt(t, "Judge Health", look, world.StagingID) })
		t.Run(fmt.Sprintf("the primary is edited at look %d", look), func(t *testing.T) { editedAt(t, "Judge Health", look, world.PrimaryID) })
	}
}

// judgedETags are those that the last Check Pair before the promotion noted.
func judgedETags(t *testing.T, stage *scenario.Stage) string {
	t.Helper()
	for _, x := range stage.World.Executions {
		if doc := documentOf(t, x); doc.Pair != nil {
			return doc.Pair.PrimaryETag + ", " + doc.Pair.StagingETag
		}
	}
	t.Fatal("no execution checked the pair")
	return ""
}

// everyState is the titles that a scenario visits.
func everyState(t *testing.T, name string) map[string]bool {
	t.Helper()
	stage := build(t, name, 1)
	run(t, stage)
	titles := map[string]bool{}
	for _, title := range visited(stage.Main()) {
		titles[title] = true
	}
	return titles
}

// editedAt: whatever the moment of the edit, what is live on the primary afterwards is the old config, the judged one, or
// the colleague's; and the colleague's edit is never overwritten.
func editedAt(t *testing.T, at string, nth int, id string) {
	t.Helper()
	stage := build(t, "healthy", 1)
	w := stage.World
	w.When(at, nth, func(*asl.Execution) { edit(w, id, nil) })
	run(t, stage)
	judged := documentOf(t, stage.Main())
	if scenario.End(stage.Main()) == release.Promoted && promotedUnjudged(w, judged) {
		t.Errorf("a config that was not judged was promoted")
	}
	checkAftermath(t, stage)
}

// promotedUnjudged: the promotion's write carries an edit that came after the judging began.
func promotedUnjudged(w *world.World, doc release.Document) bool {
	for _, wr := range w.CloudFront.Log() {
		if wr.Operation == promoteCall && wr.ID == w.Pair.PrimaryID && wr.Config != nil {
			return wr.Config.Text("Comment") == "edited by a colleague" && len(doc.Staging.Changes) < 2
		}
	}
	return false
}

// TestPromise2NoPromotionWithoutProofOfTraffic.
func TestPromise2NoPromotionWithoutProofOfTraffic(t *testing.T) {
	t.Run("every promotion has a proof that is minutes old", func(t *testing.T) {
		for _, s := range scenario.All() {
			stage := build(t, s.Name, 2)
			checkProofs(t, stage)
			run(t, stage)
		}
	})
	t.Run("a proof that gets old while CloudFront throttles the promotion is made again", func(t *testing.T) {
		stage := build(t, "healthy", 1)
		throttledPromotion(stage.World)
		checkProofs(t, stage)
		run(t, stage)
		if got := scenario.End(stage.Main()); got != release.Promoted {
			t.Errorf("got %s: %s", got, stage.Main().Cause())
		}
	})
	for title, prepare := range map[string]func(*world.World){
		"no data is not healthy: CloudWatch cannot be read": func(w *world.World) {
			w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudWatch.Refuse("GetMetricData", "InternalFailure") })
		},
		"no data is not healthy: the counts cannot be read, though traffic flows": func(w *world.World) {
			w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
				if call.State == "Observe" {
					return asl.Result{Failure: &asl.Failure{Error: "Refused", Cause: "said the test"}, Took: time.Second}
				}
				return run()
			}
		},
		"no data is not healthy: the metrics stop": func(w *world.World) {
			w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudWatch.Delay = 24 * time.Hour })
		},
		"no data is not healthy: the viewers stop": func(w *world.World) {
			w.When("Shift Traffic", 2, func(*asl.Execution) {
				w.Viewers.SetRate(w.Pair.PrimaryID, func(time.Time) float64 { return 0 })
				w.Viewers.Leave(w.Pair.PrimaryID)
			})
		},
		"an override that begins at the last step": func(w *world.World) {
			w.When("Shift Traffic", 2, func(*asl.Execution) { overrideAll(w) })
		},
		"an override of nine in ten points of presence: the rest look healthy, but that is not the weight": func(w *world.World) {
			for pop := 2; pop < len(w.CloudFront.POPs()); pop++ {
				w.Edge.Override(pop, world.Start(), world.Start().Add(24*time.Hour))
			}
		},
		"an override of nine in ten points of presence that begins at the last step": func(w *world.World) {
			w.When("Shift Traffic", 2, func(*asl.Execution) {
				for pop := 2; pop < len(w.CloudFront.POPs()); pop++ {
					w.Edge.Override(pop, w.Clock.Now(), w.Clock.Now().Add(24*time.Hour))
				}
			})
		},
	} {
		t.Run(title, func(t *testing.T) {
			stage := build(t, "healthy", 1)
			prepare(stage.World)
			run(t, stage)
			if got := scenario.End(stage.Main()); got != release.RolledBack {
				t.Errorf("got %s, want Rolled Back: %s", got, stage.Main().Cause())
			}
			if n := stage.World.Transport.Count(cloudFront, promoteCall); n > 0 {
				t.Errorf("the promotion was sent %d times", n)
			}
			checkAftermath(t, stage)
		})
	}
}

// throttledPromotion refuses the promotion until its proof of traffic is old.
func throttledPromotion(w *world.World) {
	var since time.Time
	w.When("Promote", 1, func(*asl.Execution) { since = w.Clock.Now() })
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation == promoteCall && w.Clock.Now().Sub(since) < release.ProofFreshFor+time.Minute {
			return transport.Throttled()
		}
		return transport.Outcome{}
	}
}

func overrideAll(w *world.World) {
	for pop := range w.CloudFront.POPs() {
		w.Edge.Override(pop, w.Clock.Now(), w.Clock.Now().Add(24*time.Hour))
	}
}

// checkProofs looks at every promotion as it is sent: viewers really were on staging within the last minutes.
func checkProofs(t *testing.T, stage *scenario.Stage) {
	t.Helper()
	w, before := stage.World, stage.World.Transport.Fault
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation == promoteCall {
			if last, ok := w.Viewers.Last(w.Pair.PrimaryID); !ok || last.Staging.Requests == 0 {
				t.Errorf("%s: the promotion was sent while no viewer was on staging", stage.Name)
			}
			if x := stage.Main(); w.Clock.Now().Sub(documentOf(t, x).Traffic.At) > release.ProofFreshFor {
				t.Errorf("%s: the promotion was sent on an old proof", stage.Name)
			}
		}
		if before != nil {
			return before(c)
		}
		return transport.Outcome{}
	}
}

// TestPromise3ADeadRunIsMadeSafe: wherever an execution is stopped, and even if recover never starts, the next release
// finds the pair, makes it safe before it does anything else, and comes to an end.
func TestPromise3ADeadRunIsMadeSafe(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"healthy", "bad-release", "regression-after-promote", "lost-answer"} {
		for at := range everyState(t, name) {
			t.Run(name+" stopped in "+at, func(t *testing.T) {
				t.Parallel()
				stoppedIn(t, name, at)
			})
		}
	}
}

func stoppedIn(t *testing.T, name, at string) {
	t.Helper()
	stage := build(t, name, 1)
	w := stage.World
	w.LoseEvents = true
	stopped := false
	w.When(at, 1, func(x *asl.Execution) {
		w.Clock.After(time.Millisecond, func() {
			if stopped = x.Status() == asl.Running; stopped {
				x.Stop("Stopped", "by the test")
			}
			w.Clock.After(release.StaleAfter+time.Second, func() {
				w.Mend() // the next release is a good one
				if _, err := w.Start("next", json.RawMessage(example)); err != nil {
					t.Error(err)
				}
			})
		})
	})
	safe := false
	w.When("Preflight", 2, func(*asl.Execution) {
		policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
		safe = !policy.Enabled
	})
	stage.Ends = append(stage.Ends, scenario.Ending{Execution: "next"})
	run(t, stage)
	if len(w.Executions) != 2 {
		t.Fatal("the first execution never came to this state")
	}
	next := w.Executions[1]
	if end := scenario.End(next); end != release.Promoted && end != release.NothingToRelease {
		t.Errorf("the next release ended %s: %s", end, next.Cause())
	}
	if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled || w.Locked() {
		t.Errorf("afterwards: policy enabled=%t, lock held=%t", policy.Enabled, w.Locked())
	}
	if enteredTwice := strings.Count(fmt.Sprint(visited(w.Executions[0])), "Preflight Passed?") == 1; enteredTwice && stopped && !safe {
		t.Error("the next release looked at the pair while viewers were still being sent to staging")
	}
}

// TestPromise3ATakeoverThatIsLostIsNotForgotten: the release that took a dead run's lock over ends before its Recover; the
// one after it must still find the dead run, and viewers off staging before anything else.
func TestPromise3ATakeoverThatIsLostIsNotForgotten(t *testing.T) {
	stage := build(t, "healthy", 1)
	w := stage.World
	w.LoseEvents = true
	w.When("Judge Health", 3, func(x *asl.Execution) {
		if x.Name() != scenario.First {
			return
		}
		w.Clock.After(time.Millisecond, func() {
			x.Stop("Stopped", "by the test")
			for name, after := range map[string]time.Duration{"second": release.StaleAfter + time.Second, "third": time.Hour} {
				w.Clock.After(after, func() {
					if _, err := w.Start(name, json.RawMessage(example)); err != nil {
						t.Error(err)
					}
				})
			}
		})
	})
	w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		result := run()
		if call.State == "Acquire Lock" && call.Execution.Name() == "second" {
			return asl.Result{Failure: &asl.Failure{Error: "Unavailable", Cause: "the answer is lost"}, Took: time.Second}
		}
		return result
	}
	stage.Ends = append(stage.Ends, scenario.Ending{Execution: "second"}, scenario.Ending{Execution: "third"})
	run(t, stage)
	if got := scenario.End(w.Executions[1]); got != release.Rejected {
		t.Errorf("the second release ended %s", got)
	}
	if got := scenario.End(w.Executions[2]); got != release.Promoted {
		t.Errorf("the third release ended %s: %s", got, w.Executions[2].Cause())
	}
	checkAftermath(t, stage)
}

const example = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "acknowledge": ["custom-error-responses"]}`

// TestPromise4EveryWriteLooksFirst: see also TestAnyLambdaRunTwiceDoesNoMoreThanOnce and TestPaths/failures.
func TestPromise4EveryWriteLooksFirst(t *testing.T) {
	t.Parallel()
	operations := []string{
		"UpdateDistribution", "UpdateContinuousDeploymentPolicy", promoteCall, "PutObject", "DeleteObject",
	}
	for _, name := range []string{"healthy", "bad-release", "regression-after-promote"} {
		for _, operation := range operations {
			for n := 1; n <= 4; n++ {
				for _, kind := range []transport.Kind{transport.LoseAnswer, transport.Disconnect} {
					t.Run(fmt.Sprintf("%s, %s call %d, kind %d", name, operation, n, kind), func(t *testing.T) {
						t.Parallel()
						loseNth(t, name, operation, n, kind)
					})
				}
			}
		}
	}
}

// TestPromise4AnEditBetweenReadAndWriteIsNotOverwritten: just before the nth write of a kind, a colleague edits the same thing.
func TestPromise4AnEditBetweenReadAndWriteIsNotOverwritten(t *testing.T) {
	for title, c := range map[string]struct {
		scenario, operation string
		nth                 int
		edit                func(*world.World)
		want                string
	}{
		"staging, as it is changed": {
			"healthy", "UpdateDistribution", 1, func(w *world.World) { edit(w, world.StagingID, nil) }, release.RolledBack,
		},
		"the primary, as it is restored": {
			"regression-after-promote", "UpdateDistribution", 2, func(w *world.World) { edit(w, world.PrimaryID, nil) }, release.NeedsOperator,
		},
		"an alias of the primary, as it is restored": {
			"regression-after-promote", "UpdateDistribution", 2, func(w *world.World) {
				edit(w, world.PrimaryID, func(n *cloudfront.Node) {
					n.Put(cloudfront.List("Aliases", cloudfront.Leaf("CNAME", "www.example.com"), cloudfront.Leaf("CNAME", "new.example.com")))
				})
			}, release.RolledBack,
		},
		"the policy, as traffic is shifted": {
			"healthy", "UpdateContinuousDeploymentPolicy", 1, otherStickiness, release.RolledBack,
		},
		"the policy, as traffic is shifted again": {
			"healthy", "UpdateContinuousDeploymentPolicy", 2, otherStickiness, release.RolledBack,
		},
		"the policy, as traffic is stopped": {
			"bad-release", "UpdateContinuousDeploymentPolicy", 2, otherStickiness, release.RolledBack,
		},
	} {
		t.Run(title, func(t *testing.T) {
			stage := build(t, c.scenario, 1)
			w := stage.World
			w.Transport.Fault = transport.Nth(cloudFront, c.operation, c.nth, transport.Outcome{Before: func() { c.edit(w) }})
			run(t, stage)
			if got := scenario.End(stage.Main()); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, stage.Main().Cause())
			}
			if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); c.operation == "UpdateContinuousDeploymentPolicy" && policy.MaximumTTL != 42*time.Minute {
				t.Errorf("the colleague's stickiness was overwritten with %s", policy.MaximumTTL)
			}
			if cause := stage.Main().Cause(); c.want == release.RolledBack && c.scenario == "healthy" && !strings.Contains(cause, "by someone else while") {
				t.Errorf("the cause does not say at which moment: %s", cause)
			}
			checkAftermath(t, stage)
		})
	}
}

func otherStickiness(w *world.World) {
	err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) {
		n.Set("TrafficConfig/SingleWeightConfig/SessionStickinessConfig/MaximumTTL", "2520")
	})
	if err != nil {
		panic(err)
	}
}

// loseNth loses the nth call of an operation, with or without its effect; the end must be the usual one.
func loseNth(t *testing.T, name, operation string, n int, kind transport.Kind) {
	t.Helper()
	stage := build(t, name, 1)
	calls := 0
	stage.World.Transport.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation == operation {
			if calls++; calls == n {
				return transport.Outcome{Kind: kind}
			}
		}
		return transport.Outcome{}
	}
	run(t, stage)
	if err := stage.Expected(); err != nil {
		t.Error(err)
	}
	checkAftermath(t, stage)
}

// TestPromise5EveryWaitHasADeadline: whatever never happens, the run ends within its plan (checkAftermath compares).
func TestPromise5EveryWaitHasADeadline(t *testing.T) {
	for title, prepare := range map[string]func(*world.World){
		"staging never deploys": func(w *world.World) { w.CloudFront.Stick(w.Pair.StagingID, w.CloudFront.POPs()[0]) },
		"the primary never deploys": func(w *world.World) {
			w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudFront.Stick(w.Pair.PrimaryID, w.CloudFront.POPs()[0]) })
		},
		"the promotion never deploys": func(w *world.World) {
			w.When("Promote", 1, func(*asl.Execution) { w.CloudFront.Stick(w.Pair.PrimaryID, w.CloudFront.POPs()[0]) })
		},
		"viewers never come": func(w *world.World) { overrideAll(w) },
		"metrics never come": func(w *world.World) {
			w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudWatch.Delay = 90 * 24 * time.Hour })
		},
		"the promotion never answers": func(w *world.World) {
			w.Transport.Fault = func(c transport.Call) transport.Outcome {
				if c.Operation == promoteCall {
					return transport.Outcome{Kind: transport.LoseAnswer}
				}
				return transport.Outcome{}
			}
		},
		"CloudFront throttles for ever": func(w *world.World) {
			w.When("Wait For Viewers", 3, func(*asl.Execution) {
				w.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Service == cloudFront {
						return transport.Throttled()
					}
					return transport.Outcome{}
				}
			})
		},
	} {
		t.Run(title, func(t *testing.T) {
			stage := build(t, "healthy", 1)
			prepare(stage.World)
			run(t, stage)
			if end := scenario.End(stage.Main()); end == string(asl.TimedOut) || end == string(asl.Failed) {
				t.Errorf("got %s: %s", end, stage.Main().Cause())
			}
			checkAftermath(t, stage)
		})
	}
}

// TestPromise6AConfigIsChangedByReadModifyWrite: the policy id is sent back as it was, whatever CloudFront makes of one
// that is left out, and everything else of a config is as before.
func TestPromise6AConfigIsChangedByReadModifyWrite(t *testing.T) {
	for _, omitted := range []cloudfront.Omitted{cloudfront.OmittedKeeps, cloudfront.OmittedRefused, cloudfront.OmittedDetaches} {
		for _, name := range []string{"healthy", "regression-after-promote", "restore-with-new-alias"} {
			t.Run(fmt.Sprintf("%s, omitted %d", name, omitted), func(t *testing.T) {
				stage := build(t, name, 1)
				stage.World.CloudFront.Switches.OmittedPolicyID = omitted
				before := asRead(t, stage.World)
				run(t, stage)
				if err := stage.Expected(); err != nil {
					t.Error(err)
				}
				after := live(stage.World, stage.World.Pair.PrimaryID)
				if id := after.Text("ContinuousDeploymentPolicyId"); id != stage.World.Pair.Policy.ID {
					t.Errorf("the policy id is %q afterwards", id)
				}
				if after := asRead(t, stage.World); name == "regression-after-promote" && after != before {
					t.Errorf("the restored config differs:\n%s\n%s", before, after)
				}
				checkAftermath(t, stage)
			})
		}
	}
}

// asRead is the primary's whole config as a client reads it.
func asRead(t *testing.T, w *world.World) string {
	t.Helper()
	id := w.Pair.PrimaryID
	got, err := cloudfrontsdk.NewFromConfig(w.SDK()).GetDistributionConfig(t.Context(), &cloudfrontsdk.GetDistributionConfigInput{Id: &id})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(got.DistributionConfig)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestPromise7AnUnjudgedConfigIsNeverShownBySurprise.
func TestPromise7AnUnjudgedConfigIsNeverShownBySurprise(t *testing.T) {
	for title, prepare := range map[string]func(*world.World){
		"a policy that is enabled already blocks":       func(w *world.World) { setPolicy(w, "true") },
		"a policy enabled after Preflight is respected": func(w *world.World) { w.When("Announce Start", 1, func(*asl.Execution) { setPolicy(w, "true") }) },
	} {
		t.Run(title, func(t *testing.T) {
			stage := build(t, "healthy", 1)
			before := live(stage.World, world.StagingID).ETag
			prepare(stage.World)
			stage.World.Clock.Advance(0)
			run(t, stage)
			if got := live(stage.World, world.StagingID).ETag; got != before {
				t.Error("staging was changed while viewers could see it")
			}
			if end := scenario.End(stage.Main()); end != release.Rejected && end != release.RolledBack {
				t.Errorf("got %s", end)
			}
		})
	}
	t.Run("staging edited between its deployment and the first shift is not shown", func(t *testing.T) {
		stage := build(t, "healthy", 1)
		stage.World.When("Shift Traffic", 1, func(*asl.Execution) { edit(stage.World, world.StagingID, nil) })
		run(t, stage)
		if total := stage.World.Viewers.Total(world.PrimaryID); total.Staging.Requests > 0 {
			t.Errorf("%d requests got the unjudged config", total.Staging.Requests)
		}
	})
}

// TestTheLockIsReadAgainBeforeEveryWrite: after another execution has taken the pair over, this one writes nothing.
func TestTheLockIsReadAgainBeforeEveryWrite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"healthy", "bad-release", "regression-after-promote"} {
		for at := range everyState(t, name) {
			t.Run(name+" loses its lock in "+at, func(t *testing.T) {
				t.Parallel()
				stage := build(t, name, 1)
				w := stage.World
				w.LoseEvents = true // or recover would make the pair safe, as it should
				var stolen time.Time
				w.When(at, 1, func(*asl.Execution) {
					if w.Locked() {
						stolen = w.Clock.Now()
						put(w, record.LockKey(world.PrimaryID), record.Holder{Execution: "arn:aws:states:us-east-1:123456789012:execution:recover:other"})
					}
				})
				run(t, stage)
				for _, wr := range ours(w) {
					if !stolen.IsZero() && wr.Time.After(stolen) {
						t.Errorf("%s of %s was written after the lock was lost", wr.Operation, wr.ID)
					}
				}
				if !stolen.IsZero() && !w.Locked() {
					t.Error("the other execution's lock was released")
				}
			})
		}
	}
}

// TestAStaleReadProvesNothing: with reads that lag by a minute, every scenario still comes to its right end.
func TestAStaleReadProvesNothing(t *testing.T) {
	for _, s := range scenario.All() {
		t.Run(s.Name, func(t *testing.T) {
			stage := build(t, s.Name, 1)
			stage.World.CloudFront.ReadLag = 45 * time.Second
			run(t, stage)
			if err := stage.Expected(); err != nil {
				t.Error(err)
			}
			checkAftermath(t, stage)
		})
	}
}
