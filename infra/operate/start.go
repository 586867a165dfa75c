package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// start is the command start, with a request that the workflow accepts.
//
// The name is what keeps a pipeline's job that runs again from releasing again: Step Functions starts one execution under
// a name, ever (for 90 days), so the second job follows the first one's release or reports its end. Only the caller knows
// which runs are the same one: the request does not, because two releases of what is staged have the same text. So a job
// has to give a name, or the commit that it releases with the number of its attempt; a person, who sees what is going on,
// gets a name made of primary and time.
type start struct {
	name string
	// commit and attempt make a name together with the request.
	commit, attempt string

	input []byte
	plan  release.Plan
}

// executionName is Step Functions' rule without its other characters, which do not work in CloudWatch
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
var executionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

func parseStart(args []string, env environment) (action, error) {
	var file, follow string
	var s start
	flags := flag.NewFlagSet("start", flag.ContinueOnError)
	flags.StringVar(&file, "request", "", "release what `FILE` asks for, such as examples/request.json")
	flags.StringVar(&s.name, "name", "", "give the execution this `NAME`; a second start with the same one starts nothing. In a pipeline: the id of its run")
	flags.StringVar(&s.commit, "commit", "", "make the name of the request, this `COMMIT` and the attempt: the same three start nothing a second time")
	flags.StringVar(&s.attempt, "attempt", "1", "the `NUMBER` of the attempt; another one releases the same commit again")
	flags.StringVar(&follow, "follow", "", "start nothing; follow the `EXECUTION` of that name or ARN, of any workflow")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	if follow != "" {
		if file != "" || s.name != "" || s.commit != "" {
			return nil, badUsage("start", "--follow goes alone: it starts nothing")
		}
		return func(ctx context.Context, t *tool) (int, error) { return t.resume(ctx, follow) }, nil
	}
	if err := s.read(file); err != nil {
		return nil, err
	}
	return s.start, s.giveName(env)
}

// giveName decides on the execution's name.
func (s *start) giveName(env environment) error {
	switch {
	case s.name != "" && s.commit != "":
		return badUsage("start", "--name and --commit: one of them is enough, each makes the name")
	case s.commit != "" && !attemptNumber.MatchString(s.attempt):
		return badUsage("start", "--attempt %q: must be a number from 1 to 9999", s.attempt)
	case s.commit != "":
		s.name = s.plan.Primary + "-" + s.hash()
	case s.name == "" && !env.Out.Terminal:
		return badUsage("start", "--name is missing, and nobody watches: name the run that this is part of, "+
			"such as a pipeline's run id, or give the --commit, so that a job that runs again does not release again")
	case s.name == "":
		s.name = s.plan.Primary + "-" + stamp(env.Now())
	case !executionName.MatchString(s.name):
		return badUsage("start", "--name %q: must be 1 to 80 letters, digits, - and _", s.name)
	}
	return nil
}

// attemptNumber leaves no two spellings of one number.
var attemptNumber = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)

// hash tells two releases apart. Of the request only white space does not count; with a primary's longest id before it the
// name has 65 of the 80 characters. "This name must be unique … for 90 days" (Step Functions API Reference, StartExecution),
// hence the attempt.
func (s *start) hash() string {
	var request bytes.Buffer
	_ = json.Compact(&request, s.input) // it has been parsed
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", request.Bytes(), s.commit, s.attempt))
	return hex.EncodeToString(sum[:16])
}

// stamp is a time as names and keys have it.
func stamp(at time.Time) string { return at.UTC().Format("20060102T150405Z") }

// read takes the request in, and refuses what Validate Request would refuse.
func (s *start) read(file string) error {
	if file == "" {
		return badUsage("start", "--request is missing: give a file with a release request, such as examples/request.json")
	}
	input, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return badUsage("start", "--request: %w: give a file with a release request, such as examples/request.json", err)
	}
	s.input = input
	if s.plan, err = release.ParsePlan(input); err != nil {
		return &operatorError{
			err: fmt.Errorf("%s is refused: %w", file, err), viewers: nothingDone, code: exitcode.Rejected,
			next: "correct it (README, The request) and start again",
		}
	}
	return nil
}

func (s start) start(ctx context.Context, t *tool) (int, error) {
	what := fmt.Sprintf("what staging has and the primary %s has not", s.plan.Primary)
	if c := s.plan.Change; c.Repoints() {
		what = fmt.Sprintf("origin %q of %s gets %s", c.Origin, s.plan.Primary, watch.Target(c))
	}
	if s.plan.Reason != "" {
		what += ". Reason: " + s.plan.Reason
	}
	t.Out.Field("Release", what)
	t.Out.Field("Plan", fmt.Sprintf("%s; %s at most, the way back included", watch.Way(s.plan), release.Duration(s.plan.Longest())))
	arn, err := s.begin(ctx, t)
	if err != nil {
		return exitcode.Failure, err
	}
	return t.exitWith(ctx, arn)
}

