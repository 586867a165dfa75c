package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/standin/lambdaruntime"
)

// failureVar tells this test's own binary to be a Lambda function that fails in the named way.
const failureVar = "BE_A_LAMBDA_THAT_FAILS_WITH"

// The failures, each as a handler would meet it. The SDK errors come out of the real client.
func failures() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"own fault": func(context.Context) error { return fault.Errorf(fault.LockHeld, "held by another") },
		"own fault wrapped twice": func(context.Context) error {
			return fmt.Errorf("outer: %w", fmt.Errorf("inner: %w", fault.Errorf(fault.ConfigChanged, "someone edited it")))
		},
		"SDK error with a modelled code": func(ctx context.Context) error {
			return update(ctx, http.StatusPreconditionFailed, "PreconditionFailed")
		},
		"SDK error with an unmodelled code": func(ctx context.Context) error {
			return update(ctx, http.StatusBadRequest, "Throttling")
		},
		"SDK error with a status alone": func(ctx context.Context) error { return update(ctx, http.StatusBadGateway, "") },
		"SDK error with a lost answer":  func(ctx context.Context) error { return update(ctx, 0, "") },
		"plain error":                   func(context.Context) error { return errors.New("plain") },
		"panic": func(context.Context) error {
			return errors.New(strings.Fields("")[0])
		},
		"no failure": func(context.Context) error { return nil },
	}
}

type answering func(*http.Request) (*http.Response, error)

func (a answering) Do(r *http.Request) (*http.Response, error) { return a(r) }

// update calls UpdateDistribution through the SDK client and gets the given answer; status 0 loses it.
func update(ctx context.Context, status int, code string) error {
	client := cloudfront.New(cloudfront.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		Retryer:     aws.NopRetryer{},
		HTTPClient: answering(func(*http.Request) (*http.Response, error) {
			if status == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			body := "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>said the stand-in</Message></Error></ErrorResponse>"
			if code == "" {
				body = "Bad Gateway"
			}
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
		}),
	})
	_, err := client.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
		Id: aws.String("E1PRIMARY"),
		DistributionConfig: &types.DistributionConfig{
			CallerReference: aws.String("x"), Comment: aws.String(""), Enabled: aws.Bool(true),
			Origins: &types.Origins{Quantity: aws.Int32(0), Items: []types.Origin{}},
			DefaultCacheBehavior: &types.DefaultCacheBehavior{
				TargetOriginId: aws.String("site"), ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll,
			},
		},
	})
	return fmt.Errorf("update: %w", err)
}

func TestMain(m *testing.M) {
	if failure, ok := failures()[os.Getenv(failureVar)]; ok { //nolint:forbidigo // the child's role comes by environment, as a Lambda's settings do
		lambda.Start(fault.Handler(func(ctx context.Context, in struct {
			N int `json:"n"`
		},
		) (map[string]int, error) {
			return map[string]int{"n": in.N}, failure(ctx)
		}))
	}
	os.Exit(m.Run())
}

// TestWhatStepFunctionsSees runs a real bootstrap against a fake Lambda Runtime API and compares the error type and
// message that it reports: they become Error and Cause in Step Functions.
func TestWhatStepFunctionsSees(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ input, failure, errorType, message string }{
		"an own fault keeps its name":                           {`{}`, "own fault", "LockHeld", "held by another"},
		"an own fault keeps its name when wrapped":              {`{}`, "own fault wrapped twice", "ConfigChanged", "outer: inner: someone edited it"},
		"a modelled SDK error is classified by code":            {`{}`, "SDK error with a modelled code", "Refused", "PreconditionFailed"},
		"an unmodelled code is classified all the same":         {`{}`, "SDK error with an unmodelled code", "Throttled", "Throttling"},
		"a server error without a code is Unavailable":          {`{}`, "SDK error with a status alone", "Unavailable", "502"},
		"a lost answer is Unavailable":                          {`{}`, "SDK error with a lost answer", "Unavailable", "unexpected EOF"},
		"a plain error is Unexpected":                           {`{}`, "plain error", "Unexpected", "plain"},
		"a panic is the Go type, which only States.ALL catches": {`{}`, "panic", "boundsError", "index out of range"},
		"an input of the wrong type never reaches the handler":  {`{"n":"x"}`, "no failure", "UnmarshalTypeError", "cannot unmarshal"},
		"no failure is an answer":                               {`{"n":7}`, "no failure", "", `{"n":7}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := invoke(t, want.failure, want.input)
			if got.ErrorType != want.errorType {
				t.Errorf("got error type %q, want %q", got.ErrorType, want.errorType)
			}
			if message := got.Response + got.ErrorMessage; !strings.Contains(message, want.message) {
				t.Errorf("got message %q, want it to contain %q", message, want.message)
			}
		})
	}
}

// invoke starts the child, hands it one event and returns what it posts.
func invoke(t *testing.T, failure, input string) lambdaruntime.Answer {
	t.Helper()
	function := exec.CommandContext(t.Context(), os.Args[0])
	function.Env = append(function.Environ(), failureVar+"="+failure)
	got, err := lambdaruntime.Invoke(function, []byte(input))
	if err != nil || len(got.Answers) != 1 {
		t.Fatalf("got answers %+v (%v), want one; it logged:\n%s", got.Answers, err, got.Log)
	}
	return got.Answers[0]
}
