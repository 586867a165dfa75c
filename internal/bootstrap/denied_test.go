package bootstrap_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"cloudfront-cd/internal/bootstrap"
)

// denyingAWS refuses every call, as AWS does until the permissions are there: with 403, in the words of the service's protocol.
type denyingAWS struct {
	*httptest.Server

	mu       sync.Mutex
	services []string
}

func newDenyingAWS(tb testing.TB) *denyingAWS {
	tb.Helper()
	d := &denyingAWS{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// AWS4-HMAC-SHA256 Credential=<access key>/<date>/<region>/<service>/aws4_request, …
		scope := strings.Split(r.Header.Get("Authorization"), "/")
		if len(scope) < 5 || scope[2] != bootstrap.Region {
			tb.Errorf("got a call with authorization %q, want one signed for %s", r.Header.Get("Authorization"), bootstrap.Region)
			scope = make([]string, 5)
		}
		d.mu.Lock()
		d.services = append(d.services, scope[3])
		d.mu.Unlock()
		deny(w, scope[3])
	}))
	tb.Cleanup(d.Close)
	return d
}

// calls are the services that were called, in order, as requests are signed for them.
func (d *denyingAWS) calls() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.services)
}

func deny(w http.ResponseWriter, service string) {
	xml := `<Error><Code>AccessDenied</Code><Message>no permission</Message></Error>`
	switch service {
	case "s3":
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, xml)
	case "cloudfront":
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<ErrorResponse>"+xml+"</ErrorResponse>")
	case "monitoring":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(cbor.Encode(cbor.Map{"__type": cbor.String("AccessDenied"), "message": cbor.String("no permission")}))
	default: // Step Functions and EventBridge
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"no permission"}`)
	}
}
