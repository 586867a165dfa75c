// Package stepfunctions is a stand-in for AWS Step Functions: it answers DescribeExecution from a function, because
// executions themselves are run by the interpreter. Every other operation answers 501.
package stepfunctions

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/standin/awsjson"
)

// Execution is what DescribeExecution tells of one.
type Execution struct {
	// Name is the execution's; empty means the last part of its ARN.
	Name string
	// Status is RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE.
	Status string
	// StartDate is when it began; StopDate is when it ended, and the zero time while it runs.
	StartDate, StopDate time.Time
	// Input and Output are JSON texts; Output is empty unless the execution succeeded.
	Input, Output string
	// Error and Cause say how a failed one ended; both may be empty.
	Error, Cause string
	// RedriveStatus is REDRIVABLE or NOT_REDRIVABLE; empty is left out.
	RedriveStatus string
	// RedriveCount is how often it was redriven.
	RedriveCount int
}

// Server is the Step Functions of one simulation.
type Server struct {
	// Lookup finds the execution of an ARN. DescribeExecution is eventually consistent in AWS ("The results are best
	// effort", AWS Step Functions API Reference): a lookup may tell what was true a little earlier.
	Lookup func(arn string) (Execution, bool)

	mu      sync.Mutex
	refused string
}

// New returns a Step Functions that finds executions by lookup.
func New(lookup func(arn string) (Execution, bool)) *Server { return &Server{Lookup: lookup} }

// Refuse answers every call with an error of this code, such as ThrottlingException or AccessDeniedException, until it
// is called again with no code.
func (s *Server) Refuse(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = code
}

// ServeHTTP answers one request of the Step Functions API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.answer(r)
	awsjson.Answer(w, awsjson.Version10, out, err)
}

// The ARN of a Standard execution; those of Express ones cannot be described, and Map runs are not modelled.
var executionARN = regexp.MustCompile(`^arn:(aws[a-z-]*):states:([a-z0-9-]+):(\d{12}):execution:([^:]+):([^:]+)$`)

func (s *Server) answer(r *http.Request) (map[string]any, error) {
	target := r.Header.Get("X-Amz-Target")
	if r.Method != http.MethodPost || target != "AWSStepFunctions.DescribeExecution" {
		return nil, awsjson.NewError(http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement "+target+".")
	}
	if s.refused != "" {
		status := http.StatusBadRequest
		if strings.HasPrefix(s.refused, "Internal") {
			status = http.StatusInternalServerError
		}
		return nil, awsjson.NewError(status, s.refused, "The stand-in was told to refuse.")
	}
	var in struct {
		ExecutionARN string `json:"executionArn"`
		IncludedData string `json:"includedData"`
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &in) != nil {
		return nil, awsjson.NewError(http.StatusBadRequest, "SerializationException", "The body is not the JSON of a request.")
	}
	parts := executionARN.FindStringSubmatch(in.ExecutionARN)
	if parts == nil {
		return nil, awsjson.NewError(http.StatusBadRequest, "InvalidArn", "Invalid Arn: '"+in.ExecutionARN+"'")
	}
	execution, ok := s.Lookup(in.ExecutionARN)
	if !ok {
		return nil, awsjson.NewError(http.StatusBadRequest, "ExecutionDoesNotExist", "Execution Does Not Exist: '"+in.ExecutionARN+"'")
	}
	return execution.describe(parts, in.IncludedData == "METADATA_ONLY"), nil
}

// describe leaves out what an execution does not have. METADATA_ONLY leaves out the data (DescribeExecution, AWS Step
// Functions API Reference).
func (e Execution) describe(arn []string, metadataOnly bool) map[string]any {
	out := map[string]any{
		"executionArn":    arn[0],
		"stateMachineArn": "arn:" + arn[1] + ":states:" + arn[2] + ":" + arn[3] + ":stateMachine:" + arn[4],
		"name":            arn[5],
		"status":          e.Status,
		"startDate":       seconds(e.StartDate),
		"redriveCount":    e.RedriveCount,
	}
	if !e.StopDate.IsZero() {
		out["stopDate"] = seconds(e.StopDate)
	}
	texts := map[string]string{"name": e.Name, "redriveStatus": e.RedriveStatus}
	if !metadataOnly {
		texts["input"], texts["output"], texts["error"], texts["cause"] = e.Input, e.Output, e.Error, e.Cause
	}
	for name, text := range texts {
		if text != "" {
			out[name] = text
		}
	}
	return out
}

// seconds is how the protocol tells a time: since 1970, to the millisecond.
func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }
