package main_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
)

// TestStartExitsWithTheEnd: whole releases, from the request to the exit code that a pipeline sees.
func TestStartExitsWithTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		code int
		want []string
	}{
		"healthy":          {0, []string{"step 2 of 2: 15 % of the viewers to staging", "PROMOTED: execution release, after 53m", "Cause Promoted: the primary E1PRIMARY has the judged config.", "Record s3://cloudfront-cd-records/releases/E1PRIMARY/20261123T090000Z-release.json", "Exit 0: a success"}},
		"illegal-diff":     {3, []string{"block illegal-difference", "REJECTED: execution release", "Cause Nothing was touched.", "Exit 3: nothing was touched"}},
		"bad-release":      {4, []string{"· unhealthy", "ROLLED BACK: execution release", "No viewer gets the staging config", "Exit 4: viewers are as safe as before"}},
		"edit-during-bake": {5, []string{"NEEDS OPERATOR: execution release", "was changed by someone else", "Exit 5: something is left behind"}},
		"runtime-error":    {1, []string{"the execution breaks: States.Runtime", "FAILED: execution release", "Cause States.Runtime", "Viewers some may still get the staging config", "The stack starts recover by itself", "Exit 1:"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, name)
			r := a.start(scenario.First)
			r.wantCode(t, c.code)
			wantContains(t, r.out, append(c.want, "Release origin \"site\" of E1PRIMARY gets path /green", "8h10m at most, the way back included",
				"Execution release started 2026-11-23 09:00:00 UTC",
				"https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:release")...)
			if r.errs != "" {
				t.Errorf("got %q on stderr, want nothing", r.errs)
			}
		})
	}
}

// TestAReleaseIsAShortLog: a pipeline's log has no line that says what another one has said.
func TestAReleaseIsAShortLog(t *testing.T) {
	a := deployed(t, "healthy")
	if n := strings.Count(a.start("nightly").out, "\n"); n > 80 {
		t.Errorf("got %d lines about a release of 53 minutes, want at most 80", n)
	}
	long := write(t, `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "bake": "10m",
		"ramp": [{"weight": 0.1, "observe": "90m", "deadline": "2h"}], "acknowledge": ["custom-error-responses"]}`)
	a = deployed(t, "healthy")
	r := a.run("start", "--request", long, "--name", "long")
	r.wantCode(t, 0)
	if n := strings.Count(r.out, "Judge Health"); n < 15 || n > 21 {
		t.Errorf("got %d looks in an hour and a half, want one in five minutes", n)
	}
}

// TestTheTerminalIsAlive: a person sees that the tool has not died, and in which state the release is since when.
func TestTheTerminalIsAlive(t *testing.T) {
	a := deployed(t, "healthy")
	a.terminal = true
	r := a.run("start", "--request", requestFile)
	r.wantCode(t, 0)
	for _, want := range []string{
		"Execution  E1PRIMARY-20261123T090000Z started", // nobody has to think of a name
		"Wait For Staging     E2STAGING is not everywhere after 3m",
		"\r\x1b[K09:13:00 Wait For Viewers     13m0s since the start\r\x1b[K09:13:05",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("got no %q", want)
		}
	}
}

