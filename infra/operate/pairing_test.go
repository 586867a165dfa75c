package main_test

import (
	"strings"
	"testing"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
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
		"another distribution": {"enroll", "--primary", "E1PRIMARY", "--staging", "E1PRIMARY"},
		`staging "mine"`:       {"enroll", "--primary", "E1PRIMARY", "--staging", "mine"},
		"minutes 1441":         {"maintenance", "--primary", "E1PRIMARY", "--minutes", "1441"},
		`invalid value "soon"`: {"maintenance", "--primary", "E1PRIMARY", "--minutes", "soon"},
		"not defined: --force": {"enroll", "--primary", "E1PRIMARY", "--force"},
		`"now" is not a flag`:  {"done", "--primary", "E1PRIMARY", "now"},
		"id of the primary":    {"done", "--primary", "example.com"},
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

func TestARefusedEnrollExitsSo(t *testing.T) {
	t.Parallel()
	a := deployed(t, "enroll")
	if err := a.CloudFront.Edit("E1PRIMARY", func(n *cloudfront.Node) { n.Set("HttpVersion", "http2and3") }); err != nil {
		t.Fatal(err)
	}
	got := a.run("enroll", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Rejected)
	wantContains(t, got.out, release.HTTP3Enabled)
}

func TestAStackOfAnotherVersionHasNoEnroll(t *testing.T) {
	t.Parallel()
	a := deployed(t, "enroll")
	delete(a.stacks.outputs, "EnrollStateMachineArn")
	got := a.run("enroll", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Failure)
	wantContains(t, got.errs, "no workflow enroll", "another version")
}

func TestAnEnrollThatMayNotBeStartedHasDoneNothing(t *testing.T) {
	t.Parallel()
	a := deployed(t, "enroll")
	a.Transport.Fault = refusing("StartExecution", "not authorized to perform: states:StartExecution")
	got := a.run("enroll", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Failure)
	wantContains(t, got.errs, "start enroll", "not authorized")
	if n := len(a.executions(release.Enroll)); n > 0 {
		t.Errorf("%d executions were started", n)
	}
}

// opened is an account whose maintenance waits for its operator.
func opened(t *testing.T) *account {
	t.Helper()
	a := deployed(t, "maintenance")
	open := false
	a.When("Wait For Operator", 1, func(*asl.Execution) { open = true })
	if _, err := a.StartWorkflow(release.Maintenance, "theirs", []byte(`{"primary": "E1PRIMARY", "minutes": 4}`)); err != nil {
		t.Fatal(err)
	}
	a.Clock.RunUntil(func() bool { return open })
	return a
}

func TestDoneComesTooLateForAMaintenanceThatHasEnded(t *testing.T) {
	t.Parallel()
	a := opened(t)
	a.Clock.RunUntil(func() bool { return !a.Running() })
	got := a.run("done", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Usage)
	wantContains(t, got.errs, "no maintenance waits for it", "make status PRIMARY=E1PRIMARY")
}

func TestADoneOfSomebodyElseInTheSameMomentIsNotOverwritten(t *testing.T) {
	t.Parallel()
	a := opened(t)
	a.Transport.Fault = transport.Nth("S3", "PutObject", a.Transport.Count("S3", "PutObject")+1, transport.Outcome{Before: func() {
		if err := a.S3.Put(world.Bucket, record.DoorKey("E1PRIMARY"), []byte(`{"done": true, "by": "the other one"}`), nil); err != nil {
			t.Error(err)
		}
	}})
	got := a.run("done", "--primary", "E1PRIMARY")
	got.wantCode(t, exitcode.Failure)
	wantContains(t, got.errs, "somebody else has said it in the same moment")
	if text, _ := a.S3.Get(world.Bucket, record.DoorKey("E1PRIMARY")); !strings.Contains(string(text), "the other one") {
		t.Errorf("got the door %s", text)
	}
}
