package serve_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// TestTheLogCannotBeWrittenByClients: what a client sends arrives at the terminal as one line without control characters.
func TestTheLogCannotBeWrittenByClients(t *testing.T) {
	s := start(t)
	var told bytes.Buffer
	s.account.LogTo(&told)
	s.do(t, http.MethodGet, "/?Action=%1b%5b2Jgone%0a09:00:00++cloudfront++200++a+lie", nil, "").want(t, http.StatusNotImplemented)
	if got, want := told.String(), `09:00:00  nobody      501  \x1b[2Jgone\n09:00:00  cloudfront  200  a lie`+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	told.Reset()
	s.do(t, http.MethodPost, "/2020-05-31/"+strings.Repeat("a", 10_000), nil, "").want(t, http.StatusNotFound)
	if told.Len() > 300 {
		t.Errorf("a line of %d bytes", told.Len())
	}
}

// heldUp is a terminal after Ctrl-S.
type heldUp struct{ writing, goOn chan struct{} }

func (h heldUp) Write(b []byte) (int, error) {
	close(h.writing)
	<-h.goOn
	return len(b), nil
}

func TestATerminalThatIsHeldUpDoesNotHoldUpReaders(t *testing.T) {
	s := start(t)
	terminal := heldUp{make(chan struct{}), make(chan struct{})}
	s.account.LogTo(terminal)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.do(t, http.MethodGet, "/2020-05-31/distribution/E1", nil, "").want(t, http.StatusNotFound)
	}()
	<-terminal.writing
	s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "").want(t, http.StatusOK)
	close(terminal.goOn)
	<-done
}
