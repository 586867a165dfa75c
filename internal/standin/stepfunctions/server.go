// Package stepfunctions is a stand-in for AWS Step Functions: the API in front of the interpreter that runs the executions.
//
// It answers what Lambdas and operators call: StartExecution, StopExecution, RedriveExecution, DescribeExecution,
// GetExecutionHistory and ListExecutions of Standard workflows without versions, aliases and Map runs. Every other
// operation, and every member that it does not know, answers 501. Codes and texts of errors are those recorded from AWS,
// mostly in localstack's snapshot tests (tests/aws/services/stepfunctions/v2/test_sfn_api.snapshot.json).
package stepfunctions

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/awsjson"
)

// Server is the Step Functions of one simulation. Like the engine behind it, it is not safe for concurrent use.
type Server struct {
	// Lag is for how long DescribeExecution and ListExecutions report an execution that has ended as still RUNNING: they are
	// "eventually consistent. The results are best effort and may not reflect very recent updates and changes" (API
	// reference of both). GetExecutionHistory makes no such reservation and never lags here.
	Lag time.Duration

	engine   *asl.Engine
	machines []*asl.Machine
	refused  string
	redrives map[string][]redrive // by execution
}

// New returns the Step Functions of that engine. Executions are started of the given machines only.
func New(engine *asl.Engine, machines ...*asl.Machine) *Server {
	return &Server{engine: engine, machines: machines, redrives: map[string][]redrive{}}
}

// Refuse answers every call with an error of this code, such as ThrottlingException or AccessDeniedException, until it
// is called again with no code.
func (s *Server) Refuse(code string) { s.refused = code }

// ServeHTTP answers one request of the Step Functions API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.answer(r)
	awsjson.Answer(w, awsjson.Version10, out, err)
}

func (s *Server) answer(r *http.Request) (any, error) {
	target := r.Header.Get("X-Amz-Target")
	operation, known := s.operations()[strings.TrimPrefix(target, "AWSStepFunctions.")]
	if r.Method != http.MethodPost || !known {
		return nil, notImplemented(target)
	}
	if s.refused != "" {
		status := http.StatusBadRequest
		if strings.HasPrefix(s.refused, "Internal") {
			status = http.StatusInternalServerError
		}
		return nil, awsjson.NewError(status, s.refused, "The stand-in was told to refuse.")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest("SerializationException", "The body ended early.")
	}
	return operation(body)
}

func (s *Server) operations() map[string]func(body []byte) (any, error) {
	return map[string]func([]byte) (any, error){
		"StartExecution":      operation(s.startExecution),
		"StopExecution":       operation(s.stopExecution),
		"RedriveExecution":    operation(s.redriveExecution),
		"DescribeExecution":   operation(s.describeExecution),
		"GetExecutionHistory": operation(s.getExecutionHistory),
		"ListExecutions":      operation(s.listExecutions),
	}
}

// operation reads the request that do answers. A member that do does not know would be passed over silently, so it is
// refused.
func operation[In any](do func(In) (any, error)) func(body []byte) (any, error) {
	return func(body []byte) (any, error) {
		var in In
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&in)
		if err != nil && strings.Contains(err.Error(), "unknown field") {
			return nil, notImplemented(err.Error())
		}
		if err != nil {
			return nil, badRequest("SerializationException", "The body is not the JSON of a request.")
		}
		return do(in)
	}
}

func notImplemented(what string) error {
	return awsjson.NewError(http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement "+what+".")
}

func badRequest(code, message string) error {
	return awsjson.NewError(http.StatusBadRequest, code, message)
}

// refusal is the engine's error as the API reports it; one without a code is the interpreter's own limit.
func refusal(err error) error {
	if start, ok := errors.AsType[*asl.StartError](err); ok {
		return badRequest(start.Code, start.Message)
	}
	return notImplemented(err.Error())
}

// seconds is how the protocol tells a time: since 1970, to the millisecond.
func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }
