// The bootstrap of the Lambda function checkinvalidation.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/checkinvalidation"
)

func main() {
	lambda.Start(fault.Handler(checkinvalidation.Handler{
		CloudFront: cloudfront.NewFromConfig(bootstrap.Config(context.Background())),
		Now:        time.Now,
	}.Handle))
}
