package eventbridge_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/eventbridge"
)

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func world() (*eventbridge.Server, *sdk.Client) {
	server := eventbridge.New(simtime.New(start()))
	return server, sdk.New(sdk.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: inProcess{server}},
		Retryer:     aws.NopRetryer{},
	})
}

func good() types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{
		Source: aws.String("cloudfront-cd"), DetailType: aws.String("promoted"), Detail: aws.String(`{"id":"1"}`),
	}
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

func TestEventsAreKept(t *testing.T) {
	server, c := world()
	second := good()
	second.Time, second.EventBusName = aws.Time(start().Add(-time.Hour)), aws.String("ops")
	second.Resources = []string{"arn:aws:cloudfront::1:distribution/E1"}
	out, err := c.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{good(), second}})
	if err != nil {
		t.Fatal(err)
	}
	want := []eventbridge.Event{
		{
			ID: *out.Entries[0].EventId, Time: start(), Source: "cloudfront-cd", DetailType: "promoted",
			Detail: `{"id":"1"}`, Bus: "default",
		},
		{
			ID: *out.Entries[1].EventId, Time: start().Add(-time.Hour), Source: "cloudfront-cd", DetailType: "promoted",
			Detail: `{"id":"1"}`, Bus: "ops", Resources: second.Resources,
		},
	}
	if got := server.Events(); !reflect.DeepEqual(got, want) || want[0].ID == want[1].ID {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAnEntryFailsInACallThatSucceeds(t *testing.T) {
	tests := map[string]struct {
		change func(*types.PutEventsRequestEntry)
		want   string
	}{
		"without a source":        {func(e *types.PutEventsRequestEntry) { e.Source = nil }, "InvalidArgument"},
		"without a detail type":   {func(e *types.PutEventsRequestEntry) { e.DetailType = nil }, "InvalidArgument"},
		"without a detail":        {func(e *types.PutEventsRequestEntry) { e.Detail = nil }, "InvalidArgument"},
		"a detail that is text":   {func(e *types.PutEventsRequestEntry) { e.Detail = aws.String("promoted") }, "MalformedDetail"},
		"a detail that is a list": {func(e *types.PutEventsRequestEntry) { e.Detail = aws.String("[]") }, "MalformedDetail"},
		"the source of a service": {func(e *types.PutEventsRequestEntry) { e.Source = aws.String("aws.cloudfront") }, "NotAuthorizedForSourceException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, c := world()
			bad := good()
			tt.change(&bad)
			out, err := c.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{bad, good()}})
			if err != nil {
				t.Fatal(err)
			}
			if out.FailedEntryCount != 1 || aws.ToString(out.Entries[0].ErrorCode) != tt.want || out.Entries[1].EventId == nil {
				t.Errorf("got %d failed, %+v, want the first with %s", out.FailedEntryCount, out.Entries, tt.want)
			}
			if got := server.Events(); len(got) != 1 {
				t.Errorf("got %d events kept, want the good one", len(got))
			}
		})
	}
}

func TestFailuresOnDemand(t *testing.T) {
	server, c := world()
	put := func() (*sdk.PutEventsOutput, error) {
		return c.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{good()}})
	}
	for _, code := range []string{"ThrottlingException", "AccessDeniedException", "InternalException"} {
		server.Refuse(1, code)
		_, err := put()
		wantCode(t, err, code)
	}
	server.FailEntries(1, "InternalFailure")
	out, err := put()
	if err != nil || out.FailedEntryCount != 1 || aws.ToString(out.Entries[0].ErrorCode) != "InternalFailure" {
		t.Errorf("got %+v, %v, want one failed entry", out, err)
	}
	if len(server.Events()) != 0 {
		t.Errorf("got %d events kept, want none", len(server.Events()))
	}
	if out, err := put(); err != nil || out.FailedEntryCount != 0 {
		t.Errorf("got %+v, %v after the failures", out, err)
	}
}

func TestRefusedRequests(t *testing.T) {
	_, c := world()
	large := good()
	large.Detail = aws.String(`{"x":"` + strings.Repeat("y", 256*1024) + `"}`)
	for name, entries := range map[string][]types.PutEventsRequestEntry{
		"none":      {},
		"eleven":    {good(), good(), good(), good(), good(), good(), good(), good(), good(), good(), good()},
		"too large": {large},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: entries})
			wantCode(t, err, "ValidationException")
		})
	}
	_, err := c.ListRules(t.Context(), &sdk.ListRulesInput{})
	wantCode(t, err, "NotImplemented")
}

func FuzzNoRequestPanics(f *testing.F) {
	f.Add(`{"Entries":[{"Source":"a","DetailType":"b","Detail":"{}","Time":1e300}]}`)
	f.Add(`{"Entries":[{"Detail":"null"},{}]}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
		w := httptest.NewRecorder()
		server, _ := world()
		server.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented {
			t.Errorf("got status %d: %s", w.Code, w.Body)
		}
	})
}
