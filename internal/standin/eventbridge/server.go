// Package eventbridge is a stand-in for Amazon EventBridge: it takes events by PutEvents and keeps them.
//
// Entries are checked as far as AWS reports them in the answer: PutEvents succeeds even when every entry failed, which
// is why callers must look at FailedEntryCount. Rules, targets and buses do not exist; whatever bus an event names, it
// is kept. Every other operation answers 501.
package eventbridge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/awsjson"
)

// Event is one that was put.
type Event struct {
	// ID is the one that the answer gave.
	ID string
	// Time is the entry's own, or else when it was put.
	Time time.Time
	// Source, DetailType, Detail, Bus and Resources are those of the entry; Detail is a JSON object.
	Source, DetailType, Detail, Bus string
	Resources                       []string
}

// Server is the EventBridge of one simulation.
type Server struct {
	mu      sync.Mutex
	clock   *simtime.Clock
	events  []Event
	serial  int
	failing plan
	refused plan
}

type plan struct {
	left int
	code string
}

func (p *plan) next() string {
	if p.left <= 0 {
		return ""
	}
	p.left--
	return p.code
}

// New returns an EventBridge without events that reads the time from clock.
func New(clock *simtime.Clock) *Server { return &Server{clock: clock} }

// Events are those that were put, in order.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// FailEntries makes the next n entries fail with this code, such as InternalFailure or ThrottlingException, in calls
// that succeed.
func (s *Server) FailEntries(n int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = plan{n, code}
}

// Refuse answers the next n calls with an error of this code, such as ThrottlingException or AccessDeniedException.
func (s *Server) Refuse(n int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = plan{n, code}
}

// ServeHTTP answers one request of the EventBridge API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.answer(r)
	awsjson.Answer(w, awsjson.Version11, out, err)
}

func invalid(message string) *awsjson.Error {
	return awsjson.NewError(http.StatusBadRequest, "ValidationException", message)
}

func (s *Server) answer(r *http.Request) (any, error) {
	target := r.Header.Get("X-Amz-Target")
	if r.Method != http.MethodPost || target != "AWSEvents.PutEvents" {
		return nil, awsjson.NewError(http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement "+target+".")
	}
	if code := s.refused.next(); code != "" {
		status := http.StatusBadRequest
		if strings.HasPrefix(code, "Internal") {
			status = http.StatusInternalServerError
		}
		return nil, awsjson.NewError(status, code, "The stand-in was told to refuse.")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, invalid("The body ended early.")
	}
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.NewError(http.StatusBadRequest, "SerializationException", "The body is not the JSON of a PutEvents request.")
	}
	return s.put(in)
}

func (s *Server) id() string {
	s.serial++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", s.serial)
}
