// Package transport lets AWS SDK clients talk to stand-ins without sockets: an HTTP client that calls the stand-in's handler
// on the caller's goroutine, and in between can do what networks and services do on a bad day.
//
// The answer that is lost after its effect is the important one: the handler has run, the client gets a connection error,
// and nobody but the stand-in knows. Every call is in the log with what the client was told.
package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// Transport is an http.RoundTripper and an aws.HTTPClient. It is not safe for concurrent use, as the stand-ins are not.
type Transport struct {
	// Hosts are the handlers by host name; "*.example.com" stands for every name below example.com.
	Hosts map[string]http.Handler
	// Fault, when set, decides for each call what happens to it.
	Fault func(Call) Outcome
	// Now, when set, gives the log its times.
	Now func() time.Time

	log    []Call
	counts map[operation]int
	waited time.Duration
}

type operation struct{ service, name string }

var (
	_ http.RoundTripper = (*Transport)(nil)
	_ aws.HTTPClient    = (*Transport)(nil)
)

// Call is one request, and in the log also what became of it. Service and Operation are the SDK's own names ("CloudFront",
// "UpdateDistribution"); they are empty for requests that no SDK client made.
type Call struct {
	Time      time.Time
	Service   string
	Operation string
	// Attempt counts the calls of this operation, from 1.
	Attempt int

	Method  string
	Host    string
	Path    string
	Query   string
	IfMatch string
	// ID is the resource in a path of CloudFront: the distribution or the policy.
	ID string

	// Status and Code are what the handler or the fault answered; without an answer Status is 0. They are empty while
	// Fault looks at the call.
	Status int
	Code   string
	// Outcome is what Fault decided.
	Outcome Outcome
	// Err is the connection error that the client got instead of an answer.
	Err error
}

// Do implements aws.HTTPClient.
func (t *Transport) Do(r *http.Request) (*http.Response, error) { return t.RoundTrip(r) }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	call := t.note(r)
	if t.Fault != nil {
		call.Outcome = t.Fault(call)
	}
	t.waited += call.Outcome.Latency
	run(call.Outcome.Before)
	resp, err := t.serve(r, &call)
	call.Err = err
	t.log = append(t.log, call)
	run(call.Outcome.After)
	return resp, err
}

// serve does to the call what its outcome says.
func (t *Transport) serve(r *http.Request, call *Call) (*http.Response, error) {
	switch call.Outcome.Kind {
	case Refuse:
		return answer(r, call, refusal(call.Service, call.Outcome)), nil
	case Disconnect:
		if call.Outcome.Err != nil {
			return nil, call.Outcome.Err
		}
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Host, syscall.ECONNREFUSED)
	case Pass, LoseAnswer, Delay:
	}
	handler := t.handler(r.URL.Hostname())
	if handler == nil {
		return answer(r, call, refusal(call.Service, Outcome{
			Status: http.StatusNotImplemented, Code: "NotImplemented",
			Message: fmt.Sprintf("there is no stand-in for %s (%s %s)", r.URL.Host, call.Service, call.Operation),
		})), nil
	}
	w := &recorder{header: http.Header{}}
	if call.Outcome.Kind == Delay {
		request, err := buffered(r)
		if err != nil {
			return nil, err
		}
		call.Outcome.Deliver(func() { handler.ServeHTTP(w, request) })
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Host, io.ErrUnexpectedEOF)
	}
	handler.ServeHTTP(w, incoming(r))
	resp := answer(r, call, w)
	if call.Outcome.Kind == LoseAnswer {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Host, io.ErrUnexpectedEOF)
	}
	return resp, nil
}

// note makes the log's entry for a request.
func (t *Transport) note(r *http.Request) Call {
	ctx := r.Context()
	c := Call{
		Service: middleware.GetServiceID(ctx), Operation: middleware.GetOperationName(ctx),
		Method: r.Method, Host: r.URL.Host, Path: r.URL.Path, Query: r.URL.RawQuery, IfMatch: r.Header.Get("If-Match"),
		ID: resourceID(r.URL.Path),
	}
	if t.Now != nil {
		c.Time = t.Now()
	}
	if t.counts == nil {
		t.counts = map[operation]int{}
	}
	t.counts[operation{c.Service, c.Operation}]++
	c.Attempt = t.counts[operation{c.Service, c.Operation}]
	return c
}

// Log is every call so far, in order. It must not be changed.
func (t *Transport) Log() []Call { return t.log }

// Count is how many calls of an operation there were, whatever became of them.
func (t *Transport) Count(service, name string) int { return t.counts[operation{service, name}] }

// TakeLatency is the sum of the latencies since it was last asked. Nothing here moves a clock: calls run inside one event
// of the simulation, and whoever runs the Lambda adds this to its duration.
func (t *Transport) TakeLatency() time.Duration {
	d := t.waited
	t.waited = 0
	return d
}

func (t *Transport) handler(host string) http.Handler {
	if h, ok := t.Hosts[host]; ok {
		return h
	}
	for rest, ok := host, true; ok; {
		if _, rest, ok = strings.Cut(rest, "."); ok {
			if h, found := t.Hosts["*."+rest]; found {
				return h
			}
		}
	}
	return nil
}

// resourceID is the second segment after CloudFront's API version.
func resourceID(path string) string {
	rest, ok := strings.CutPrefix(path, "/2020-05-31/")
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, "/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// incoming is a client's request as a server sees it.
func incoming(r *http.Request) *http.Request {
	in := r.WithContext(context.WithoutCancel(r.Context()))
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	return in
}

// buffered is an incoming request whose body can be read after its client has gone.
func buffered(r *http.Request) (*http.Request, error) {
	in := incoming(r)
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return nil, fmt.Errorf("keep the body of %s %s: %w", r.Method, r.URL.Host, err)
	}
	in.Body = io.NopCloser(bytes.NewReader(body))
	return in, nil
}

// recorder keeps what a handler answers.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter; the first call counts.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// answer turns what was recorded into the client's response and notes it in the call.
func answer(r *http.Request, call *Call, w *recorder) *http.Response {
	w.WriteHeader(http.StatusOK)
	call.Status = w.status
	if w.status >= http.StatusMultipleChoices {
		call.Code = errorCode(w)
	}
	return &http.Response{
		StatusCode: w.status, Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(bytes.NewReader(w.body.Bytes())), ContentLength: int64(w.body.Len()), Request: r,
	}
}

func run(hook func()) {
	if hook != nil {
		hook()
	}
}
