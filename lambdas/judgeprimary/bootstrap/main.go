// The bootstrap of the Lambda function judgeprimary.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/judgeprimary"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(judgeprimary.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		CloudWatch: cloudwatch.NewFromConfig(config),
		Now:        time.Now,
	}.Handle))
}
