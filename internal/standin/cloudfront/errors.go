package cloudfront

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
)

// apiError is an error as CloudFront's REST-XML API reports it.
type apiError struct {
	status  int
	code    string
	message string
}

// Error is for the callers of the Go methods; clients get the XML.
func (e *apiError) Error() string { return e.code + ": " + e.message }

// ErrorCode is the code that a client of the API would have seen.
func ErrorCode(err error) string {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.code
	}
	return ""
}

func fail(status int, code, format string, args ...any) error {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

const codeInvalidArgument = "InvalidArgument"

func malformed(format string, args ...any) error {
	return fail(http.StatusBadRequest, "MalformedInput", format, args...)
}

func invalidArgument(format string, args ...any) error {
	return fail(http.StatusBadRequest, codeInvalidArgument, format, args...)
}

func illegalUpdate(format string, args ...any) error {
	return fail(http.StatusBadRequest, "IllegalUpdate", format, args...)
}

// Statuses and the meaning of every code below: CloudFront API Reference, the Errors section of each operation. Texts are
// AWS's own where a public report quotes them.

func noSuchDistribution() error {
	return fail(http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist.")
}

func noSuchPolicy() error {
	return fail(http.StatusNotFound, "NoSuchContinuousDeploymentPolicy", "The continuous deployment policy doesn't exist.")
}

func invalidIfMatch() error {
	return fail(http.StatusBadRequest, "InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
}

func preconditionFailed() error {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed",
		"The request failed because it didn't meet the preconditions in one or more request-header fields.")
}

func stagingInUse() error {
	return fail(http.StatusConflict, "StagingDistributionInUse",
		"The specified staging distribution is currently used by a continuous deployment policy. Please the update policy before deleting.")
}

func policyInUse() error {
	return fail(http.StatusConflict, "ContinuousDeploymentPolicyInUse",
		"The specified continuous deployment policy is currently associated with a distribution.")
}

// frozen is the one opaque answer that AWS gives to every change that continuous deployment does not allow
// (terraform-provider-aws#28920, aws-samples/amazon-cloudfront-continuous-deployment#8).
func frozen() error {
	return illegalUpdate("One or more fields updated are not supported for continuous deployment.")
}

// writeError answers with the error document of REST-XML services. A Go error that is not an apiError would be a mistake of
// the stand-in; it is reported as what it is.
func writeError(w http.ResponseWriter, requestID string, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{status: http.StatusInternalServerError, code: "InternalFailure", message: err.Error()}
	}
	var b bytes.Buffer
	openRoot(&b, "ErrorResponse")
	b.WriteString("<Error><Type>")
	if e.status < http.StatusInternalServerError {
		b.WriteString("Sender")
	} else {
		b.WriteString("Receiver")
	}
	b.WriteString("</Type>")
	element(&b, "Code", e.code)
	element(&b, "Message", e.message)
	b.WriteString("</Error>")
	element(&b, "RequestId", requestID)
	closeRoot(&b, "ErrorResponse")
	respond(w, requestID, reply{status: e.status, body: b.Bytes()})
}
