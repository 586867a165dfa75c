package origin_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func byStatus(t *testing.T, answers []edge.OriginAnswer, count int64) map[int]int64 {
	t.Helper()
	got := map[int]int64{}
	for _, a := range answers {
		got[a.Status] += a.Count
		count -= a.Count
	}
	if count != 0 {
		t.Errorf("the counts miss the request's by %d", count)
	}
	return got
}

func TestTheAPIMakesDemands(t *testing.T) {
	api := origin.NewAPI(1)
	api.RequiredHeaders = http.Header{"X-Origin-Verify": {"s"}}
	api.RequiredQuery, api.RequiredCookie, api.Authorization = "sku", "cart", true
	h := func(pairs ...string) http.Header {
		out := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	tests := map[string]struct {
		header http.Header
		query  string
		want   int
	}{
		"everything":   {h("X-Origin-Verify", "s", "Authorization", "x", "Cookie", "a=1; cart=2"), "b=1&sku=2", 200},
		"nothing":      {nil, "", 401},
		"wrong secret": {h("X-Origin-Verify", "S", "Authorization", "x", "Cookie", "cart=2"), "sku", 401},
		"anonymous":    {h("X-Origin-Verify", "s", "Cookie", "cart=2"), "sku", 401},
		"no cookie":    {h("X-Origin-Verify", "s", "Authorization", "x", "Cookie", "carts=2"), "sku", 401},
		"no query":     {h("X-Origin-Verify", "s", "Authorization", "x", "Cookie", "cart=2"), "skus=1", 400},
	}
	for name, tt := range tests {
		got := byStatus(t, api.Fetch(edge.OriginRequest{Path: "/a", Query: tt.query, Header: tt.header, Count: 7, At: start()}), 7)
		if got[tt.want] != 7 {
			t.Errorf("%s: got %v, want %d", name, got, tt.want)
		}
	}
}

func TestTheAPIFailsByItsShares(t *testing.T) {
	api := origin.NewAPI(1)
	api.Share4xx, api.Share5xx, api.CacheControl = 0.02, 0.01, "no-store"
	api.Faults = []origin.Fault{{Prefix: "/pay", Share5xx: 0.3}}
	for path, want := range map[string]map[int]float64{
		"/list":   {401: 0.02, 500: 0.01, 200: 0.97},
		"/pay/me": {401: 0.02, 500: 0.31, 200: 0.67},
	} {
		const n = 100_000
		answers := api.Fetch(edge.OriginRequest{Path: path, Count: n, At: start()})
		got := byStatus(t, answers, n)
		for status, share := range want {
			if math.Abs(float64(got[status])-n*share) > 5*math.Sqrt(n*share*(1-share)) {
				t.Errorf("%s: got %d of status %d, want about %.0f", path, got[status], status, n*share)
			}
		}
		if answers[0].Header.Get("Cache-Control") != "no-store" || answers[1].Header.Get("Cache-Control") != "" {
			t.Error("Cache-Control belongs to the good answers")
		}
	}
	api.CacheControl = "max-age=1"
	if got := api.Fetch(edge.OriginRequest{Path: "/list", Count: 1000, At: start()})[0].Header.Get("Cache-Control"); got != "max-age=1" {
		t.Errorf("got Cache-Control %q, want what it was set to", got)
	}
	api.Share5xx = 1.5
	if got := byStatus(t, api.Fetch(edge.OriginRequest{Path: "/list", Count: 9, At: start()}), 9); got[500] != 9 {
		t.Errorf("got %v, want all to fail", got)
	}
}

func TestTheAPITakesOnlySoMuchInAMinute(t *testing.T) {
	api := origin.NewAPI(1)
	api.Faults = []origin.Fault{{Prefix: "/", PerMinute: 100}}
	steps := []struct {
		at    time.Duration
		count int64
		good  int64
	}{{0, 60, 60}, {30 * time.Second, 60, 40}, {59 * time.Second, 1, 0}, {time.Minute, 500, 100}}
	for i, step := range steps {
		got := byStatus(t, api.Fetch(edge.OriginRequest{Path: "/", Count: step.count, At: start().Add(step.at)}), step.count)
		if got[200] != step.good || got[503] != step.count-step.good {
			t.Errorf("step %d: got %v", i, got)
		}
	}
	if api.Served != 621 {
		t.Errorf("got %d served", api.Served)
	}
}

func TestTheAPIIsSlowerBelowAPath(t *testing.T) {
	api := origin.NewAPI(1)
	api.Faults = []origin.Fault{{Prefix: "/next", Slower: 2}, {Prefix: "/next/cart", Slower: 1.5}, {Prefix: "/", Share5xx: 0.5}}
	for path, factor := range map[string]float64{"/list": 1, "/next/list": 2, "/next/cart": 3} {
		answers := api.Fetch(edge.OriginRequest{Path: path, Count: 100, At: start()})
		if len(answers) != 2 {
			t.Fatalf("%s: got %d answers, want good and bad ones", path, len(answers))
		}
		for _, a := range answers {
			if want := api.Latency.Times(factor); a.Latency != want || a.Latency.Median == 0 {
				t.Errorf("%s: got %+v of status %d, want %+v", path, a.Latency, a.Status, want)
			}
		}
	}
}

func TestAnEchoTellsWhatItGot(t *testing.T) {
	echo := origin.Echo{CacheControl: "max-age=1"}
	r := edge.OriginRequest{
		Method: "GET", Domain: "d", Path: "/<b>", Query: "q=1", Header: http.Header{"X-A": {"<i>"}}, Count: 3, SourceARN: "arn",
	}
	a := echo.Fetch(r)[0]
	if a.Count != 3 || !strings.Contains(string(a.Body), `"query": "q=1"`) || a.Header.Get("Cache-Control") != "max-age=1" {
		t.Errorf("got %+v", a)
	}
	r.Header.Set("Accept", "text/html")
	a = echo.Fetch(r)[0]
	if body := string(a.Body); !strings.Contains(body, "&lt;b&gt;") || strings.Contains(body, "<i>") {
		t.Errorf("got %s", body)
	}
}
