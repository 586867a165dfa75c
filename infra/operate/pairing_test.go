package main_test

import (
	"strings"
	"testing"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

func TestEnrollGivesAPrimaryItsPair(t *testing.T) {
	t.Parallel()
	a := deployed(t, "enroll")
	got := a.run("enroll", "--primary", "E1PRIMARY", "--weight", "0.1")
	if got.code != exitcode.OK || !strings.Contains(got.out, release.Enrolled) {
		t.Fatalf("got %d: %s%s", got.code, got.out, got.errs)
	}
	if err := a.Adopt(); err != nil || a.Pair.Policy.Weight != 0.1 || a.Pair.Policy.Enabled {
		t.Errorf("got the policy %+v: %v", a.Pair.Policy, err)
	}
}

func TestDoneEndsAMaintenance(t *testing.T) {
	t.Parallel()
	a := deployed(t, "maintenance")
	said := false
	a.When("Wait For Operator", 2, func(*asl.Execution) { said = true })
	var done ran
	a.asleep = func() {
		if said {
			said = false
			done = a.run("done", "--primary", "E1PRIMARY", "--reason", "the night shift")
		}
	}
	got := a.run("maintenance", "--primary", "E1PRIMARY", "--minutes", "600")
	if got.code != exitcode.OK || done.code != exitcode.OK {
		t.Fatalf("got %d: %s%s\n%d: %s%s", got.code, got.out, got.errs, done.code, done.out, done.errs)
	}
	for _, want := range []string{release.Maintained, "the night shift said done"} {
		if !strings.Contains(strings.Join(strings.Fields(got.out), " "), want) {
			t.Errorf("got %s, want it to say %q", got.out, want)
		}
	}
}

func TestDoneIsRefusedWhereNobodyWaits(t *testing.T) {
	t.Parallel()
	got := deployed(t, "healthy").run("done", "--primary", "E1PRIMARY")
	if got.code != exitcode.Usage || !strings.Contains(got.errs, "no maintenance waits for it") {
		t.Errorf("got %d: %s", got.code, got.errs)
	}
}

func TestPairingRequestsAreRefusedBeforeAnythingIsStarted(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"weight 0.2":           {"enroll", "--primary", "E1PRIMARY", "--weight", "0.2"},
		"acknowledge[0]":       {"enroll", "--primary", "E1PRIMARY", "--acknowledge", "http3"},
		"minutes 0":            {"maintenance", "--primary", "E1PRIMARY"},
		"--primary is missing": {"maintenance", "--minutes", "5"},
	} {
		a := deployed(t, "healthy")
		if got := a.run(args...); got.code != exitcode.Usage || !strings.Contains(got.errs, want) {
			t.Errorf("%v: got %d: %s, want it to say %q", args, got.code, got.errs, want)
		}
		if n := len(a.Executions); n > 0 {
			t.Errorf("%v: %d executions were started", args, n)
		}
	}
}
