// Package bootstrap is what every Lambda's main shares: settings, the AWS configuration and the log.
//
// A function that cannot work refuses to start: before its first request, in one log line and one report to the Lambda
// Runtime API, so that the execution's history says which setting is wrong and nothing has been touched.
package bootstrap

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/logs"
)

// Region is where CloudFront's API is signed for and where its metrics and alarms are.
const Region = "us-east-1"

// Config loads the AWS configuration. The SDK's own retries are off: Step Functions retries, visibly and without a Lambda
// sleeping, and a blind repeat of a create would be a second one.
func Config(ctx context.Context) aws.Config {
	Log()
	c, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(Region),
		config.WithLogger(logging.LoggerFunc(fromSDK)),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }))
	if err != nil {
		exit(ctx, fmt.Sprintf("load the AWS configuration: %s", err))
	}
	return c
}

// Log makes one structured line of everything that this process logs, with the function's name and the request that it is
// about. The format is the one that the stack has chosen for the function; Lambda tells it in AWS_LAMBDA_LOG_FORMAT. Config
// calls Log; only a main without Config has to.
func Log() {
	slog.SetDefault(slog.New(logs.Handler{Handler: lambdacontext.NewLogHandler()}).With("function", lambdacontext.FunctionName))
	log.SetOutput(fromRuntime{})
}

// Setting is the value of an environment variable that must be there and keep its rule (Check).
func Setting(name string) string {
	value := os.Getenv(name)
	if err := Check(name, value); err != nil {
		exit(context.Background(), err.Error())
	}
	return value
}

// exit refuses to start. Asking for a request first would turn a wrong setting into a failure of the step.
func exit(ctx context.Context, message string) {
	slog.Error("cannot start", "fault", string(fault.Unexpected), "cause", message)
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		if err := report(ctx, api, message); err != nil {
			slog.Error("the Runtime API did not take the report", "cause", err.Error())
		}
	}
	os.Exit(1)
}
