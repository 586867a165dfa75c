package bootstrap

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"cloudfront-cd/internal/fault"
)

// report posts an initialization error to the Lambda Runtime API at this address
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror), which aws-lambda-go cannot
// (https://github.com/aws/aws-lambda-go/pull/490 is open). Without it the caller gets Runtime.ExitError and "Runtime exited
// with error: exit status 1", which the state machine would retry in vain. With it the body is the invocation's answer, as
// in AWS's own Runtime Interface Emulator (internal/lambda/rapidcore/server.go, SendInitErrorResponse); that Step Functions
// makes Error and Cause of it, as of any other function error, is unverified.
func report(ctx context.Context, api, message string) error {
	body, err := json.Marshal(messages.InvokeResponse_Error{Type: string(fault.Unexpected), Message: message})
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	url := "http://" + api + "/2018-06-01/runtime/init/error"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body)) //nolint:gosec // the address is Lambda's
	if err != nil {
		return fmt.Errorf("address the Runtime API: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	// One of the examples that the API's reference gives.
	request.Header.Set("Lambda-Runtime-Function-Error-Type", "Runtime.ConfigInvalid")
	// A transport of its own does not go through HTTP_PROXY.
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("call the Runtime API: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // the process ends anyway
	if response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("the Runtime API answered %s", response.Status)
	}
	return nil
}
