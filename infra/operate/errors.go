package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/fault"
)

// operatorError is an error with the answers to what people ask next.
type operatorError struct {
	err     error  // what happened
	viewers string // what it means to viewers
	next    string // what to do
	code    int    // what the tool exits with
}

// Error is what happened.
func (e *operatorError) Error() string { return e.err.Error() }

// Unwrap is the cause.
func (e *operatorError) Unwrap() error { return e.err }

// What a failure means to viewers.
const (
	nothingDone = "nothing was started or stopped: they get what they got before"
	goesOn      = "the execution goes on by itself, whether anybody follows it or not"
)

// failed is an error of AWS, or on the way to AWS.
func failed(err error, viewers string) error {
	if known, ok := errors.AsType[*operatorError](err); ok {
		return known
	}
	return &operatorError{err: err, viewers: viewers, next: advice(err), code: exitcode.Failure}
}

// report shows an error and returns the exit code.
func report(screen *watch.Screen, command string, err error) int {
	told := &operatorError{err: err, code: exitcode.Failure}
	_ = errors.As(err, &told)
	screen.Print("", 0, "operate "+command+": "+watch.Plainly(told.Error()), watch.Bad)
	if told.viewers != "" {
		screen.Field("Viewers", told.viewers)
	}
	if told.next != "" {
		screen.Field("To do", told.next)
	}
	return told.code
}

// wrongCredentials are the codes of requests that AWS cannot attribute to anybody (Query API common errors, e.g.
// https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html).
func wrongCredentials() []string {
	return []string{
		"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
		"SignatureDoesNotMatch", "InvalidSignatureException", "MissingAuthenticationToken", "IncompleteSignature", "RequestExpired",
	}
}

// noCredentials reports whether the SDK could not find or renew any; it has no error type for that (smithy
// auth/identity.go and aws/credential_cache.go word it).
func noCredentials(err error) bool {
	text := err.Error()
	return strings.Contains(text, "get credentials") || strings.Contains(text, "failed to refresh cached credentials") ||
		slices.Contains(wrongCredentials(), fault.Code(err))
}

// denied reports whether a permission is missing.
func denied(err error) bool {
	return slices.Contains([]string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}, fault.Code(err))
}

// advice is what to do about an error.
func advice(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "it was interrupted: run it again"
	case noCredentials(err):
		return "log in to AWS again, or set AWS_PROFILE; `aws sts get-caller-identity` must answer"
	case denied(err):
		return "have your role allowed " + missingAction(err) + ", or take another one (AWS_PROFILE)"
	case fault.NameOf(err) == fault.Throttled:
		return "wait a minute, then run it again"
	case fault.NameOf(err) == fault.Unavailable:
		return "check the network and the AWS Health Dashboard, then run it again"
	case slices.Contains([]string{"StateMachineDoesNotExist", "NoSuchBucket"}, fault.Code(err)):
		return "the stack is not whole any more: make deploy"
	}
	return "run it again; if it stays, look for the code in the documentation of that AWS service"
}

// unauthorized is how AWS words a missing permission.
var unauthorized = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)`)

// missingAction is the IAM action that AWS names, else the one of the call's own name.
func missingAction(err error) string {
	if m := unauthorized.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	call, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return "this call"
	}
	prefix := strings.ToLower(call.ServiceID)
	if prefix == "sfn" {
		prefix = "states"
	}
	if prefix == "s3" {
		// Who may not list gets 403 for what is missing as well (API reference of GetObject).
		return "s3:GetObject and s3:ListBucket on the record bucket"
	}
	return fmt.Sprintf("%s:%s", prefix, call.OperationName)
}
