// The bootstrap of the Lambda function validaterequest.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/validaterequest"
)

func main() {
	bootstrap.Log()
	lambda.Start(fault.Handler(validaterequest.Handler{}.Handle))
}
