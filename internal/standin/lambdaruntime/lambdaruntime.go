// Package lambdaruntime is a stand-in for AWS Lambda's side of the Lambda Runtime API, for tests that run a function as
// Lambda does: as a process of its own, which asks for an event over HTTP and posts what became of it.
//
// The paths, headers and status codes are those of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A process
// is started once and gets one event; Lambda starts one that exits before its first request a second time
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-init-errors).
package lambdaruntime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
)

// RequestID is the id of the one request.
const RequestID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"

// Answer is what a function posts, once.
type Answer struct {
	// Response is what the function returned; empty for an error.
	Response string
	// ErrorType and ErrorMessage are what Step Functions makes Error and Cause of; empty for a response.
	ErrorType, ErrorMessage string
	// Init is true for an error that was reported before a request was asked for.
	Init bool
}

// Result is what is known of a function at its end.
type Result struct {
	// Answers are what it has posted: one, none if it died without a word, more if it broke the protocol.
	Answers []Answer
	// Asked is how often it has asked for a request. Twice means that it has finished with the first.
	Asked int
	// ExitCode is -1 for a process that was still running, waiting for its next request, and was killed then.
	ExitCode int
	// Log is what it wrote to its standard output and error.
	Log string
	// PeakMemory is the most memory that it has had in RAM, in bytes; 0 where it exited or the system does not tell.
	PeakMemory int64
}

// Function is a running function.
type Function struct {
	command *exec.Cmd
	api     *httptest.Server
	event   []byte
	log     bytes.Buffer

	// All three are closed when the process exits, two of them before if it gets that far.
	answered, idle, exited chan struct{}
	closeAnswered          func()
	closeIdle              func()

	mu     sync.Mutex
	result Result
}

// Start starts the command as a function to which the event is going to be given. Its environment gets what Lambda adds
// for the Runtime API, and nothing else. Whoever starts it has to Stop it.
func Start(command *exec.Cmd, event []byte) (*Function, error) {
	f := &Function{
		command: command, event: event,
		answered: make(chan struct{}), idle: make(chan struct{}), exited: make(chan struct{}),
	}
	f.closeAnswered = sync.OnceFunc(func() { close(f.answered) })
	f.closeIdle = sync.OnceFunc(func() { close(f.idle) })
	f.api = httptest.NewServer(f.routes())
	command.Env = append(command.Environ(), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(f.api.URL, "http://"))
	command.Stdout, command.Stderr = &f.log, &f.log
	if err := command.Start(); err != nil {
		f.api.Close()
		return nil, fmt.Errorf("start the function: %w", err)
	}
	go func() {
		_ = command.Wait() // the exit code is looked at, and a killed process is no failure
		close(f.exited)
		f.closeAnswered()
		f.closeIdle()
	}()
	return f, nil
}

// Invoke is a function's whole life: it starts, gets the event, answers, asks for the next one and is stopped; or it exits.
func Invoke(command *exec.Cmd, event []byte) (Result, error) {
	f, err := Start(command, event)
	if err != nil {
		return Result{}, err
	}
	return f.Stop(), nil
}

// Answered is closed once the function has posted its answer, or has exited without one.
func (f *Function) Answered() <-chan struct{} { return f.answered }

// Stop lets the function finish its request, and ends it.
func (f *Function) Stop() Result {
	<-f.idle
	var peak int64
	select {
	case <-f.exited:
	default:
		peak = peakMemory(f.command.Process.Pid)
		_ = f.command.Process.Kill() // it may have exited meanwhile
		<-f.exited
	}
	f.api.CloseClientConnections()
	f.api.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.result.Log, f.result.ExitCode, f.result.PeakMemory = f.log.String(), f.command.ProcessState.ExitCode(), peak
	return f.result
}

func (f *Function) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/"+RequestID+"/response", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.note(w, Answer{Response: string(body)}, err)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/"+RequestID+"/error", func(w http.ResponseWriter, r *http.Request) {
		f.noteError(w, r, false)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		f.noteError(w, r, true)
	})
	return mux
}

// next hands the event out. The request for another one is left open, as Lambda does, which freezes the process then.
func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.result.Asked++
	asked := f.result.Asked
	f.mu.Unlock()
	if asked > 1 {
		f.closeIdle()
		<-r.Context().Done()
		return
	}
	for name, value := range map[string]string{
		"Content-Type":                        "application/json",
		"Lambda-Runtime-Aws-Request-Id":       RequestID,
		"Lambda-Runtime-Deadline-Ms":          "4102444800000", // the year 2100: how a function runs out of time is not told here
		"Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:standin",
		"Lambda-Runtime-Trace-Id":             "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
	} {
		w.Header().Set(name, value)
	}
	_, _ = w.Write(f.event) // a function that hung up has exited
}

func (f *Function) noteError(w http.ResponseWriter, r *http.Request, init bool) {
	var report struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	err := json.NewDecoder(r.Body).Decode(&report)
	f.note(w, Answer{ErrorType: report.ErrorType, ErrorMessage: report.ErrorMessage, Init: init}, err)
}

func (f *Function) note(w http.ResponseWriter, a Answer, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.result.Answers = append(f.result.Answers, a)
	f.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`) // a function that hung up has exited
	f.closeAnswered()
}
