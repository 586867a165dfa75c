// The bootstrap of the Lambda function smoketest.
package main

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/smoketest"
)

func main() {
	config := bootstrap.Config(context.Background())
	// A transport follows no redirect, and one of its own goes through no proxy of the environment.
	web := &http.Transport{ForceAttemptHTTP2: true, DisableCompression: true}
	lambda.Start(fault.Handler(smoketest.Handler{
		CloudFront: cloudfront.NewFromConfig(config),
		Objects:    s3.NewFromConfig(config),
		Web:        web.RoundTrip,
		Now:        time.Now,
	}.Handle))
}