// begin starts the execution, or finds the one that this name has started already. "StartExecution is idempotent for
// STANDARD workflows": with name and input of a running execution it answers as it did to that one; "if the execution is
// closed or if the input is different, it returns a 400 ExecutionAlreadyExists error" (Step Functions API Reference).
func (s start) begin(ctx context.Context, t *tool) (arn string, err error) {
	out, err := t.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &t.stack.releases, Name: &s.name, Input: aws.String(string(s.input)),
	})
	switch {
	case fault.Code(err) == "ExecutionAlreadyExists":
		return s.found(ctx, t)
	case err != nil:
		return "", s.notStarted(err)
	}
	t.introduce(aws.ToString(out.ExecutionArn), "started "+moment(aws.ToTime(out.StartDate)))
	return aws.ToString(out.ExecutionArn), nil
}

// found is the execution that has the name.
func (s start) found(ctx context.Context, t *tool) (string, error) {
	arn := executionARN(t.stack.releases, s.name)
	got, err := t.describe(ctx, arn)
	if err != nil {
		return "", failed(err, nothingDone)
	}
	if !sameJSON(s.input, []byte(aws.ToString(got.Input))) {
		return "", &operatorError{
			err:     fmt.Errorf("--name %s: another request was started under it %s, and a name is good for one release in 90 days", s.name, moment(aws.ToTime(got.StartDate))),
			viewers: "nothing was started by this; the other release, if it still runs, goes on: " + follower(arn),
			next:    "give " + s.again(), code: exitcode.Usage,
		}
	}
	how := "has run already: nothing is started; this is what it did (" + s.again() + " releases again)"
	if got.StopDate == nil {
		how = "runs already: nothing is started, it is followed"
	}
	t.introduce(arn, how)
	return arn, nil
}

// again is what gives another name.
func (s start) again() string {
	if s.commit != "" {
		return "another --attempt"
	}
	return "another name"
}

// notStarted is an error of StartExecution. One without an answer may have started the release all the same.
func (s start) notStarted(err error) error {
	err = fmt.Errorf("start the release: %w", err)
	if fault.Code(err) != "" {
		return failed(err, nothingDone)
	}
	return &operatorError{
		err: err, viewers: "it is not known whether the release has started", code: exitcode.Failure,
		next: fmt.Sprintf("start it again with NAME=%s, which cannot start a second one. %s", s.name, advice(err)),
	}
}

// sameJSON compares two requests but for their white space, with which Step Functions may have its own way.
func sameJSON(a, b []byte) bool {
	var left, right bytes.Buffer
	if errors.Join(json.Compact(&left, a), json.Compact(&right, b)) != nil {
		return bytes.Equal(a, b)
	}
	return bytes.Equal(left.Bytes(), right.Bytes())
}

// resume follows an execution that somebody has started.
func (t *tool) resume(ctx context.Context, name string) (int, error) {
	got, err := t.find(ctx, name)
	if err != nil {
		return exitcode.Failure, notFound(err, onlyLooked)
	}
	t.introduce(aws.ToString(got.ExecutionArn), "started "+moment(aws.ToTime(got.StartDate)))
	return t.exitWith(ctx, aws.ToString(got.ExecutionArn))
}

// notFound is the error of a look at an execution that somebody has named.
func notFound(err error, viewers string) error {
	if code := fault.Code(err); code == doesNotExist || code == "InvalidArn" {
		return &operatorError{err: err, viewers: viewers, next: "make status shows the executions that there are", code: exitcode.Usage}
	}
	return failed(err, viewers)
}

// introduce says which execution is followed, and where else to see it.
func (t *tool) introduce(arn, how string) {
	t.Out.Field("Execution", nameOf(arn)+" "+how)
	t.Out.Field("Console", console(arn))
	t.Out.Field("", "Ctrl-C ends the following and nothing else; all times are UTC")
	t.Out.Blank()
}

// exitWith follows an execution and exits with its end.
func (t *tool) exitWith(ctx context.Context, arn string) (int, error) {
	end, err := t.follow(ctx, arn)
	if err != nil {
		return exitcode.Failure, err
	}
	return exitcode.Of(end.end), nil
}

// moment is a time for people.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }
