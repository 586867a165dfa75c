package findorphans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	accounts "cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

// ofRelease is the evidence of a release of the pair.
func ofRelease() record.Evidence {
	return record.Evidence{Preflight: &release.Preflight{PolicyID: pairtest.Policy, Staging: release.Distribution{ID: pairtest.Staging}}}
}

func TestAPairThatIsInUseIsNoOrphan(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*account){
		"a pair at rest":                         func(*account) {},
		"a policy that a person has switched on": func(a *account) { a.EditPolicy("Enabled", "true") },
		"one that was switched on after the last release": func(a *account) {
			e := ofRelease()
			e.Execution.StartTime, e.EndedAt = a.Clock.Now().Add(-2*time.Hour), a.Clock.Now().Add(-time.Hour)
			a.Store("releases/"+pairtest.Primary+"/20261123T100000Z-last.json", e)
			a.EditPolicy("Enabled", "true")
		},
		"one whose stack CloudFormation has forgotten": func(a *account) {
			a.own("DELETE_COMPLETE", pairtest.Policy)
			a.stacks.ForgetsDeleted = true
		},
		"a lock that is held": func(a *account) { a.hold(types.ExecutionStatusRunning, ofRelease()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			prepare(a)
			a.look(t)
			if got := a.judged(t); len(got.Orphans)+len(got.Left) > 0 || a.Document.Orphans.Apply {
				t.Errorf("got the orphans %+v, left %+v", got.Orphans, got.Left)
			}
			a.WantWrites(0)
		})
	}
}