func TestARefusedRequestStartsNothing(t *testing.T) {
	staged := `{"primary": "E1PRIMARY", "change": {"kind": "staged"}`
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"an unknown field":          {[]string{"--request", write(t, staged+`, "wieght": 1}`), "--name", "n"}, 3, []string{`unknown field "wieght"`}},
		"two broken rules":          {[]string{"--request", write(t, staged+`, "bake": "1s", "deployedWithin": "1s"}`), "--name", "n"}, 3, []string{`bake "1s"`, `deployedWithin "1s"`}},
		"no JSON":                   {[]string{"--request", write(t, "primary: E1PRIMARY"), "--name", "n"}, 3, []string{"invalid character"}},
		"an empty file":             {[]string{"--request", write(t, ""), "--name", "n"}, 3, []string{"read the request"}},
		"a file that is not there":  {[]string{"--request", "gone.json", "--name", "n"}, 2, []string{"gone.json", "no such file", "examples/request.json"}},
		"no request":                {nil, 2, []string{"--request is missing", "examples/request.json"}},
		"a name with a space":       {[]string{"--request", requestFile, "--name", "a b"}, 2, []string{`--name "a b"`, "letters, digits"}},
		"no name in a pipeline":     {[]string{"--request", requestFile}, 2, []string{"--name is missing", "does not release again"}},
		"a request to follow":       {[]string{"--request", requestFile, "--follow", "nightly"}, 2, []string{"--follow goes alone"}},
		"a name and a commit":       {[]string{"--request", requestFile, "--name", "n", "--commit", "c"}, 2, []string{"--name and --commit"}},
		"an attempt of nothing":     {[]string{"--request", requestFile, "--commit", "c", "--attempt", "0"}, 2, []string{`--attempt "0"`, "from 1 to 9999"}},
		"a commit to follow":        {[]string{"--commit", "c", "--follow", "nightly"}, 2, []string{"--follow goes alone"}},
		"an unknown flag":           {[]string{"--reqest", "x"}, 2, []string{"--reqest", "operate start --help"}},
		"something that is no flag": {[]string{"x"}, 2, []string{`"x" is not a flag`}},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			r := a.run(append([]string{"start"}, c.args...)...)
			r.wantCode(t, c.code)
			wantContains(t, r.errs, append(c.want, "operate start: ", "Viewers nothing was started or stopped", "To do ")...)
			if len(a.Engine.Executions()) > 0 || r.out != "" {
				t.Errorf("got %d executions and the output %q, want none", len(a.Engine.Executions()), r.out)
			}
		})
	}
}

// TestANameStartsOneRelease: a pipeline's job that runs again gets the first one's release, and its end.
func TestANameStartsOneRelease(t *testing.T) {
	t.Run("while it runs", func(t *testing.T) {
		a := deployed(t, "healthy")
		a.started("nightly", 20*time.Minute)
		r := a.start("nightly")
		r.wantCode(t, 0)
		wantContains(t, r.out, "Execution nightly started 2026-11-23 09:00:00 UTC", "09:04:02 Shift Traffic", "PROMOTED: execution nightly, after 53m")
		a.wantReleases("nightly")
	})
	t.Run("after its end", func(t *testing.T) {
		a := deployed(t, "bad-release")
		a.start("nightly").wantCode(t, 4)
		r := a.start("nightly")
		r.wantCode(t, 4)
		wantContains(t, r.out, "Execution nightly has run already: nothing is started", "ROLLED BACK: execution nightly")
		a.wantReleases("nightly")
	})
	t.Run("for another request", func(t *testing.T) {
		a := deployed(t, "healthy")
		a.started("nightly", 20*time.Minute)
		other := write(t, `{"primary": "E1PRIMARY", "change": {"kind": "staged"}}`)
		r := a.run("start", "--request", other, "--name", "nightly")
		r.wantCode(t, 2)
		wantContains(t, r.errs, "another request was started under it 2026-11-23 09:00:00 UTC", "make start FOLLOW=nightly", "give another name")
		a.wantReleases("nightly")
	})
	t.Run("whose answer was lost", func(t *testing.T) {
		a := deployed(t, "healthy")
		a.Transport.Fault = transport.Nth("SFN", "StartExecution", 1, transport.Outcome{Kind: transport.LoseAnswer})
		r := a.start("nightly")
		r.wantCode(t, 1)
		wantContains(t, r.errs, "it is not known whether the release has started", "start it again with NAME=nightly, which cannot start a second one")
		a.start("nightly").wantCode(t, 0)
		a.wantReleases("nightly")
	})
}

