package cloudformation_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/transport"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// world has two stacks: that of a staging distribution, and one that was deleted an hour ago with the distribution E9OLD.
func world() (*cloudformation.Server, *sdk.Client, *simtime.Clock) {
	clock := simtime.New(start())
	server := cloudformation.New(clock)
	server.Put(cloudformation.Stack{
		Name: "SiteStaging", Status: "UPDATE_COMPLETE", Updated: start().Add(-time.Minute),
		Resources: []cloudformation.Resource{
			{Logical: "Distribution", Physical: "E2STAGING", Type: "AWS::CloudFront::Distribution", Status: "UPDATE_COMPLETE"},
			{Logical: "Bucket", Physical: "site-staging", Type: "AWS::S3::Bucket", Status: "CREATE_COMPLETE"},
		},
	})
	server.Put(cloudformation.Stack{
		Name: "Old", ID: oldID, Status: "DELETE_COMPLETE", Created: start().Add(-24 * time.Hour), Deleted: start().Add(-time.Hour),
		Resources: []cloudformation.Resource{
			{Logical: "Distribution", Physical: "E9OLD", Type: "AWS::CloudFront::Distribution", Status: "DELETE_COMPLETE"},
		},
	})
	return server, sdk.NewFromConfig(transport.Config(&transport.Transport{Hosts: map[string]http.Handler{
		"cloudformation.us-east-1.amazonaws.com": server,
	}})), clock
}

const oldID = "arn:aws:cloudformation:us-east-1:123456789012:stack/Old/1"

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

func TestTheStackOfAResource(t *testing.T) {
	t.Parallel()
	_, client, _ := world()
	got, err := client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("E2STAGING")})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.StackResources) != 2 {
		t.Fatalf("got %d resources, want all of the stack", len(got.StackResources))
	}
	r := got.StackResources[0]
	if aws.ToString(r.PhysicalResourceId) != "E2STAGING" || aws.ToString(r.LogicalResourceId) != "Distribution" ||
		aws.ToString(r.ResourceType) != "AWS::CloudFront::Distribution" || r.ResourceStatus != types.ResourceStatusUpdateComplete ||
		aws.ToString(r.StackName) != "SiteStaging" || !aws.ToTime(r.Timestamp).Equal(start()) {
		t.Errorf("got %+v", r)
	}
	stack, err := client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: r.StackId})
	if err != nil || len(stack.Stacks) != 1 || stack.Stacks[0].StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("got %+v, %v, want the stack by its id", stack, err)
	}
	got, err = client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{
		StackName: aws.String("SiteStaging"), LogicalResourceId: aws.String("Bucket"),
	})
	if err != nil || len(got.StackResources) != 1 || aws.ToString(got.StackResources[0].PhysicalResourceId) != "site-staging" {
		t.Errorf("got %+v, %v, want the bucket alone", got, err)
	}
}

func TestADeletedStackIsRememberedFor90Days(t *testing.T) {
	t.Parallel()
	server, client, clock := world()
	find := func() error {
		_, err := client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("E9OLD")})
		return err
	}
	if err := find(); err != nil {
		t.Errorf("got %v, want the deleted stack", err)
	}
	_, err := client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: aws.String("Old")})
	wantCode(t, err, "ValidationError") // by name only while it exists
	stack, err := client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: aws.String(oldID)})
	if err != nil || !aws.ToTime(stack.Stacks[0].DeletionTime).Equal(start().Add(-time.Hour)) {
		t.Errorf("got %+v, %v, want when it was deleted", stack, err)
	}
	server.ForgetsDeleted = true
	wantCode(t, find(), "ValidationError")
	server.ForgetsDeleted = false
	clock.Advance(91 * 24 * time.Hour)
	wantCode(t, find(), "ValidationError")
	if got := names(t, client, nil); !slices.Equal(got, []string{"SiteStaging"}) {
		t.Errorf("got the stacks %v, want the deleted one forgotten", got)
	}
}

