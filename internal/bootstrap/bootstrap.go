// Package bootstrap is what every Lambda's main shares: settings and the AWS configuration.
package bootstrap

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Region is where CloudFront's API is signed for and where its metrics and alarms are.
const Region = "us-east-1"

// Config loads the AWS configuration. The SDK's own retries are off: Step Functions retries, visibly and without a Lambda
// sleeping, and a blind repeat of a create would be a second one.
func Config(ctx context.Context) aws.Config {
	slog.SetDefault(lambdacontext.NewLogger())
	c, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(Region),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }))
	if err != nil {
		exit(fmt.Sprintf("load the AWS configuration: %s", err))
	}
	return c
}

// Setting is an environment variable that must be there.
func Setting(name string) string {
	value := os.Getenv(name)
	if value == "" {
		exit(fmt.Sprintf("the environment variable %s is not set: the stack sets it for every function", name))
	}
	return value
}

func exit(message string) {
	slog.Error("cannot start", "reason", message)
	os.Exit(1)
}
