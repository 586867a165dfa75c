// The bootstrap of the Lambda function findorphans.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/findorphans"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(findorphans.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Stacks:     cloudformation.NewFromConfig(config),
		Executions: sfn.NewFromConfig(config),
		Records:    s3.NewFromConfig(config),
		Bucket:     bootstrap.Setting("BUCKET"),
		Now:        time.Now,
	}.Handle))
}