// TestAnExistingStackOwnsWhatADeletedOneLeft: a retained distribution was imported into another stack.
func TestAnExistingStackOwnsWhatADeletedOneLeft(t *testing.T) {
	t.Parallel()
	server, client, _ := world()
	server.Put(cloudformation.Stack{Name: "New", Status: "IMPORT_COMPLETE", Resources: []cloudformation.Resource{{Physical: "E9OLD"}}})
	got, err := client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("E9OLD")})
	if err != nil || aws.ToString(got.StackResources[0].StackName) != "New" {
		t.Errorf("got %+v, %v, want the stack New", got, err)
	}
}

func TestStacksAreListedInPagesAndByStatus(t *testing.T) {
	t.Parallel()
	server, client, _ := world()
	server.Put(cloudformation.Stack{Name: "Nested", Status: "CREATE_FAILED", Root: "root", Parent: "parent", Reason: "why"})
	server.PageSize = 2
	if got := names(t, client, nil); !slices.Equal(got, []string{"SiteStaging", "Old", "Nested"}) {
		t.Errorf("got %v, want all stacks", got)
	}
	if got := names(t, client, []types.StackStatus{types.StackStatusDeleteComplete, types.StackStatusCreateFailed}); !slices.Equal(got, []string{"Old", "Nested"}) {
		t.Errorf("got %v, want the deleted and the failed one", got)
	}
	server.PageSize = 1
	var described []string
	pages := sdk.NewDescribeStacksPaginator(client, &sdk.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Stacks {
			described = append(described, aws.ToString(s.StackName)+" "+aws.ToString(s.RootId)+aws.ToString(s.ParentId)+aws.ToString(s.StackStatusReason))
		}
	}
	if !slices.Equal(described, []string{"SiteStaging ", "Nested rootparentwhy"}) {
		t.Errorf("got %v, want the existing stacks", described)
	}
	_, err := client.ListStacks(t.Context(), &sdk.ListStacksInput{NextToken: aws.String("x")})
	wantCode(t, err, "ValidationError")
}

func names(t *testing.T, client *sdk.Client, statuses []types.StackStatus) []string {
	t.Helper()
	var all []string
	pages := sdk.NewListStacksPaginator(client, &sdk.ListStacksInput{StackStatusFilter: statuses})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.StackSummaries {
			all = append(all, aws.ToString(s.StackName))
		}
	}
	return all
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	server, client, _ := world()
	_, err := client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("E1OTHER")})
	wantCode(t, err, "ValidationError")
	_, err = client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{})
	wantCode(t, err, "ValidationError")
	_, err = client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{StackName: aws.String("a"), PhysicalResourceId: aws.String("b")})
	wantCode(t, err, "ValidationError")
	_, err = client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: aws.String("Nowhere")})
	wantCode(t, err, "ValidationError")
	_, err = client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("SiteStaging")})
	wantCode(t, err, "NotImplemented")
	for _, code := range []string{"AccessDenied", "Throttling", "InternalFailure"} {
		server.Refuse("DescribeStacks", code)
		_, err = client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{})
		wantCode(t, err, code)
	}
	server.Refuse("DescribeStacks", "")
	if _, err = client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{}); err != nil {
		t.Errorf("got %v after the refusals", err)
	}
}

// TestWhatNobodyReadsIsRefused: a parameter that would be ignored, another version, another method.
func TestWhatNobodyReadsIsRefused(t *testing.T) {
	t.Parallel()
	server, _, _ := world()
	for name, r := range map[string]*http.Request{
		"a parameter": httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=ListStacks&Version=2010-05-15&Sort=x")),
		"a version":   httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=ListStacks")),
		"a method":    httptest.NewRequest(http.MethodGet, "/?Action=ListStacks&Version=2010-05-15", http.NoBody),
	} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code != http.StatusNotImplemented {
			t.Errorf("%s: got %d: %s", name, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("%")))
	if w.Code != http.StatusBadRequest {
		t.Errorf("got %d for what is no form", w.Code)
	}
}
