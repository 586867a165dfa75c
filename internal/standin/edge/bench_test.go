package edge_test

import (
	"strconv"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// quiet makes a world whose metrics cost nothing.
func quiet(b *testing.B, policy cloudfront.Policy) *world {
	b.Helper()
	w := build(b, policy, nil)
	w.Edge = edge.New(w.clock, w.account, w.origin, discard{}, 7)
	return w
}

type discard struct{}

func (discard) Record(string, time.Time, int64, int64, int64) {}

func BenchmarkServeHit(b *testing.B) {
	w := quiet(b, byWeight(0.05))
	r := edge.Request{Host: alias, Path: "/app.js"}
	w.Serve(r)
	b.ReportAllocs()
	for b.Loop() {
		w.Serve(r)
	}
}

func BenchmarkServeHitOfMany(b *testing.B) {
	w := quiet(b, byWeight(0.05))
	r := edge.Request{Host: alias, Path: "/app.js", Count: 1000}
	b.ReportAllocs()
	for b.Loop() {
		w.Serve(r)
	}
}

func BenchmarkServeMiss(b *testing.B) {
	w := quiet(b, byWeight(0.05))
	paths := make([]string, 1<<15)
	for i := range paths {
		paths[i] = "/" + strconv.Itoa(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		w.site.got = w.site.got[:0]
		w.Serve(edge.Request{Host: alias, Path: paths[i%len(paths)]})
		i++
	}
}

func BenchmarkServeUncached(b *testing.B) {
	w := quiet(b, byWeight(0.05))
	r := edge.Request{Host: alias, Path: "/api/cart", Query: "id=1", Count: 100}
	b.ReportAllocs()
	for b.Loop() {
		w.api.got = w.api.got[:0]
		w.Serve(r)
	}
}
