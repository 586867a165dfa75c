package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// stop is the command stop: it ends a release and sees to it that recover makes the pair safe. Running it again goes on
// where it was interrupted.
type stop struct {
	primary   string
	execution string // name or ARN; instead of the primary
	reason    string
}

func parseStop(args []string, env environment) (action, error) {
	var s stop
	flags := flag.NewFlagSet("stop", flag.ContinueOnError)
	flags.StringVar(&s.primary, "primary", "", "stop the release that works on the primary distribution `ID`")
	flags.StringVar(&s.execution, "execution", "", "stop the release `EXECUTION`, by its name or ARN, instead")
	flags.StringVar(&s.reason, "reason", "by an operator", "a `TEXT` for people, kept as the cause")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	switch {
	case s.primary != "" && s.execution != "":
		return nil, badUsage("stop", "--primary and --execution exclude each other: give one")
	case s.execution == "":
		if err := checkPrimary("stop", s.primary); err != nil {
			return nil, err
		}
	}
	return s.stop, nil
}

func (s stop) stop(ctx context.Context, t *tool) (int, error) {
	found, err := s.find(ctx, t)
	if err != nil {
		return exitcode.Failure, notFound(err, "nothing was stopped: a release that runs goes on")
	}
	switch {
	case found == nil:
		t.Out.Field("Stop", "no execution holds the lock on "+s.primary+": there is nothing to stop, and nothing to make safe")
		return exitcode.OK, nil
	case aws.ToString(found.StateMachineArn) == t.stack.recoveries && found.Status == types.ExecutionStatusRunning:
		t.introduce(*found.ExecutionArn, "is no release: it makes the pair safe, and is followed")
		return t.exitWith(ctx, *found.ExecutionArn)
	case found.Status != types.ExecutionStatusRunning:
		t.Out.Field("Ended", fmt.Sprintf("%s needs no stop: it is %s", nameOf(*found.ExecutionArn), ended(found)))
		return t.settle(ctx, s.primary, aws.ToTime(found.StopDate))
	}
	return s.end(ctx, t, found)
}

// find is the execution that is to be stopped: the one that holds the lock, unless it was named. Nil if none does.
func (s *stop) find(ctx context.Context, t *tool) (*sfn.DescribeExecutionOutput, error) {
	name := s.execution
	if name == "" {
		holder, _, found, err := record.ReadLock(ctx, t.Records, t.stack.bucket, s.primary)
		if err != nil || !found {
			return nil, err
		}
		name = holder.Execution
	}
	got, err := t.find(ctx, name)
	switch {
	case fault.Code(err) == doesNotExist && s.execution == "":
		// Forgotten by Step Functions, or made up: recover knows what to do.
		return &sfn.DescribeExecutionOutput{ExecutionArn: &name, Status: gone}, nil
	case err != nil:
		return nil, err
	}
	if s.primary = primaryIn(got.Input); s.primary == "" {
		return nil, fmt.Errorf("the request of %s names no primary distribution: it is refused before it touches anything", name)
	}
	return got, nil
}

// gone is the status of an execution that holds a lock and that Step Functions does not know.
const gone types.ExecutionStatus = "unknown to Step Functions"

// end stops a release. No Catch of it runs, hence recover.
func (s stop) end(ctx context.Context, t *tool, found *sfn.DescribeExecutionOutput) (int, error) {
	arn := *found.ExecutionArn
	t.Out.Field("Stopping", fmt.Sprintf("%s, which has been releasing %s for %s", nameOf(arn), s.primary, watch.Short(t.Now().Sub(aws.ToTime(found.StartDate)))))
	t.Out.Field("Then", fmt.Sprintf("no Catch of the release runs, so the policy stays as it is until recover switches it off, which the stack starts at once. "+
		"Recover then waits %s, until no Lambda of the release can be writing, and for a propagation (minutes); it says what the release had done. "+
		"A promotion that is under way may still happen", release.Duration(release.StaleAfter)))
	out, err := t.Executions.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: aws.String("Stopped"), Cause: &s.reason})
	if err != nil {
		return exitcode.Failure, failed(fmt.Errorf("stop %s: %w", nameOf(arn), err), "the release goes on, unless the answer alone was lost: make status PRIMARY="+s.primary)
	}
	now, err := t.describe(ctx, arn)
	if err == nil && now.Status != types.ExecutionStatusAborted && now.Status != types.ExecutionStatusRunning {
		t.Out.Field("Too late", "it came to an end of its own first")
		return t.exitWith(ctx, arn)
	}
	t.Out.Field("Stopped", moment(aws.ToTime(out.StopDate)))
	return t.settle(ctx, s.primary, aws.ToTime(out.StopDate))
}
