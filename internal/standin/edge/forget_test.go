package edge_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// TestAnEdgeThatRunsForDaysDoesNotGrow: neither by configs that no POP has any more, nor by caches of distributions that are
// gone.
func TestAnEdgeThatRunsForDaysDoesNotGrow(t *testing.T) {
	w := build(t, cloudfront.Policy{Enabled: true, Type: cloudfront.SingleWeight, Weight: 0.05}, nil)
	w.account.Forgetful = true
	const large = 1 << 20
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		w.site.got = nil
		return edge.OriginAnswer{Status: http.StatusOK, Header: http.Header{}, Body: make([]byte, large)}
	}
	primary, _ := w.account.Live(primaryID)
	n := 0
	grow := func(writes int) uint64 {
		for range writes {
			n++
			edit(t, w, primaryID, "Comment", strconv.Itoa(n))
			w.one(t, edge.Request{Host: primary.DomainName, Path: "/"})
			if n%50 == 0 {
				w.passing(t, "EPASSING"+strconv.Itoa(n))
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(w) // it is what is measured
		return m.HeapAlloc
	}
	before := grow(2000)
	const most = 8 << 20
	after := grow(2000)
	if after > before+most {
		t.Errorf("the edge grew from %d to %d bytes", before, after)
	}
}

func edit(t *testing.T, w *world, id, path, text string) {
	t.Helper()
	if err := w.account.Edit(id, func(c *cloudfront.Node) { c.Set(path, text) }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
}

// passing is a distribution that a viewer sees before it is deleted.
func (w *world) passing(t *testing.T, id string) {
	t.Helper()
	tree := w.pair.Primary.Clone()
	tree.Put(cloudfront.List("Aliases"))
	tree.Set("CallerReference", "passing")
	made, err := w.account.AddDistribution(id, tree)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Serve(edge.Request{Host: made.DomainName, Path: "/"}); len(got[0].Body) == 0 || got[0].Status != http.StatusOK {
		t.Fatalf("got %d", got[0].Status)
	}
	edit(t, w, made.ID, "Enabled", "false")
	off, _ := w.account.Live(made.ID)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/2020-05-31/distribution/"+id, nil)
	r.Header.Set("If-Match", off.ETag)
	rec := httptest.NewRecorder()
	if w.account.ServeHTTP(rec, r); rec.Code != http.StatusNoContent {
		t.Fatalf("got %d %s", rec.Code, rec.Body)
	}
}
