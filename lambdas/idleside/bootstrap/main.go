// The bootstrap of the Lambda function idleside.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/idleside"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(idleside.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Records:    s3.NewFromConfig(config),
		Bucket:     bootstrap.Setting("BUCKET"),
	}.Handle))
}
