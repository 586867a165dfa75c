package scenario_test

import (
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// What storms have found (docs/storm.md), each with the seed that found it first. Seeds are those of the day: how plans are
// drawn has changed since.

// TestStormSeed1133AReleaseWithoutStickinessIsAcknowledged: what a bad page of staging asks for is answered by the primary, so
// that no gate sees its errors. A release of pages that fail one time in eight was promoted so.
func TestStormSeed1133AReleaseWithoutStickinessIsAcknowledged(t *testing.T) {
	s, _ := scenario.Find("bad-release")
	s.Options = func(o *world.Options) {
		o.Policy = cloudfront.Policy{Type: cloudfront.SingleHeader, Header: "aws-cf-cd-smoke", Value: "secret"}
	}
	stage, err := s.Build(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	run(t, stage)
	if got := scenario.End(stage.Main()); got != release.Rejected {
		t.Errorf("got %s, want Rejected: %s", got, stage.Main().Cause())
	}
	checkFinding(t, stage.World, stage.Main(), release.StickinessOff)
	checkAftermath(t, stage)
}

// TestStormSeed2067RecoverLeavesAHeaderThatAColleagueHasChangedSince the dead run found it.
func TestStormSeed2067RecoverLeavesAHeaderThatAColleagueHasChangedSince(t *testing.T) {
	stage := withHeader(t, "aborted")
	stage.Ends, stage.Check = []scenario.Ending{ending(scenario.First, scenario.Aborted), ending(recoverFirst, release.Recovered)}, nil
	w := stage.World
	stopped := false
	w.When("Preflight Passed?", 1, func(x *asl.Execution) {
		w.Clock.After(time.Millisecond, func() {
			if stopped = x.Status() == asl.Running; stopped {
				x.Stop("Stopped", "by the test")
				if err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) {
					n.Set("TrafficConfig/SingleHeaderConfig/Value", "a colleague's")
				}); err != nil {
					t.Error(err)
				}
			}
		})
	})
	run(t, stage)
	if !stopped {
		t.Fatal("the release was not stopped in time")
	}
	if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled || policy.Value != "a colleague's" {
		t.Errorf("the policy is %+v afterwards", policy)
	}
}

// TestStormSeed2844ALateWriteOfTheRecordReplacesNothing: Preflight's write has lost its connection, and arrives when the record
// has an outcome.
func TestStormSeed2844ALateWriteOfTheRecordReplacesNothing(t *testing.T) {
	stage := build(t, "nothing-to-release", 1)
	w := stage.World
	struck := false
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if struck || c.Operation != "PutObject" || !strings.HasPrefix(c.Path, "/"+world.Bucket+"/releases/") {
			return transport.Outcome{}
		}
		struck = true
		return transport.Outcome{Kind: transport.Delay, Deliver: func(arrive func()) { w.Clock.After(50*time.Minute, arrive) }}
	}
	run(t, stage)
	w.Clock.Advance(time.Hour)
	if !struck || scenario.End(stage.Main()) != release.NothingToRelease {
		t.Fatalf("struck %t, ended %s", struck, scenario.End(stage.Main()))
	}
	checkAftermath(t, stage)
}

// TestStormSeed3583ARoutingThatAColleagueChangesAfterPreflightIsNotReplaced: the release goes back, and what it leaves is the
// colleague's.
func TestStormSeed3583ARoutingThatAColleagueChangesAfterPreflightIsNotReplaced(t *testing.T) {
	stage := build(t, "content", 1)
	stage.Ends, stage.Check = []scenario.Ending{{Execution: scenario.First}}, nil
	w := stage.World
	w.When("Carry Assets", 1, func(*asl.Execution) {
		if err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) {
			n.Set("TrafficConfig/SingleWeightConfig/SessionStickinessConfig/MaximumTTL", "1234")
		}); err != nil {
			t.Error(err)
		}
	})
	run(t, stage)
	if got := scenario.End(stage.Main()); got != release.RolledBack || !strings.Contains(stage.Main().Cause(), "by someone else since Preflight") {
		t.Errorf("got %s: %s", got, stage.Main().Cause())
	}
	if policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID); policy.Enabled || policy.MaximumTTL != 1234*time.Second {
		t.Errorf("the policy is %+v afterwards", policy)
	}
	checkAftermath(t, stage)
}

// TestStormSeed68303ADeployedFromBeforeTheWriteIsNotBelievedAfterInProgress: a read of the primary has shown the restored config
// on its way, the next one, of a replica that is behind, the one before as deployed. A release said Rolled Back while a point
// of presence still served what was promoted.
func TestStormSeed68303ADeployedFromBeforeTheWriteIsNotBelievedAfterInProgress(t *testing.T) {
	stage := build(t, "regression-after-promote", 1)
	w := stage.World
	before, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	w.When("Restore Primary", 1, func(*asl.Execution) {
		w.CloudFront.SpreadOf[w.Pair.PrimaryID] = cloudfront.Spread{Min: 3 * time.Minute, Max: 4 * time.Minute}
		w.Clock.After(40*time.Second, func() { w.CloudFront.ReadLag = 75 * time.Second }) // after the first look
	})
	said := false
	w.When("Finish", 1, func(*asl.Execution) {
		said = true
		for pop := range w.CloudFront.POPs() {
			if serving, _ := w.CloudFront.Serving(pop, w.Pair.PrimaryID); serving.Primary.Text("Origins/site/OriginPath") != before.Text("Origins/site/OriginPath") {
				t.Errorf("point of presence %d serves %s when the end is decided", pop, serving.Primary.Text("Origins/site/OriginPath"))
			}
		}
	})
	run(t, stage)
	if !said || scenario.End(stage.Main()) != release.RolledBack {
		t.Fatalf("it ended %s", scenario.End(stage.Main()))
	}
	checkAftermath(t, stage)
}
