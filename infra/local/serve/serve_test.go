package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/serve"
)

// running is the command, with its end.
type running struct {
	screen *screen
	stop   context.CancelFunc
	ended  chan error
}

func run(t *testing.T, port int) running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r := running{&screen{ready: make(chan struct{})}, stop, make(chan error, 1)}
	at := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	go func() {
		r.ended <- serve.Run(ctx, serve.Options{Port: port, Speed: 60, Seed: 1, Now: func() time.Time { return at }}, r.screen)
	}()
	return r
}

// TestARequestUnderWayIsFinished: the end is asked for while half a body has arrived; the request is answered all the same.
func TestARequestUnderWayIsFinished(t *testing.T) {
	r := run(t, 0)
	address := strings.TrimPrefix(r.screen.address(t), "http://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "PUT /example-site/new HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
		address, signed("s3").Get("Authorization"))
	must(t, err)
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v: want the server to wait for the body", line, err)
	}
	_, err = reader.ReadString('\n')
	must(t, err)
	_, err = io.WriteString(conn, "ab")
	must(t, err)
	r.stop()
	_, err = io.WriteString(conn, "cd")
	must(t, err)
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("the request that was under way got no answer: %v", err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("got %s, want 200", res.Status)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
}

func TestTheIntroductionFitsATerminal(t *testing.T) {
	r := run(t, 0)
	r.screen.address(t)
	r.stop()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(r.screen.text.String()) {
		if len(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestATakenPortIsSaid(t *testing.T) {
	first := run(t, 0)
	var port int
	if _, err := fmt.Sscanf(first.screen.address(t), "http://127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	err := <-run(t, port).ended
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("127.0.0.1:%d is taken", port)) || !strings.Contains(err.Error(), "--port") {
		t.Errorf("got %v, want it to say that the port is taken and what to do", err)
	}
	first.stop()
	if err := <-first.ended; err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
}