// orphanage are accounts with one orphan each.
func orphanage() map[string]struct {
	prepare func(*testing.T, *account)
	want    release.Orphan
	why     string
} {
	const policy, primary, staging = pairtest.Policy, pairtest.Primary, pairtest.Staging
	return map[string]struct {
		prepare func(*testing.T, *account)
		want    release.Orphan
		why     string
	}{
		"staging is gone": {
			func(_ *testing.T, a *account) { a.CloudFront.Vanish(staging) },
			release.Orphan{Kind: release.OrphanStagingGone, Lock: primary, Primary: primary, PolicyID: policy},
			"does not exist",
		},
		"staging is disabled": {
			func(t *testing.T, a *account) {
				t.Helper()
				config, _ := a.CloudFront.Live(staging)
				a.Must(a.CloudFront.Edit(primary, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", "") }))
				a.CloudFront.DropPolicy(policy)
				a.Edit(staging, "Enabled", "false")
				_, err := a.CloudFront.AddPolicy(cloudfront.Policy{ID: policy, StagingDomain: config.DomainName, Type: cloudfront.SingleWeight, Weight: 0.01})
				a.Must(err)
			},
			release.Orphan{Kind: release.OrphanStagingDisabled, Lock: policy, PolicyID: policy, Staging: staging},
			"is disabled",
		},
		"the stack is deleted": {
			func(_ *testing.T, a *account) { a.own("DELETE_COMPLETE", policy, staging) },
			release.Orphan{Kind: release.OrphanStackDeleted, Lock: primary, Primary: primary, PolicyID: policy, Staging: staging},
			"was deleted",
		},
		"the stack is deleted, and another has staging": {
			func(_ *testing.T, a *account) { a.own("DELETE_COMPLETE", policy); a.own("CREATE_COMPLETE", staging) },
			release.Orphan{Kind: release.OrphanStackDeleted, Lock: primary, Primary: primary, PolicyID: policy},
			"and stays",
		},
		"no primary has the policy": {
			func(_ *testing.T, a *account) { a.detach() },
			release.Orphan{Kind: release.OrphanUnattached, Lock: policy, PolicyID: policy, Staging: staging},
			"attached to no primary",
		},
		"no primary has the policy, since a maintenance that died days ago": {
			func(_ *testing.T, a *account) {
				a.detach()
				a.Store(record.DoorKey(primary), record.Door{PolicyID: policy, Staging: staging, At: a.Clock.Now()})
			},
			release.Orphan{Kind: release.OrphanUnattached, Lock: policy, PolicyID: policy, Staging: staging},
			"attached to no primary",
		},
		"no policy names staging": {
			func(_ *testing.T, a *account) { a.CloudFront.DropPolicy(policy) },
			release.Orphan{Kind: release.OrphanNoPolicy, Lock: staging, Staging: staging},
			"no continuous deployment policy names it",
		},
		"a release has left the policy on": {
			func(_ *testing.T, a *account) {
				e := ofRelease()
				e.Execution = release.Execution{Name: "last", StartTime: a.Clock.Now()}
				a.Store("releases/"+primary+"/20261123T120000Z-last.json", e)
				a.EditPolicy("Enabled", "true")
			},
			release.Orphan{Kind: release.OrphanLeftOn, Lock: primary, Primary: primary, PolicyID: policy, KeepPair: true},
			"runs no more",
		},
		"the holder of a lock is dead": {
			func(_ *testing.T, a *account) { a.hold(types.ExecutionStatusAborted, ofRelease()) },
			release.Orphan{Kind: release.OrphanDeadLock, Lock: primary, Primary: primary, PolicyID: policy, KeepPair: true},
			"is ABORTED",
		},
		"the holder was taking the pair apart": {
			func(_ *testing.T, a *account) {
				a.hold(types.ExecutionStatusTimedOut, record.Evidence{Parts: &release.Parts{Primary: primary, PolicyID: policy, Staging: staging}})
				a.detach()
			},
			release.Orphan{Kind: release.OrphanUnfinished, Lock: primary},
			"which was taking this apart, is TIMED_OUT",
		},
	}
}

func TestEachKindOfOrphanIsFound(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for name, c := range orphanage() {
		kinds[c.want.Kind] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			c.prepare(t, a)
			a.look(t)
			got := a.judged(t)
			if len(got.Orphans) != 1 || len(got.Left) != 0 {
				t.Fatalf("got the orphans %+v, left %+v", got.Orphans, got.Left)
			}
			found := got.Orphans[0]
			if !strings.Contains(found.Why, c.why) {
				t.Errorf("got the reason %q, want %q in it", found.Why, c.why)
			}
			if found.PolicyID != "" && c.want.Kind != release.OrphanDeadLock && !found.Modified.Equal(a.LivePolicy().ModifiedAt) {
				t.Errorf("got an orphan that was changed at %s, want the time of the policy", found.Modified)
			}
			if found.Modified, found.Why = c.want.Modified, ""; found != c.want {
				t.Errorf("got  %+v\nwant %+v", found, c.want)
			}
			if part := a.Document.Orphans; !part.Apply || len(part.Items) != 1 || part.Items[0].Plan.Primary != c.want.Lock {
				t.Errorf("got the work %+v", part)
			}
			a.WantWrites(0)
		})
	}
	for _, kind := range release.OrphanKinds() {
		if !kinds[kind] {
			t.Errorf("there is no orphan of kind %s", kind)
		}
	}
}

// TestADryRunFindsTheSameAndDoesNothing.
func TestADryRunFindsTheSameAndDoesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.detach()
	a.Document.Plan.Apply = false
	a.look(t)
	if got := a.judged(t); len(got.Orphans) != 1 || a.Document.Orphans.Apply {
		t.Errorf("got %+v and %+v", got.Orphans, a.Document.Orphans)
	}
}

