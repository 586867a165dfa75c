// The bootstrap of the Lambda function releaselock.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/releaselock"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(releaselock.Handler{
		Records: s3.NewFromConfig(config),
		Bucket:  bootstrap.Setting("BUCKET"),
	}.Handle))
}
