package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/transport"
)

// stackOf is the stack of P as CloudFormation tells it.
func stackOf(t *testing.T, prepare func(*cloudformation.Server)) (account.Stack, error) {
	t.Helper()
	clock := simtime.New(time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC))
	server := cloudformation.New(clock)
	prepare(server)
	hosts := map[string]http.Handler{"cloudformation.us-east-1.amazonaws.com": server}
	return account.StackOf(t.Context(), cfn.NewFromConfig(transport.Config(&transport.Transport{Hosts: hosts, Now: clock.Now})), "P")
}

func owner(status string) cloudformation.Stack {
	return cloudformation.Stack{
		Name: "Site", ID: "arn:aws:cloudformation:us-east-1:123456789012:stack/Site/1", Status: status,
		Deleted:   time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC),
		Resources: []cloudformation.Resource{{Logical: "Bucket", Physical: "other"}, {Logical: "Policy", Physical: "P"}},
	}
}

func TestTheStackOfAResourceIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*cloudformation.Server)
		known   bool
		deleted bool
	}{
		"a living one":                  {func(s *cloudformation.Server) { s.Put(owner("UPDATE_COMPLETE")) }, true, false},
		"one that is being deleted":     {func(s *cloudformation.Server) { s.Put(owner("DELETE_IN_PROGRESS")) }, true, false},
		"one that could not be deleted": {func(s *cloudformation.Server) { s.Put(owner("DELETE_FAILED")) }, true, false},
		"one that was deleted":          {func(s *cloudformation.Server) { s.Put(owner("DELETE_COMPLETE")) }, true, true},
		"none":                          {func(*cloudformation.Server) {}, false, false},
		"one that is forgotten": {func(s *cloudformation.Server) {
			s.Put(owner("DELETE_COMPLETE"))
			s.ForgetsDeleted = true
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := stackOf(t, c.prepare)
			if err != nil || (got.ID != "") != c.known || got.Deleted != c.deleted {
				t.Errorf("got %+v and error %v, want known %t, deleted %t", got, err, c.known, c.deleted)
			}
		})
	}
}

// TestNoAnswerIsNotAnAnswer: whoever cannot ask does not know that no stack owns a resource.
func TestNoAnswerIsNotAnAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		operation, code string
		want            fault.Name
	}{
		"a missing permission":               {"DescribeStackResources", "AccessDenied", fault.Refused},
		"a missing permission for the stack": {"DescribeStacks", "AccessDenied", fault.Refused},
		"another validation error":           {"DescribeStackResources", "ValidationError", fault.Refused},
		"too many requests":                  {"DescribeStackResources", "Throttling", fault.Throttled},
		"a service that is down":             {"DescribeStacks", "InternalFailure", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := stackOf(t, func(s *cloudformation.Server) {
				s.Put(owner("DELETE_COMPLETE"))
				s.Refuse(c.operation, c.code)
			})
			if fault.NameOf(err) != c.want || got != (account.Stack{}) || !strings.Contains(err.Error(), "ask CloudFormation") {
				t.Errorf("got %+v and error %v, want %s", got, err, c.want)
			}
		})
	}
}
