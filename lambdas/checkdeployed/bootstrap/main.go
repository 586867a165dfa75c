// The bootstrap of the Lambda function checkdeployed.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/checkdeployed"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(checkdeployed.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Now:        time.Now,
	}.Handle))
}
