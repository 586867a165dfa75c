package cloudfront_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
)

// TestAServerThatRunsForDaysDoesNotGrow: a thousand and more writes, invalidations and distributions later it has what it had
// before.
func TestAServerThatRunsForDaysDoesNotGrow(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.Forgetful = true
	n := 0
	days := func(count int) uint64 {
		for range count {
			n++
			must(t, w.Edit(primaryID, func(c *cloudfront.Node) { c.Set("Comment", strconv.Itoa(n)) }))
			w.post(t, "distribution/"+primaryID+"/invalidation", http.StatusCreated,
				fmt.Sprintf(`<InvalidationBatch %s><CallerReference>%d</CallerReference><Paths><Quantity>1</Quantity><Items><Path>/%s</Path></Items></Paths></InvalidationBatch>`,
					namespace, n, strings.Repeat("a", 2000)))
			w.passing(t)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := days(1500)
	const most = 2 << 20
	if after := days(1500); after > before+most {
		t.Errorf("the server grew from %d to %d bytes", before, after)
	}
	if !strings.Contains(w.body(t, "distribution/"+primaryID), "<Comment>3000</Comment>") {
		t.Error("the last write is not there")
	}
}

// passing is a day with a distribution that comes and goes.
func (w *world) passing(t *testing.T) {
	t.Helper()
	w.NextID("EPASSING")
	w.post(t, "distribution", http.StatusCreated, strings.Replace(raw, "<Enabled>true", "<Enabled>false", 1))
	w.clock.Advance(24 * time.Hour)
	live, _ := w.Live("EPASSING")
	if got := serve(t, w, http.MethodDelete, "/2020-05-31/distribution/EPASSING", "", live.ETag); got.Code != http.StatusNoContent {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
}

func (w *world) post(t *testing.T, path string, status int, body string) {
	t.Helper()
	if got := serve(t, w, http.MethodPost, "/2020-05-31/"+path, body, ""); got.Code != status {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
}

func (w *world) body(t *testing.T, path string) string {
	t.Helper()
	return serve(t, w, http.MethodGet, "/2020-05-31/"+path, "", "").Body.String()
}

// TestAReaderThatLagsFarSeesAConfigAfterVeryManyWrites, if not the one of that time.
func TestAReaderThatLagsFarSeesAConfigAfterVeryManyWrites(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.ReadLag = time.Hour
	for n := range 3000 {
		must(t, w.Edit(primaryID, func(c *cloudfront.Node) { c.Set("Comment", strconv.Itoa(n)) }))
		w.clock.Advance(time.Second)
	}
	if got := w.body(t, "distribution/"+primaryID); !strings.Contains(got, "<Comment>") {
		t.Errorf("got %s, want a config", got)
	}
}
