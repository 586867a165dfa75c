// The bootstrap of the Lambda function checkcontent.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/checkcontent"
)

func main() {
	config := bootstrap.Config(context.Background())
	lambda.Start(fault.Handler(checkcontent.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Objects:    s3.NewFromConfig(config),
		Now:        time.Now,
	}.Handle))
}
