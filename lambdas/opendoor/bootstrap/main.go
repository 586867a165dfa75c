// The bootstrap of the Lambda function opendoor.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/opendoor"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(opendoor.Handler{
		Records: s3.NewFromConfig(config),
		Bucket:  bootstrap.Setting("BUCKET"),
		Now:     time.Now,
	}.Handle))
}
