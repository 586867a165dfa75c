package edge_test

import (
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/edge"
)

// took are latencies in milliseconds by distribution, one for each request.
type took map[string][]float64

func (m took) RecordLatency(id string, _ time.Time, took time.Duration, count int64) {
	for range count {
		m[id] = append(m[id], float64(took)/float64(time.Millisecond))
	}
}

func (m took) median(id string) float64 {
	sorted := slices.Sorted(slices.Values(m[id]))
	return sorted[len(sorted)/2]
}

// timed makes a world whose sites answer after this latency, with the additional metrics of these distributions on.
func timed(tb testing.TB, weight float64, latency edge.Latency, metricsOf ...string) (*world, took) {
	tb.Helper()
	w := build(tb, byWeight(weight), nil)
	got := took{}
	w.Latencies = got
	for _, id := range metricsOf {
		w.account.AddMetrics(id)
	}
	w.api.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: 200, Latency: latency} }
	w.site.answer = func(r edge.OriginRequest) edge.OriginAnswer {
		a := edge.OriginAnswer{Status: 200, Latency: latency, Header: http.Header{"Cache-Control": {"max-age=60"}, "Etag": {`"a"`}}}
		if r.Header.Get("If-None-Match") != "" {
			a.Status = http.StatusNotModified
		}
		return a
	}
	return w, got
}

func TestLatencyIsOfWhatTheOriginAnswered(t *testing.T) {
	w, got := timed(t, 0.001, edge.Latency{Median: 100 * time.Millisecond, Spread: 0.4}, primaryID)
	for range 2000 {
		w.Serve(edge.Request{Host: alias, Path: "/api/cart", Count: 3})
	}
	asked, all := w.api.requests(), int64(len(got[primaryID]))
	if all == 0 || all != w.metrics[primaryID].requests || asked < all {
		t.Errorf("got latencies of %d requests, of the %d that the primary served", all, w.metrics[primaryID].requests)
	}
	if m := got.median(primaryID); math.Abs(m/100-1) > 0.05 {
		t.Errorf("got a median of %.1f ms, want about 100", m)
	}
	sorted := slices.Sorted(slices.Values(got[primaryID]))
	if p95 := sorted[len(sorted)*95/100]; math.Abs(p95/193-1) > 0.07 { // 100·exp(1.645·0.4)
		t.Errorf("got a p95 of %.1f ms, want about 193", p95)
	}
	if len(got[stagingID]) != 0 {
		t.Errorf("got %d latencies of staging, whose additional metrics are off", len(got[stagingID]))
	}
}

func TestWhatTheCacheAnswersHasNoLatency(t *testing.T) {
	for _, without := range []bool{false, true} {
		w, got := timed(t, 0.001, edge.Latency{Median: time.Second}, primaryID)
		w.RevalidationsHaveNoLatency = without
		r := edge.Request{Host: alias, Path: "/app.js", Count: 50}
		w.Serve(r)
		if n := len(got[primaryID]); n != 1 {
			t.Errorf("got %d latencies of 50 requests for one object", n)
		}
		w.Serve(r)
		if n := len(got[primaryID]); n != 1 {
			t.Errorf("got %d latencies after more hits", n)
		}
		w.clock.Advance(2 * time.Minute)
		want := 2
		if without {
			want = 1
		}
		if w.Serve(r); len(got[primaryID]) != want {
			t.Errorf("got %d latencies after a revalidation, want %d", len(got[primaryID]), want)
		}
	}
}

func TestWhereThereIsNoOriginThereIsNoLatency(t *testing.T) {
	w, got := timed(t, 0.001, edge.Latency{Median: time.Second}, primaryID)
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{} }
	w.Serve(edge.Request{Host: alias, Path: "/x"})
	if len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestThePrimarysLatencyMayIncludeStagings(t *testing.T) {
	for _, include := range []bool{false, true} {
		w, got := timed(t, 0.15, edge.Latency{Median: time.Second}, primaryID, stagingID)
		w.RequestsIncludeStaging = include
		w.Serve(edge.Request{Host: alias, Path: "/api/cart", Count: 1000})
		staging, primary := len(got[stagingID]), len(got[primaryID])
		want := 1000 - staging
		if include {
			want = 1000
		}
		if staging == 0 || primary != want {
			t.Errorf("got %d of staging and %d of the primary, want %d", staging, primary, want)
		}
	}
}

// TestLatencyMovesNothingElse: a world with the metrics on serves what the same world serves without.
func TestLatencyMovesNothingElse(t *testing.T) {
	run := func(metricsOf ...string) metrics {
		w, _ := timed(t, 0.15, edge.Latency{Median: time.Second, Spread: 1}, metricsOf...)
		for range 500 {
			w.Serve(edge.Request{Host: alias, Path: "/api/cart", Count: 3})
		}
		return w.metrics
	}
	off, on := run(), run(primaryID, stagingID)
	if off[stagingID] != on[stagingID] || off[primaryID] != on[primaryID] {
		t.Errorf("got %v with the metrics on, %v without", on, off)
	}
}
