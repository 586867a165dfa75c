package main_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// orphaned is an account with a few healthy distributions and one orphan.
func orphaned(t *testing.T) (*account, *scenario.Account) {
	t.Helper()
	a := deployed(t, "healthy")
	all, err := scenario.NewAccount(a.World, 3, []string{release.OrphanUnattached})
	if err != nil {
		t.Fatal(err)
	}
	return a, all
}

func TestRetireTakesAPairApart(t *testing.T) {
	t.Parallel()
	a := deployed(t, "retire")
	got := a.run("retire", "--primary", "E1PRIMARY", "--reason", "it moves")
	got.wantCode(t, exitcode.OK)
	wantContains(t, got.out, release.Retired, "it moves", "policy and staging distribution are gone")
	if n := len(a.CloudFront.Policies()); n > 0 {
		t.Errorf("%d policies are left", n)
	}
}

func TestRetireOfAPairThatIsBeingReleasedIsRejected(t *testing.T) {
	t.Parallel()
	a := deployed(t, "healthy")
	a.started("mine", time.Minute)
	got := a.run("retire", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Rejected)
	wantContains(t, got.out, "LockHeld", "mine")
}

func TestCleanupReportsUnlessItIsToldToApply(t *testing.T) {
	t.Parallel()
	a, all := orphaned(t)
	dry := a.run("cleanup")
	dry.wantCode(t, exitcode.OK)
	wantContains(t, dry.out, release.OrphansFound, "1 orphan")
	if err := all.CheckUntouched(); err != nil {
		t.Error(err)
	}
	real := a.run("cleanup", "--apply", "--minimum-age", "2h", "--reason", "quota")
	real.wantCode(t, exitcode.OK)
	wantContains(t, real.out, release.Cleaned, "quota")
	if err := all.CheckClean(); err != nil {
		t.Error(err)
	}
	clean := a.run("cleanup", "--apply")
	clean.wantCode(t, exitcode.OK)
	wantContains(t, clean.out, release.Clean)
}

func TestCleanupThatCannotDoItNeedsAnOperator(t *testing.T) {
	t.Parallel()
	a, _ := orphaned(t)
	put(a, record.KeepKey, "everything")
	got := a.run("cleanup", "--apply")
	got.wantCode(t, exitcode.NeedsOperator)
	wantContains(t, got.out, "what is to be kept is not known")
}

// TestStatusKnowsWhatACleanupWorksOn: its locks are on policies, too.
func TestStatusKnowsWhatACleanupWorksOn(t *testing.T) {
	t.Parallel()
	a, _ := orphaned(t)
	var during ran
	a.When("Wait For Staging", 1, func(*asl.Execution) { during = a.run("status") })
	a.run("cleanup", "--apply")
	wantContains(t, during.out, "nothing to do Lock held since 2026-11-25 09:00:00 UTC by cleanup-20261125T090000Z, which is RUNNING Cleanup Wait For Staging")
	b, all := orphaned(t)
	b.When("Wait For Staging", 1, func(x *asl.Execution) { b.Clock.After(time.Second, func() { x.Stop("Stopped", "by the test") }) })
	b.run("cleanup", "--apply").wantCode(t, exitcode.Failure)
	b.Clock.Advance(10 * time.Minute)
	after := b.run("status")
	after.wantCode(t, exitcode.NeedsOperator)
	wantContains(t, after.out, "was taking this apart: make cleanup APPLY=true goes on with it")
	b.run("cleanup", "--apply").wantCode(t, exitcode.OK)
	if err := all.CheckClean(); err != nil {
		t.Error(err)
	}
}

func TestRequestsToTakeApartAreRefusedBeforeAnythingIsStarted(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--primary is missing": {"retire"},
		`"my-site"`:            {"retire", "--primary", "my-site"},
		"must be at least 1h":  {"cleanup", "--minimum-age", "5m"},
		"is not a duration":    {"cleanup", "--minimum-age", "tomorrow"},
		`"all" is not a flag`:  {"cleanup", "all"},
		"-primary":             {"cleanup", "--primary", "E1PRIMARY"},
		"reason":               {"retire", "--primary", "E1PRIMARY", "--reason", strings.Repeat("x", 2000)},
	} {
		a := deployed(t, "healthy")
		got := a.run(args...)
		got.wantCode(t, exitcode.Usage)
		wantContains(t, got.errs, want)
		if n := len(a.Executions); n > 0 {
			t.Errorf("%v: %d executions were started", args, n)
		}
	}
}

func TestAnOlderStackHasNoCleanup(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"cleanup"}, {"retire", "--primary", "E1PRIMARY"}} {
		a := deployed(t, "healthy")
		delete(a.stacks.outputs, "RetireStateMachineArn")
		delete(a.stacks.outputs, "CleanupStateMachineArn")
		got := a.run(args...)
		got.wantCode(t, exitcode.Failure)
		wantContains(t, got.errs, "has no workflow "+args[0], "make deploy")
	}
}

// put writes an object into the record bucket.
func put(a *account, key string, v any) {
	a.t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = a.S3.Put(world.Bucket, key, data, nil)
	}
	if err != nil {
		a.t.Fatal(err)
	}
}
