package edge_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// A stand-in that is left running sees many distributions come and go. What POPs kept of one that is gone goes with it, once
// another one is asked for the first time.
func TestAnAliasBelongsToWhoHasItNow(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.visit(t, "E3", "three.example.com")
	w.remove(t, "E3")
	w.visit(t, "E4", "three.example.com")
}

func TestNothingIsKeptOfADistributionThatIsGone(t *testing.T) {
	w := build(t, byHeader(), nil)
	var kept []weak.Pointer[byte]
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		body := make([]byte, 1024)
		kept = append(kept, weak.Make(&body[0]))
		return edge.OriginAnswer{Status: 200, Header: http.Header{}, Body: body}
	}
	w.visit(t, "E3", "three.example.com")
	w.remove(t, "E3")
	w.visit(t, "E4", "four.example.com")
	runtime.GC()
	if kept[0].Value() != nil {
		t.Error("the cache of a distribution that is gone is still there")
	}
	if kept[1].Value() == nil {
		t.Error("the cache of a distribution that exists is not")
	}
	runtime.KeepAlive(w)
}

// visit asks a new distribution for something.
func (w *world) visit(t *testing.T, id, host string) {
	t.Helper()
	cfg := siteConfig()
	cfg.Aliases = &types.Aliases{Quantity: aws.Int32(1), Items: []string{host}}
	if _, err := w.account.AddDistribution(id, encode(t, cfg)); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, w.one(t, edge.Request{Host: host, Path: "/a"}), 200, "Miss", "")
}

func (w *world) remove(t *testing.T, id string) {
	t.Helper()
	if err := w.account.Edit(id, func(n *cloudfront.Node) { n.Set("Enabled", "false") }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Minute)
	live, _ := w.account.Live(id)
	r := httptest.NewRequest(http.MethodDelete, "https://cloudfront.amazonaws.com/2020-05-31/distribution/"+id, http.NoBody)
	r.Header.Set("If-Match", live.ETag)
	rec := httptest.NewRecorder()
	if w.account.ServeHTTP(rec, r); rec.Code != http.StatusNoContent {
		t.Fatalf("delete: got %d %s", rec.Code, rec.Body)
	}
}
