// The bootstrap of the Lambda function announce.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/announce"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(announce.Handler{
		Events: eventbridge.NewFromConfig(config),
		Now:    time.Now,
	}.Handle))
}
