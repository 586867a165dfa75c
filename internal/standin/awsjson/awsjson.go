// Package awsjson is what the stand-ins for services of the AWS JSON protocol share: answers and errors on the wire.
package awsjson

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Content types of the protocol's versions.
const (
	Version10 = "application/x-amz-json-1.0"
	Version11 = "application/x-amz-json-1.1"
)

// Error is an error as the service reports it.
type Error struct {
	status        int
	code, message string
}

// NewError is the error of that HTTP status and code.
func NewError(status int, code, message string) *Error { return &Error{status, code, message} }

// Error is the code with its message.
func (f *Error) Error() string { return f.code + ": " + f.message }

// Answer writes what a service answers: out, or the fault in err.
func Answer(w http.ResponseWriter, version string, out any, err error) {
	status := http.StatusOK
	if err != nil {
		f, ok := errors.AsType[*Error](err)
		if !ok {
			f = NewError(http.StatusInternalServerError, "InternalFailure", err.Error())
		}
		status, out = f.status, map[string]string{"__type": f.code, "message": f.message}
	}
	body, err := json.Marshal(out)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalFailure"}`)
	}
	w.Header().Set("Content-Type", version)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that hung up is no concern of ours
}