// TestWhatLooksLikeAnOrphanIsLeftWhereItIsNotProven: a policy that no primary has, as long as something speaks for it.
func TestWhatLooksLikeAnOrphanIsLeftWhereItIsNotProven(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*account)
		why     string
	}{
		"its staging distribution is tagged": {func(a *account) { a.CloudFront.Tag(pairtest.Staging, accounts.KeepTag, "") }, "has the tag cloudfront-cd:keep"},
		"it is on the list":                  {func(a *account) { a.Store(record.KeepKey, record.KeepList{Policies: []string{pairtest.Policy}}) }, "keep.json"},
		"its staging is on the list":         {func(a *account) { a.Store(record.KeepKey, record.KeepList{Distributions: []string{pairtest.Staging}}) }, "keep.json"},
		"a living stack owns it":             {func(a *account) { a.own("UPDATE_COMPLETE", pairtest.Policy) }, "which is UPDATE_COMPLETE: delete it there"},
		"its stack could not be deleted":     {func(a *account) { a.own("DELETE_FAILED", pairtest.Policy) }, "which is DELETE_FAILED"},
		"CloudFormation may not be asked":    {func(a *account) { a.stacks.Refuse("DescribeStackResources", "AccessDenied") }, "could not be asked"},
		"the status of the stack is not told": {func(a *account) {
			a.own("DELETE_COMPLETE", pairtest.Policy)
			a.stacks.Refuse("DescribeStacks", "AccessDenied")
		}, "could not be asked"},
		"a maintenance that died has detached it": {func(a *account) {
			door := record.Door{PolicyID: pairtest.Policy, Staging: pairtest.Staging, At: a.Clock.Now().Add(47 * time.Hour)}
			a.Store(record.DoorKey(pairtest.Primary), door)
		}, "maintenance of " + pairtest.Primary + " has opened its door"},
		"maintenance has detached it": {func(a *account) { a.hold(types.ExecutionStatusRunning, ofRelease()) }, pairtest.Other + " works on it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.detach()
			c.prepare(a)
			a.look(t)
			got := a.judged(t)
			if len(got.Orphans) != 0 || len(got.Left) != 1 || !strings.Contains(got.Left[0].Why, c.why) || got.Left[0].What != "policy "+pairtest.Policy {
				t.Errorf("got the orphans %+v, left %+v, want one that is left: %s", got.Orphans, got.Left, c.why)
			}
		})
	}
}

// TestTheSameHoldsOfThePrimary of a policy whose staging distribution is gone, and of a staging distribution that no policy names.
func TestTheSameHoldsOfThePrimary(t *testing.T) {
	t.Parallel()
	gone := func(a *account) { a.CloudFront.Vanish(pairtest.Staging) }
	alone := func(a *account) { a.CloudFront.DropPolicy(pairtest.Policy) }
	for name, c := range map[string]struct {
		orphan, prepare func(*account)
		why             string
	}{
		"its primary is tagged":      {gone, func(a *account) { a.CloudFront.Tag(pairtest.Primary, accounts.KeepTag, "") }, pairtest.Primary + " has the tag"},
		"its primary is on the list": {gone, func(a *account) { a.Store(record.KeepKey, record.KeepList{Distributions: []string{pairtest.Primary}}) }, "keep.json"},
		"its primary has a hold":     {gone, func(a *account) { a.Store(record.HoldKey(pairtest.Primary), record.Hold{Cause: "look"}) }, "an operator comes first"},
		"a release of its primary":   {gone, func(a *account) { a.hold(types.ExecutionStatusRunning, ofRelease()) }, "works on it"},
		"staging alone is tagged":    {alone, func(a *account) { a.CloudFront.Tag(pairtest.Staging, accounts.KeepTag, "") }, "has the tag"},
		"staging alone is a stack's": {alone, func(a *account) { a.own("CREATE_COMPLETE", pairtest.Staging) }, "delete it there"},
		"a lock with a hold": {
			func(a *account) { a.hold(types.ExecutionStatusFailed, record.Evidence{}) },
			func(a *account) { a.Store(record.HoldKey(pairtest.Primary), record.Hold{Cause: "look"}) }, "an operator comes first",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			c.orphan(a)
			c.prepare(a)
			a.look(t)
			if got := a.judged(t); len(got.Orphans) != 0 || len(got.Left) != 1 || !strings.Contains(got.Left[0].Why, c.why) {
				t.Errorf("got the orphans %+v, left %+v, want one that is left: %s", got.Orphans, got.Left, c.why)
			}
		})
	}
}

// TestALockIsNotDeadRightAfterItsHolder: one of its Lambdas may still be writing.
func TestALockIsNotDeadRightAfterItsHolder(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.CloudFront.Vanish(pairtest.Staging)
	a.Clock.Advance(48 * time.Hour)
	a.hold(types.ExecutionStatusAborted, ofRelease())
	a.Clock.Advance(time.Minute)
	a.lookNow(t)
	if got := a.judged(t); len(got.Orphans) != 0 || len(got.Left) != 1 || !strings.Contains(got.Left[0].Why, "works on it") {
		t.Errorf("got the orphans %+v, left %+v", got.Orphans, got.Left)
	}
}

