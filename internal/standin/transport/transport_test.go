package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/standin/transport"
)

const policies = `<ContinuousDeploymentPolicyList><MaxItems>100</MaxItems><Quantity>0</Quantity></ContinuousDeploymentPolicyList>`

// network is a transport with a handler that counts what reaches it.
type network struct {
	*transport.Transport

	served []string
}

func newNetwork() *network {
	n := &network{Transport: &transport.Transport{}}
	n.Hosts = map[string]http.Handler{
		"cloudfront.amazonaws.com": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.served = append(n.served, r.Method+" "+r.RequestURI+" "+r.Host)
			if r.Method == http.MethodDelete {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			_, _ = io.WriteString(w, policies)
		}),
		"*.amazonaws.com": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			n.served = append(n.served, "other "+r.Host)
		}),
	}
	return n
}

func list(ctx context.Context, n *network) error {
	_, err := cloudfront.NewFromConfig(transport.Config(n.Transport)).
		ListContinuousDeploymentPolicies(ctx, &cloudfront.ListContinuousDeploymentPoliciesInput{MaxItems: aws.Int32(7)})
	return err
}

func deletePolicy(ctx context.Context, n *network) error {
	_, err := cloudfront.NewFromConfig(transport.Config(n.Transport)).
		DeleteContinuousDeploymentPolicy(ctx, &cloudfront.DeleteContinuousDeploymentPolicyInput{
			Id: aws.String("the-policy"), IfMatch: aws.String("E123"),
		})
	return err
}

func wantAPIError(t *testing.T, err error, code string, status int) {
	t.Helper()
	var api smithy.APIError
	var response *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if api.ErrorCode() != code || response.HTTPStatusCode() != status {
		t.Errorf("got %s %d, want %s %d", api.ErrorCode(), response.HTTPStatusCode(), code, status)
	}
}

