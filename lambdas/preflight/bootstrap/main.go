// The bootstrap of the Lambda function preflight.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/preflight"
)

func main() {
	c, setting := bootstrap.Config(context.Background()), bootstrap.Setting
	objects := s3.NewFromConfig(c)
	lambda.Start(fault.Handler(preflight.Handler{
		CloudFront: cloudfront.NewFromConfig(c), CloudWatch: cloudwatch.NewFromConfig(c),
		BucketPolicies: objects, Stacks: cloudformation.NewFromConfig(c), Records: objects, Bucket: setting("BUCKET"), Now: time.Now,
	}.Handle))
}
