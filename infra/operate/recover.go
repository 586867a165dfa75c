package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/release"
)

// recovery is a request of the recover workflow, and the command recover.
type recovery struct {
	Primary   string `json:"primary"`
	Reason    string `json:"reason,omitempty"`
	ClearHold bool   `json:"clearHold,omitempty"`
}

func parseRecover(args []string, env environment) (action, error) {
	var r recovery
	var why string
	flags := flag.NewFlagSet("recover", flag.ContinueOnError)
	flags.StringVar(&r.Primary, "primary", "", "the `ID` of the primary distribution")
	flags.StringVar(&r.Reason, "reason", "by an operator", "a `TEXT` for people, kept in the evidence")
	flags.StringVar(&why, "clear-hold", "", "clear the hold as well, so that releases go on; say `WHY` it may be")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	if err := checkPrimary("recover", r.Primary); err != nil {
		return nil, err
	}
	if why != "" {
		r.Reason, r.ClearHold = why, true
	}
	if _, err := release.ParseRecovery(r.json()); err != nil {
		return nil, badUsage("recover", "%w", err)
	}
	return r.recover, nil
}

// json is the request as the workflow reads it.
func (r recovery) json() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("operate: texts and a boolean cannot be written: %v", err))
	}
	return text
}

func (r recovery) recover(ctx context.Context, t *tool) (int, error) {
	arn, err := t.startRecovery(ctx, r)
	if err != nil {
		return exitcode.Failure, err
	}
	return t.exitWith(ctx, arn)
}

// startRecovery starts the recover workflow. Its executions may meet: those that do not get the lock do no harm.
func (t *tool) startRecovery(ctx context.Context, r recovery) (arn string, err error) {
	name := "recover-" + r.Primary + "-" + stamp(t.Now())
	out, err := t.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &t.stack.recoveries, Name: &name, Input: aws.String(string(r.json())),
	})
	if err != nil {
		return "", &operatorError{
			err: fmt.Errorf("start recover: %w", err), code: exitcode.Failure,
			viewers: "some may still get the staging config; the stack's schedule starts recover within minutes all the same",
			next:    advice(err) + ". To see what viewers get: make status PRIMARY=" + r.Primary + "; to switch the policy off by hand: docs/runbook.md#by-hand",
		}
	}
	t.introduce(aws.ToString(out.ExecutionArn), "started "+moment(aws.ToTime(out.StartDate)))
	return aws.ToString(out.ExecutionArn), nil
}
