// Package serve puts the stand-ins for CloudFront, its points of presence, S3 and CloudWatch behind one port of this machine,
// so that the AWS CLI, Terraform, an SDK, curl and a browser can be their clients.
//
// Simulated time runs Speed times as fast as the wall clock: a propagation of four minutes is over in four seconds. The
// stand-ins live on one goroutine, so requests are answered one at a time: each is read whole, the clock is moved to the
// simulated now, the request is answered into memory, and only then is the answer sent. A slow client holds up nobody.
//
// It is for trying things on. Any credentials are accepted, nothing is kept when it ends, and it listens on the loopback
// address only.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// Options say what to serve, and where.
type Options struct {
	// Port on the loopback address; 0 takes a free one.
	Port int
	// Speed is how many simulated seconds pass in a second.
	Speed float64
	// Seed draws ids, propagations and viewers; the same seed gives the same ids in the same order.
	Seed uint64
	// Now is the wall clock.
	Now func() time.Time
}

// Limits that keep a client which is slow, or gone, from holding on to the server.
const (
	readHeaderTimeout = 10 * time.Second
	transferTimeout   = time.Minute
	idleTimeout       = 2 * time.Minute
	headerLimit       = 64 << 10
	// shutdownTimeout is how long requests that are under way have to finish.
	shutdownTimeout = 10 * time.Second
)

// Run serves until ctx ends; then it lets requests that are under way finish.
func Run(ctx context.Context, o Options, out io.Writer) error {
	listener, err := listen(ctx, o.Port)
	if err != nil {
		return err
	}
	account, err := New(o)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	account.log = out
	server := &http.Server{
		Handler:           account,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       transferTimeout,
		WriteTimeout:      transferTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerLimit,
	}
	introduce(out, listener.Addr().String(), o.Speed)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	// The context that ended is the reason for this, not its limit.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(limited); err != nil {
		return fmt.Errorf("requests were still under way after %s: %w", shutdownTimeout, err)
	}
	say(out, "\nEnded. Nothing of it is kept.\n") // after the terminal's ^C
	return nil
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program: choose another port with --port (make serve PORT=%d)", address, port+1)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s needs rights that this user does not have: choose a port above 1023 with --port", address)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
