// The bootstrap of the Lambda function finddeadrun.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/finddeadrun"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(finddeadrun.Handler{
		Records:    s3.NewFromConfig(config),
		Executions: sfn.NewFromConfig(config),
		Bucket:     bootstrap.Setting("BUCKET"),
		Now:        time.Now,
	}.Handle))
}
