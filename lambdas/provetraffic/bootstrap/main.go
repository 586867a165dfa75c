// The bootstrap of the Lambda function provetraffic.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/provetraffic"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(provetraffic.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		CloudWatch: cloudwatch.NewFromConfig(config),
		Now:        time.Now,
	}.Handle))
}