func TestCallReachesTheHandlerAndTheLog(t *testing.T) {
	n := newNetwork()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	n.Now = func() time.Time { return at }
	if err := list(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if err := deletePolicy(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if got, want := n.served[0], "GET /2020-05-31/continuous-deployment-policy?MaxItems=7 cloudfront.amazonaws.com"; got != want {
		t.Errorf("the handler saw %q, want %q", got, want)
	}
	got := n.Log()[1]
	want := transport.Call{
		Time: at, Service: "CloudFront", Operation: "DeleteContinuousDeploymentPolicy", Attempt: 1,
		Method: http.MethodDelete, Host: "cloudfront.amazonaws.com", Path: "/2020-05-31/continuous-deployment-policy/the-policy",
		IfMatch: "E123", ID: "the-policy", Status: http.StatusNoContent,
	}
	got.Outcome, got.Query = transport.Outcome{}, ""
	if got.Time != want.Time || got.Service != want.Service || got.Operation != want.Operation || got.Attempt != want.Attempt ||
		got.Method != want.Method || got.Host != want.Host || got.Path != want.Path || got.IfMatch != want.IfMatch ||
		got.ID != want.ID || got.Status != want.Status || got.Code != "" || got.Err != nil {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if n.Count("CloudFront", "ListContinuousDeploymentPolicies") != 1 || n.Count("CloudFront", "GetDistribution") != 0 {
		t.Error("the counters are wrong")
	}
}

func TestOutcomes(t *testing.T) {
	tests := map[string]struct {
		outcome transport.Outcome
		effect  bool
		check   func(*testing.T, error)
	}{
		"a refusal has no effect": {
			transport.Throttled(), false,
			func(t *testing.T, err error) { t.Helper(); wantAPIError(t, err, "Throttling", 400) },
		},
		"a failing service has no effect and is not asked again": {
			transport.Unavailable(), false,
			func(t *testing.T, err error) { t.Helper(); wantAPIError(t, err, "ServiceUnavailable", 503) },
		},
		"a refused connection has no effect": {
			transport.Outcome{Kind: transport.Disconnect},
			false,
			func(t *testing.T, err error) {
				t.Helper()
				if !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("got %v", err)
				}
			},
		},
		"a lost answer has its effect": {
			transport.Outcome{Kind: transport.LoseAnswer},
			true,
			func(t *testing.T, err error) {
				t.Helper()
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %v", err)
				}
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNetwork()
			n.Fault = transport.Nth("CloudFront", "DeleteContinuousDeploymentPolicy", 2, tt.outcome)
			for range 2 {
				if err := list(t.Context(), n); err != nil {
					t.Fatal(err)
				}
			}
			if err := deletePolicy(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			before := len(n.served)
			tt.check(t, deletePolicy(t.Context(), n))
			if got := len(n.served) > before; got != tt.effect {
				t.Errorf("got effect %v, want %v", got, tt.effect)
			}
			last := n.Log()[len(n.Log())-1]
			if last.Attempt != 2 || last.Code != tt.outcome.Code || (last.Err != nil) != (tt.outcome.Kind != transport.Refuse) {
				t.Errorf("got log entry %+v", last)
			}
			if tt.effect && last.Status != http.StatusNoContent {
				t.Errorf("the log does not say what the handler answered: %+v", last)
			}
			if err := deletePolicy(t.Context(), n); err != nil {
				t.Errorf("the call after the fault failed too: %v", err)
			}
		})
	}
}

func TestHooksRunAroundTheCall(t *testing.T) {
	n := newNetwork()
	var order []string
	n.Fault = func(transport.Call) transport.Outcome {
		return transport.Outcome{
			Before:  func() { order = append(order, "before", strings.Join(n.served, "")) },
			After:   func() { order = append(order, "after"+strings.Repeat("!", len(n.served))) },
			Latency: 3 * time.Second,
		}
	}
	if err := list(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "before  after!" {
		t.Errorf("got %q", got)
	}
	if got := n.TakeLatency(); got != 3*time.Second || n.TakeLatency() != 0 {
		t.Errorf("got latency %v", got)
	}
}

func TestRefusalsSpeakEachServicesProtocol(t *testing.T) {
	n := newNetwork()
	n.Fault = func(transport.Call) transport.Outcome {
		return transport.Outcome{Kind: transport.Refuse, Status: 400, Code: "TheCode", Message: "a <message>"}
	}
	cfg := transport.Config(n.Transport)
	_, err := s3.NewFromConfig(cfg).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	wantAPIError(t, err, "TheCode", 400)
	_, err = sfn.NewFromConfig(cfg).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String("arn")})
	wantAPIError(t, err, "TheCode", 400)
	wantAPIError(t, list(t.Context(), n), "TheCode", 400)
	for i, want := range []string{"S3 GetObject", "SFN DescribeExecution", "CloudFront ListContinuousDeploymentPolicies"} {
		if got := n.Log()[i].Service + " " + n.Log()[i].Operation; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := n.Log()[i].Code; got != "TheCode" {
			t.Errorf("got code %q in the log of %s", got, want)
		}
	}
}

func TestHosts(t *testing.T) {
	n := newNetwork()
	cfg := transport.Config(n.Transport)
	_, err := s3.NewFromConfig(cfg).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	if err != nil || n.served[0] != "other bucket.s3.us-east-1.amazonaws.com" {
		t.Errorf("got %v, served %v", err, n.served)
	}
	delete(n.Hosts, "*.amazonaws.com")
	_, err = sfn.NewFromConfig(cfg).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String("arn")})
	wantAPIError(t, err, "NotImplemented", http.StatusNotImplemented)
	if !strings.Contains(err.Error(), "states.us-east-1.amazonaws.com") {
		t.Errorf("the error does not name the host: %v", err)
	}
}

func TestConfigReadsNothingFromTheEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_CLOUDFRONT": "http://127.0.0.1:9",
		"AWS_REGION": "eu-west-1", "AWS_PROFILE": "nobody", "HTTPS_PROXY": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "9",
	} {
		t.Setenv(name, value)
	}
	n := newNetwork()
	if err := list(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if got := n.Log()[0].Host; got != "cloudfront.amazonaws.com" {
		t.Errorf("got host %s", got)
	}
}

func TestCancelledCallHasNoEffect(t *testing.T) {
	n := newNetwork()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := deletePolicy(ctx, n); !errors.Is(err, context.Canceled) || len(n.served) > 0 {
		t.Errorf("got %v, served %v", err, n.served)
	}
}
