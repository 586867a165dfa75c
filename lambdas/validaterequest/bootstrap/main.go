// The bootstrap of the Lambda function validaterequest.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/lambdas/validaterequest"
)

func main() {
	lambda.Start(fault.Handler(validaterequest.Handler{}.Handle))
}