func TestWhatIsYoungIsNotMentioned(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*account){
		"a policy":               func(a *account) { a.detach(); a.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.1") },
		"a staging distribution": func(a *account) { a.CloudFront.DropPolicy(pairtest.Policy); a.Edit(pairtest.Staging, "Comment", "new") },
		"a lock":                 func(a *account) { a.hold(types.ExecutionStatusAborted, record.Evidence{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.Clock.Advance(48 * time.Hour)
			prepare(a)
			a.Clock.Advance(23 * time.Hour)
			a.lookNow(t)
			if got := a.judged(t); len(got.Orphans)+len(got.Left) > 0 {
				t.Errorf("got the orphans %+v, left %+v", got.Orphans, got.Left)
			}
		})
	}
}

func TestNothingIsJudgedWhereWhatIsToBeKeptIsNotKnown(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.detach()
	a.Store(record.KeepKey, "everything")
	a.look(t)
	if _, err := a.judge(t); err == nil || !strings.Contains(err.Error(), "what is to be kept is not known, so nothing is touched") {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsJudgedThatWasNotSeen(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.Document.Look = &release.Look{Record: "cleanups/nowhere.json"}
	_, err := a.judge(t)
	pairtest.WantFault(t, err, fault.Unavailable, "cleanups/nowhere.json")
}

// TestManyCandidatesTakeSeveralCalls, whose answers may be lost, and more orphans than one execution takes are left to the next.
func TestManyCandidatesTakeSeveralCalls(t *testing.T) {
	t.Parallel()
	const more = 45
	a := newAccount(t)
	for i := range more {
		a.addStaging(t, fmt.Sprintf("E2LOST%02d", i))
	}
	a.look(t)
	first, err := a.judge(t)
	a.Must(err)
	if !first.More || first.Next != 40 || len(first.Items) > 0 {
		t.Fatalf("got %+v after the first call", first)
	}
	again, err := a.judge(t) // the answer to the first was lost
	a.Must(err)
	if fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("got %+v from a second call, %+v from the first", again, first)
	}
	a.Document.Orphans = &first
	last, err := a.judge(t)
	a.Must(err)
	if last.More || last.Found != more || len(last.Items) != release.MaxItems || last.Later != more-release.MaxItems {
		t.Errorf("got %d found, %d to do, %d for later", last.Found, len(last.Items), last.Later)
	}
	found := a.record().Orphans
	if names := slices.IndexFunc(found, func(o release.Orphan) bool { return o.Staging == "" }); len(found) != more || names >= 0 {
		t.Errorf("got %d orphans in the record, want %d", len(found), more)
	}
}

func TestBeingAskedToSlowDownIsNoVerdict(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.addStaging(t, "E2LOST01")
	a.CloudFront.DropPolicy(pairtest.Policy)
	a.look(t)
	a.Strike(pairtest.CloudFront, "ListTagsForResource", transport.Throttled())
	_, err := a.judge(t)
	pairtest.WantFault(t, err, fault.Throttled, "E2LOST01") // nothing was done before: Step Functions tries again
	a.Calls.Fault = transport.Nth(pairtest.CloudFront, "ListTagsForResource", a.Calls.Count(pairtest.CloudFront, "ListTagsForResource")+2, transport.Throttled())
	part, err := a.judge(t)
	a.Must(err)
	if !part.More || part.Found != 1 {
		t.Errorf("got %+v, want one found and more to come", part)
	}
	a.Document.Orphans = &part
	if got := a.judged(t); len(got.Orphans) != 2 {
		t.Errorf("got %+v", got.Orphans)
	}
	b := newAccount(t)
	b.detach()
	b.stacks.Refuse("DescribeStackResources", "Throttling")
	b.look(t)
	_, err = b.judge(t)
	pairtest.WantFault(t, err, fault.Throttled, pairtest.Policy)
}
