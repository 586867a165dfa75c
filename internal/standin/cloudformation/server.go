// Package cloudformation is a stand-in for AWS CloudFormation: which stack a resource belongs to, and how its last
// operation stands.
//
// It speaks the Query protocol of the unmodified SDK client: a form in the request, XML in the answer. DescribeStackResources,
// DescribeStacks and ListStacks tell what Put said. Nothing is ever deployed: templates, change sets and every other
// operation or parameter answer 501 NotImplemented.
package cloudformation

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/simtime"
)

// memory is how long a deleted stack is remembered (API Reference, ListStacks and DescribeStackResources).
const memory = 90 * 24 * time.Hour

// Stack is a stack as its last operation left it.
type Stack struct {
	Name string
	// ID is the ARN; Put makes one of the name where it is empty.
	ID string
	// Status is a StackStatus, such as UPDATE_COMPLETE; Reason is why, where CloudFormation says so.
	Status, Reason string
	// Root is the ID of the outermost stack of a nested one, Parent that of the next one; else they are empty.
	Root, Parent string
	// Created, Updated and Deleted are zero where that did not happen; Put sets Created where it is.
	Created, Updated, Deleted time.Time
	Resources                 []Resource
}

// Resource is one resource of a stack.
type Resource struct {
	// Logical is the name in the template, Physical the id of the service, Type such as AWS::CloudFront::Distribution.
	Logical, Physical, Type string
	// Status is a ResourceStatus, such as UPDATE_COMPLETE.
	Status string
}

// Server is the CloudFormation of one region of a simulation.
type Server struct {
	// ForgetsDeleted makes DescribeStackResources find nothing by the physical id of a resource whose stack was deleted.
	// Unverified against live AWS: the API Reference promises information about deleted stacks for 90 days, but asks for
	// the stack's unique id where it speaks of stacks by name.
	ForgetsDeleted bool
	// PageSize is how many stacks DescribeStacks and ListStacks put on a page; New sets 100. AWS pages by size, at 1 MB.
	PageSize int

	mu      sync.Mutex
	clock   *simtime.Clock
	stacks  []Stack
	refused map[string]string
}

// New returns a CloudFormation without stacks that reads the time from clock.
func New(clock *simtime.Clock) *Server {
	return &Server{clock: clock, PageSize: 100, refused: map[string]string{}}
}

// Put creates the stack, or replaces the one with its ID.
func (s *Server) Put(stack Stack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stack.ID == "" {
		stack.ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/" + stack.Name + "/00000000-0000-4000-8000-000000000000"
	}
	if stack.Created.IsZero() {
		stack.Created = s.clock.Now()
	}
	for i := range s.stacks {
		if s.stacks[i].ID == stack.ID {
			s.stacks[i] = stack
			return
		}
	}
	s.stacks = append(s.stacks, stack)
}

// Refuse answers every call of an operation ("DescribeStacks") with an error of this code, such as AccessDenied or
// Throttling, until it is called again with no code.
func (s *Server) Refuse(operation, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refused, operation)
	if code != "" {
		s.refused[operation] = code
	}
}

// ServeHTTP answers one request of the CloudFormation API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, f := read(r)
	if f == nil {
		f = s.refusal(in.action)
	}
	var out any
	if f == nil {
		out, f = s.operate(in)
	}
	if f == nil {
		f = in.ignored()
	}
	if f != nil {
		f.write(w)
		return
	}
	answer(w, in.action, out)
}

func (s *Server) operate(in *input) (any, *fault) {
	switch in.action {
	case "DescribeStackResources":
		return s.describeStackResources(in)
	case "DescribeStacks":
		return s.describeStacks(in)
	case "ListStacks":
		return s.listStacks(in)
	}
	return nil, notImplemented("the operation " + in.action)
}

func (s *Server) refusal(action string) *fault {
	code := s.refused[action]
	switch {
	case code == "":
		return nil
	case strings.HasPrefix(code, "AccessDenied"):
		return &fault{http.StatusForbidden, code, "The stand-in was told to refuse."}
	case strings.HasPrefix(code, "Internal"):
		return &fault{http.StatusInternalServerError, code, "The stand-in was told to refuse."}
	}
	return &fault{http.StatusBadRequest, code, "The stand-in was told to refuse."}
}

// remembered are the stacks that there are, and those that were deleted not long ago.
func (s *Server) remembered() []Stack {
	var all []Stack
	for _, stack := range s.stacks {
		if !stack.gone() || s.clock.Now().Sub(stack.Deleted) <= memory {
			all = append(all, stack)
		}
	}
	return all
}

func (s Stack) gone() bool { return s.Status == "DELETE_COMPLETE" }
