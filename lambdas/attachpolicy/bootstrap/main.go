// The bootstrap of the Lambda function attachpolicy.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/attachpolicy"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(attachpolicy.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Records:    s3.NewFromConfig(config),
		Bucket:     bootstrap.Setting("BUCKET"),
		Now:        time.Now,
	}.Handle))
}
