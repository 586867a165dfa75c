package statemachine

import (
	"time"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/fault"
)

// Names that are not our faults: what Step Functions itself raises, and what Lambda's service and runtime report
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html,
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
const (
	statesAll     fault.Name = "States.ALL"
	statesTimeout fault.Name = "States.Timeout"

	lambdaService         fault.Name = "Lambda.ServiceException"
	lambdaAWS             fault.Name = "Lambda.AWSLambdaException"
	lambdaSdkClient       fault.Name = "Lambda.SdkClientException"
	lambdaClientTimeout   fault.Name = "Lambda.ClientExecutionTimeoutException"
	lambdaTooManyRequests fault.Name = "Lambda.TooManyRequestsException"
	lambdaUnknown         fault.Name = "Lambda.Unknown"
	sandboxTimedout       fault.Name = "Sandbox.Timedout"
	runtimeExitError      fault.Name = "Runtime.ExitError"
)

// steady is for the way forward, where giving up is safe. Handlers are idempotent, so that even a Lambda that died after
// its write is simply run again.
func steady() []*sfn.RetryProps {
	return []*sfn.RetryProps{throttled(15), transient(6)}
}

// stubborn is for whatever makes the pair safe: giving up there calls an operator.
func stubborn() []*sfn.RetryProps {
	return []*sfn.RetryProps{throttled(30), transient(30)}
}

// patient is for the lock of a dead run: it waits a little for the clocks of Lambda and of Step Functions to agree that the
// run has been dead for long enough.
func patient() []*sfn.RetryProps {
	return append(stubborn(), retry(5*time.Second, 30*time.Second, 5, fault.LockHeld))
}

// settling is for what CloudFront refuses for a while although it says Deployed (live.Settling): for a quarter of an hour,
// about ten times as long as terraform-provider-aws waits.
func settling() []*sfn.RetryProps {
	return append(stubborn(), retry(15*time.Second, time.Minute, 30, fault.StillInUse))
}

// brief is for announcements, which must not hold a release up.
func brief() []*sfn.RetryProps {
	return []*sfn.RetryProps{throttled(3), transient(3)}
}

// unsent is for the promotion: only what certainly had no effect is repeated here. The handler says Unavailable only
// while it has not sent anything; everything else leaves it open whether the door was passed, and goes to look.
func unsent() []*sfn.RetryProps {
	return []*sfn.RetryProps{throttled(15), retry(2*time.Second, 30*time.Second, 6, fault.Unavailable, lambdaTooManyRequests)}
}

// throttled waits long: AWS has asked for less.
func throttled(attempts float64) *sfn.RetryProps {
	return retry(5*time.Second, time.Minute, attempts, fault.Throttled)
}

// transient is what passes by itself.
func transient(attempts float64) *sfn.RetryProps {
	return retry(2*time.Second, 30*time.Second, attempts,
		fault.Unavailable, statesTimeout, lambdaService, lambdaAWS, lambdaSdkClient, lambdaClientTimeout, lambdaTooManyRequests, lambdaUnknown,
		sandboxTimedout, runtimeExitError)
}

// retry doubles the interval each time up to the longest, and spreads the tries so that releases do not march in step.
func retry(interval, longest time.Duration, attempts float64, names ...fault.Name) *sfn.RetryProps {
	errors := make([]*string, len(names))
	for i, name := range names {
		errors[i] = jsii.String(string(name))
	}
	return &sfn.RetryProps{
		Errors:         &errors,
		Interval:       seconds(interval),
		BackoffRate:    jsii.Number(2),
		MaxDelay:       seconds(longest),
		MaxAttempts:    &attempts,
		JitterStrategy: sfn.JitterType_FULL,
	}
}