func TestInterruptingEndsTheFollowingOnly(t *testing.T) {
	a := deployed(t, "healthy")
	ctx, interrupt := context.WithCancel(t.Context())
	a.asleep = func() {
		if a.Clock.Now().Minute() == 20 {
			interrupt()
		}
	}
	r := a.runUnder(ctx, "start", "--request", requestFile, "--name", "nightly")
	r.wantCode(t, 1)
	wantContains(t, r.errs, "following was stopped, nightly was not", "the execution goes on by itself", "make start FOLLOW=nightly", "make stop PRIMARY=E1PRIMARY")
	if status := a.Engine.Executions()[0].Status(); status != asl.Running {
		t.Fatalf("got the release %s, want it to go on", status)
	}
	for _, name := range []string{"nightly", a.Engine.Executions()[0].ARN()} {
		r = a.run("start", "--follow", name)
		r.wantCode(t, 0)
		wantContains(t, r.out, "PROMOTED: execution nightly, after 53m")
	}
}

// TestAReleaseThatSomebodyStops: its end is none of the workflow's.
func TestAReleaseThatSomebodyStops(t *testing.T) {
	a := deployed(t, "healthy")
	a.asleep = func() {
		if a.Clock.Now().Minute() == 20 {
			a.Engine.Executions()[0].Stop("Stopped", "wrong build")
		}
	}
	r := a.start("nightly")
	r.wantCode(t, 1)
	wantContains(t, r.out, "the execution is stopped: wrong build", "ABORTED: execution nightly, after 20m", "Cause wrong build", "The stack starts recover")
}

func TestFollowingWhatIsNotThere(t *testing.T) {
	a := deployed(t, "healthy")
	for _, name := range []string{"nightly", "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:nightly", "arn:nonsense"} {
		r := a.run("start", "--follow", name)
		r.wantCode(t, 2)
		wantContains(t, r.errs, "make status shows the executions that there are")
	}
}

// TestFollowingOutlivesAnOutage: a release goes on while nobody can see it.
func TestFollowingOutlivesAnOutage(t *testing.T) {
	for name, c := range map[string]struct {
		code    string
		minutes int
		exit    int
		want    []string
	}{
		"of minutes":                          {"ThrottlingException", 8, 0, []string{"Blind", "looking again", "PROMOTED"}},
		"that does not end":                   {"ThrottlingException", 60, 1, []string{"the execution goes on by itself", "To do wait a minute", "make start FOLLOW=nightly"}},
		"of the operator's own credentials":   {"ExpiredTokenException", 60, 1, []string{"log in to AWS again", "then: make start FOLLOW=nightly"}},
		"of the permission to see the events": {"AccessDeniedException", 60, 1, []string{"have your role allowed states:GetExecutionHistory"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			from := a.Clock.Now().Add(15 * time.Minute)
			a.asleep = func() {
				// The Lambdas of a release that has the lock do not call Step Functions.
				refused := ""
				if d := a.Clock.Now().Sub(from); d > 0 && d < time.Duration(c.minutes)*time.Minute {
					refused = c.code
				}
				a.StepFunctions.Refuse(refused)
			}
			r := a.start("nightly")
			r.wantCode(t, c.exit)
			wantContains(t, r.out+r.errs, c.want...)
			if n := strings.Count(r.out, "Blind"); n > 1 {
				t.Errorf("got the outage %d times, want it once\n%s", n, r.out)
			}
		})
	}
}

