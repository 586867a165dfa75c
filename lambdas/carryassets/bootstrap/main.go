// The bootstrap of the Lambda function carryassets.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/carryassets"
)

// parallel keeps well below the 3,500 writes a second that S3 takes below one prefix
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html).
const parallel = 16

func main() {
	client := s3.NewFromConfig(bootstrap.Config(context.Background()))
	lambda.Start(fault.Handler(carryassets.Handler{
		Objects: client, Records: client, Bucket: bootstrap.Setting("BUCKET"), Now: time.Now, Parallel: parallel,
	}.Handle))
}
