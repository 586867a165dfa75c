package serve_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// TestAMistakeOfTheStandinsIsA500: a panic is answered in the protocol of whoever met it, told at the terminal, and holds up
// nobody after it.
func TestAMistakeOfTheStandinsIsA500(t *testing.T) {
	s := start(t)
	var told bytes.Buffer
	s.account.LogTo(&told)
	_, err := s.cloudfront.CreateDistribution(t.Context(), &cloudfront.CreateDistributionInput{DistributionConfig: s.siteConfig(t)})
	must(t, err)
	s.account.CloudFront.OnFlip = func(string, string, int, int) { panic("a flip too many") }
	const wait = 500 * time.Millisecond // a few POPs' worth

	for range 20 {
		s.wall.pass(wait)
		if _, err = s.cloudfront.ListDistributions(t.Context(), &cloudfront.ListDistributionsInput{}); err != nil {
			break
		}
	}
	wantCode(t, err, http.StatusInternalServerError, "InternalFailure")
	s.wall.pass(wait)
	_, err = s.s3.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, http.StatusInternalServerError, "InternalFailure")
	s.wall.pass(wait)
	s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "").want(t, http.StatusInternalServerError, "<Code>InternalFailure</Code>")
	if text := told.String(); !strings.Contains(text, "a flip too many") || !strings.Contains(text, "mistake_test.go") {
		t.Errorf("got %s, want the mistake with its stack", text)
	}

	s.account.CloudFront.OnFlip = nil
	s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "").want(t, http.StatusOK, "<Quantity>1</Quantity>")
}

// TestABodyThatEndsEarlyIsRefusedInAWSsWords, and holds up nobody while it is awaited.
func TestABodyThatEndsEarlyIsRefusedInAWSsWords(t *testing.T) {
	s := start(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp4", s.Listener.Addr().String())
	must(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /2020-05-31/distribution HTTP/1.1\r\nHost: any\r\nContent-Length: 100\r\n\r\n<Distribution")
	must(t, err)
	s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "").want(t, http.StatusOK)
	if half, ok := conn.(*net.TCPConn); ok {
		must(t, half.CloseWrite())
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(t, err)
	answer{res.StatusCode, res.Header, string(text)}.want(t, http.StatusBadRequest, "<Type>Sender</Type><Code>IncompleteBody</Code>")
}

func wantCode(t *testing.T, err error, status int, code string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
	if res, ok := errors.AsType[*awshttp.ResponseError](err); !ok || res.HTTPStatusCode() != status {
		t.Errorf("got %v, want status %d", err, status)
	}
}