// TestErrorsSayWhatToDo: each says what it means to viewers, and the next thing to do.
func TestErrorsSayWhatToDo(t *testing.T) {
	api := func(code, message string) error {
		return fmt.Errorf("operation error CloudFormation: DescribeStacks, https response error StatusCode: 400, RequestID: 1, %w", &apiError{code, message})
	}
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"no stack":         {api("ValidationError", "Stack with id cloudfront-cd does not exist"), []string{"there is no stack cloudfront-cd in us-east-1", "make deploy", "aws sts get-caller-identity"}},
		"no permission":    {api("AccessDenied", "User: arn:aws:iam::1:user/u is not authorized to perform: cloudformation:DescribeStacks on resource: x"), []string{"have your role allowed cloudformation:DescribeStacks"}},
		"no credentials":   {errors.New("operation error CloudFormation: DescribeStacks, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found"), []string{"log in to AWS again, or set AWS_PROFILE"}},
		"old credentials":  {api("ExpiredToken", "The security token included in the request is expired"), []string{"log in to AWS again"}},
		"too many calls":   {api("Throttling", "Rate exceeded"), []string{"CloudFormation answered 400 Throttling: Rate exceeded", "wait a minute"}},
		"an unknown error": {api("SomethingNew", "hm"), []string{"SomethingNew", "run it again"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := deployed(t, "healthy")
			a.stacks.err = c.err
			for _, args := range [][]string{{"start", "--request", requestFile, "--name", "n"}, {"stop", "--primary", "E1PRIMARY"}, {"status"}, {"recover", "--primary", "E1PRIMARY"}} {
				r := a.run(args...)
				r.wantCode(t, 1)
				wantContains(t, r.errs, append(c.want, "operate "+args[0]+": ", "Viewers nothing was started or stopped")...)
			}
		})
	}
	a := deployed(t, "healthy")
	delete(a.stacks.outputs, "RecordBucketName")
	r := a.run("status")
	r.wantCode(t, 1)
	wantContains(t, r.errs, "no output RecordBucketName", "make deploy")
}

func (a *account) wantReleases(names ...string) {
	a.t.Helper()
	if got := a.executions(release.Release); !slices.Equal(got, names) {
		a.t.Errorf("got the releases %v, want %v", got, names)
	}
}

// TestACommitStartsOneReleaseForEachAttempt: the name is made of what a pipeline knows anyway.
func TestACommitStartsOneReleaseForEachAttempt(t *testing.T) {
	const commit = "4f2a7c91d0e8b35a6f1c2d3e4b5a69788796a5b4"
	a := deployed(t, "healthy")
	start := func(file string, args ...string) ran {
		return a.run(append([]string{"start", "--request", file}, args...)...)
	}
	first := start(requestFile, "--commit", commit)
	first.wantCode(t, 0)
	names := a.executions(release.Release)
	if len(names) != 1 || !regexp.MustCompile(`^E1PRIMARY-[0-9a-f]{32}$`).MatchString(names[0]) {
		t.Fatalf("got the executions %v, want one named after the primary and a hash", names)
	}
	wantContains(t, first.out, "Execution "+names[0]+" started")

	spaced := write(t, strings.ReplaceAll(string(examples.Request), ":", " :\n"))
	for _, again := range []ran{start(requestFile, "--commit", commit), start(spaced, "--commit", commit, "--attempt", "1")} {
		again.wantCode(t, 0)
		wantContains(t, again.out, "has run already: nothing is started", "another --attempt releases again", "PROMOTED: execution "+names[0])
	}
	a.wantReleases(names...)

	start(requestFile, "--commit", commit, "--attempt", "2").wantCode(t, 0)
	start(requestFile, "--commit", commit+"0").wantCode(t, 0)
	start(write(t, stagedAs("other words")), "--commit", commit).wantCode(t, 0)
	got := a.executions(release.Release)
	slices.Sort(got)
	if len(slices.Compact(got)) != 4 {
		t.Errorf("got the executions %v, want another one for another attempt, commit and request", got)
	}
}

// TestTheLongestNameIsShortEnough for Step Functions: 80 characters.
func TestTheLongestNameIsShortEnough(t *testing.T) {
	a := deployed(t, "healthy")
	id := "E" + strings.Repeat("A", 31)
	file := write(t, strings.Replace(stagedAs("x"), "E1PRIMARY", id, 1))
	a.run("start", "--request", file, "--commit", strings.Repeat("c", 500), "--attempt", "9999").wantCode(t, 3)
	if names := a.executions(release.Release); len(names) != 1 || len(names[0]) > 80 {
		t.Errorf("got the executions %v, want one with at most 80 characters", names)
	}
}

func stagedAs(reason string) string {
	return `{"primary": "E1PRIMARY", "reason": "` + reason + `", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses"]}`
}
