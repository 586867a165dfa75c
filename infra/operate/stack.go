package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/logging"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// executions are the calls of Step Functions.
type executions interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	StopExecution(context.Context, *sfn.StopExecutionInput, ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error)
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	sfn.GetExecutionHistoryAPIClient
	sfn.ListExecutionsAPIClient
}

type records interface {
	record.ReadWriter
	s3.ListObjectsV2APIClient
}

type pairs interface {
	cloudfront.GetDistributionAPIClient
	live.PolicyReader
}

// services are the clients of AWS.
type services struct {
	Stacks     cloudformation.DescribeStacksAPIClient
	Executions executions
	Records    records
	Pairs      pairs
}

// connect makes the clients from the AWS CLI's settings. Calls are repeated as the SDK does by default: a person waits, and
// every call of this tool may be repeated (StartExecution has a name, and StopExecution ends what has ended no further).
func connect(ctx context.Context) (services, error) {
	// What the SDK warns of on its way to credentials would stand before the error that says it.
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(bootstrap.Region), config.WithLogger(logging.Nop{}))
	if err != nil {
		return services{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return services{
		Stacks: cloudformation.NewFromConfig(c), Executions: sfn.NewFromConfig(c),
		Records: s3.NewFromConfig(c), Pairs: cloudfront.NewFromConfig(c),
	}, nil
}

// stackName is the stack's name in infra/aws.
const stackName = "cloudfront-cd"

// stack is what the tool has to know of the deployed stack.
type stack struct {
	releases   string // ARN of the state machine
	recoveries string // likewise
	bucket     string // of the records
	// others are the state machines of workflows that an older stack may not have, by workflow.
	others map[string]string
}

// readStack finds the stack's outputs.
func (t *tool) readStack(ctx context.Context) (stack, error) {
	got, err := t.Stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	// "If the stack doesn't exist, a ValidationError is returned" (CloudFormation API Reference, DescribeStacks).
	if fault.Code(err) == "ValidationError" && strings.Contains(err.Error(), "does not exist") {
		return stack{}, noStack(fmt.Errorf("there is no stack %s in %s of this account", stackName, bootstrap.Region))
	}
	if err != nil {
		return stack{}, failed(fmt.Errorf("read the stack %s: %w", stackName, err), nothingDone)
	}
	outputs := map[string]string{}
	for _, s := range got.Stacks {
		for _, o := range s.Outputs {
			outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	for _, name := range []string{"ReleaseStateMachineArn", "RecoverStateMachineArn", "RecordBucketName"} {
		if outputs[name] == "" {
			return stack{}, noStack(fmt.Errorf("the stack %s has no output %s: it was not deployed to its end, or by another version", stackName, name))
		}
	}
	others := map[string]string{
		release.Enroll: outputs["EnrollStateMachineArn"], release.Maintenance: outputs["MaintenanceStateMachineArn"],
		release.Retire: outputs["RetireStateMachineArn"], release.Cleanup: outputs["CleanupStateMachineArn"],
	}
	return stack{outputs["ReleaseStateMachineArn"], outputs["RecoverStateMachineArn"], outputs["RecordBucketName"], others}, nil
}

func noStack(err error) error {
	return &operatorError{
		err: err, viewers: nothingDone, code: exitcode.Failure,
		next: "make deploy; or is this another account than you mean? `aws sts get-caller-identity` says which",
	}
}
