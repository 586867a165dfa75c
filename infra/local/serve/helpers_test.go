package serve_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/infra/local/serve"
)

// wall is a wall clock that only the test moves.
type wall struct {
	mu  sync.Mutex
	now time.Time
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// served is an account behind a socket, a minute there in a second of the wall clock.
type served struct {
	*httptest.Server

	account    *serve.Account
	wall       *wall
	cloudfront *cloudfront.Client
	s3         *s3.Client
}

func start(t *testing.T) *served {
	t.Helper()
	return startAt(t, 60)
}

func startAt(t *testing.T, speed float64) *served {
	t.Helper()
	w := &wall{now: time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)}
	account, err := serve.New(serve.Options{Speed: speed, Seed: 1, Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	s := &served{Server: httptest.NewServer(account), account: account, wall: w}
	t.Cleanup(s.Close)
	config := s.config()
	s.cloudfront = cloudfront.NewFromConfig(config)
	s.s3 = s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	return s
}

func (s *served) config() aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &s.URL, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""), HTTPClient: s.Client(),
	}
}

// answer is one over HTTP.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *served) do(t *testing.T, method, path string, header http.Header, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("got status %d, want %d: %s", a.status, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("got\n%s\nwant it to contain %q", a.body, text)
		}
	}
}

// signed is the header of a request to a service.
func signed(service string) http.Header {
	return http.Header{"Authorization": {
		"AWS4-HMAC-SHA256 Credential=any/20261123/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0",
	}}
}

// screen is what a command prints; ready is closed with the first blank line, when it has said where it listens.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ready chan struct{}
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text.Len() == 0 {
		defer close(s.ready)
	}
	return s.text.Write(b)
}

// address is where the command listens.
func (s *screen) address(t *testing.T) string {
	t.Helper()
	select {
	case <-s.ready:
	case <-t.Context().Done():
		t.Fatal("it never said where it listens")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, rest, ok := strings.Cut(s.text.String(), "CloudFront, S3, CloudWatch   ")
	if !ok {
		t.Fatalf("got %q, want an address in it", s.text.String())
	}
	return strings.Fields(rest)[0]
}
