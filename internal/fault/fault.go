// Package fault is the vocabulary of failures that cross the Lambda boundary.
//
// Step Functions matches Retry and Catch by the error *name* that a Lambda reports, and aws-lambda-go reports the Go type
// of the outermost error: anything wrapped with %w arrives as "wrapError", every SDK error as "OperationError", and the
// intended arrow silently never matches. So names are string constants in the operator's words, an error is classified
// once, at the boundary (Handler), and the state machine takes its names from the same constants. A name exists only if a
// retry, an arrow or a section of the runbook depends on it.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Name is an error name as Step Functions sees it.
type Name string

// The names, each with what it means for the pair.
const (
	InvalidRequest   Name = "InvalidRequest"   // the request breaks a rule; nothing was touched
	LockHeld         Name = "LockHeld"         // another execution works on this primary; nothing was touched
	LockLost         Name = "LockLost"         // the lock names another execution; this one must not write any more
	Throttled        Name = "Throttled"        // AWS asked to slow down; the call had no effect
	Unavailable      Name = "Unavailable"      // AWS or the network failed; the call may have had its effect
	StillInUse       Name = "StillInUse"       // AWS says that something is still used, enabled or being deployed, which passes; the call had no effect
	Refused          Name = "Refused"          // AWS said no for good; the call had no effect
	ConfigChanged    Name = "ConfigChanged"    // someone else changed what this release judges; nothing was overwritten
	NotDeployed      Name = "NotDeployed"      // a propagation was not over by its deadline
	NoTrafficProof   Name = "NoTrafficProof"   // staging was not seen to receive viewers in time
	PromotionInDoubt Name = "PromotionInDoubt" // the promotion may or may not have happened
	Unexpected       Name = "Unexpected"       // everything else: a bug or a surprise
)

// Names lists every fault, for tests that compare them with the state machine and the runbook.
func Names() []Name {
	return []Name{
		InvalidRequest, LockHeld, LockLost, Throttled, Unavailable, StillInUse, Refused, ConfigChanged, NotDeployed,
		NoTrafficProof, PromotionInDoubt, Unexpected,
	}
}

// Error is a failure with its name. It may be wrapped any number of times on its way to the boundary.
type Error struct {
	Name Name
	err  error
}

// Error is the message, without the name.
func (e *Error) Error() string { return e.err.Error() }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.err }

// Errorf makes a fault; the format may wrap a cause with %w.
func Errorf(name Name, format string, args ...any) error {
	return &Error{Name: name, err: fmt.Errorf(format, args...)}
}

// NameOf classifies an error: by its own name if it is a fault; else by the AWS error code, never by the SDK's Go type,
// which exists only where the operation declares it; else, where the answer never came, Unavailable; else Unexpected.
func NameOf(err error) Name {
	if own, ok := errors.AsType[*Error](err); ok {
		return own.Name
	}
	if code := Code(err); code != "" {
		return nameOfCode(code, status(err))
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unavailable
	}
	if _, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return Unavailable
	}
	if s := status(err); s >= http.StatusInternalServerError {
		return Unavailable
	}
	// A body that broke off after the status line: the call may well have had its effect.
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return Unavailable
	}
	return Unexpected
}

// Code is the AWS error code in err, or "".
func Code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

func status(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		return response.HTTPStatusCode()
	}
	return 0
}

// nameOfCode knows the codes that AWS services use for throttling beside the modelled ones: CloudFront models none but
// answers "Throttling: Rate exceeded".
func nameOfCode(code string, status int) Name {
	switch code {
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"TooManyRequests", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "LimitExceededException":
		return Throttled
	case "ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "InternalError", "InternalFailure",
		"ServiceUnavailable", "ServiceUnavailableException", "InternalServiceError", "InternalServiceFault":
		return Unavailable
	}
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status >= http.StatusInternalServerError:
		return Unavailable
	case status >= http.StatusBadRequest:
		return Refused
	}
	return Unexpected
}
