package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// describe is what Step Functions knows of an execution.
func (t *tool) describe(ctx context.Context, arn string) (*sfn.DescribeExecutionOutput, error) {
	got, err := t.Executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return nil, fmt.Errorf("look at the execution %s: %w", arn, err)
	}
	return got, nil
}

// executionARN is the ARN of an execution of a Standard state machine
// (https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html).
func executionARN(machine, name string) string {
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

// nameOf is the name in an execution's ARN.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// console is where people see an execution. Nobody documents the form of this address; it is what the console shows.
func console(arn string) string {
	return fmt.Sprintf("https://%s.console.aws.amazon.com/states/home?region=%s#/v2/executions/details/%s", bootstrap.Region, bootstrap.Region, arn)
}

// primaryIn is the primary that an execution's input is about: a request's own, or that of the execution whose end an
// event tells.
func primaryIn(input *string) string {
	var asked struct {
		Primary string  `json:"primary"`
		Input   *string `json:"input"`
	}
	if json.Unmarshal([]byte(aws.ToString(input)), &asked) != nil {
		return ""
	}
	if asked.Primary == "" && asked.Input != nil {
		return primaryIn(asked.Input)
	}
	return asked.Primary
}

// find describes the execution of that ARN, or of that name in any workflow.
func (t *tool) find(ctx context.Context, name string) (*sfn.DescribeExecutionOutput, error) {
	if strings.HasPrefix(name, "arn:") {
		return t.describe(ctx, name)
	}
	var got *sfn.DescribeExecutionOutput
	err := errors.New("the stack has no workflow")
	machines := []string{t.stack.releases, t.stack.recoveries}
	for _, workflow := range []string{release.Enroll, release.Maintenance, release.Retire, release.Cleanup} {
		machines = append(machines, t.stack.others[workflow])
	}
	for _, machine := range machines {
		if machine == "" {
			continue
		}
		if got, err = t.describe(ctx, executionARN(machine, name)); fault.Code(err) != doesNotExist {
			return got, err
		}
	}
	return got, err
}

// doesNotExist is Step Functions' code for an execution that it does not know, or not any more.
const doesNotExist = "ExecutionDoesNotExist"

// follower is the command that follows an execution.
func follower(arn string) string { return "make start FOLLOW=" + nameOf(arn) }
