package edge_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/standin/edge"
)

func (w *world) http(method, target string, h http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+alias+target, http.NoBody)
	maps.Copy(r.Header, h)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func TestAnHTTPAnswerLooksLikeCloudFronts(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.http("GET", "/a", nil)
	w.clock.Advance(90 * time.Second)
	res := w.http("GET", "/a", nil)
	if res.Body.String() != "/blue/a" || res.Code != http.StatusOK || res.Header().Get("Age") != "90" {
		t.Fatalf("got %d %q with %v", res.Code, res.Body, res.Header())
	}
	for name, want := range map[string]string{
		"X-Cache": "Hit from cloudfront", "Content-Length": "7", "Date": "Mon, 23 Nov 2026 09:01:30 GMT",
	} {
		if got := res.Header().Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	if id := res.Header().Get("X-Amz-Cf-Id"); len(id) != 56 || !strings.HasSuffix(id, "==") ||
		!strings.HasSuffix(res.Header().Get("Via"), ".cloudfront.net (CloudFront)") {
		t.Errorf("got id %q and via %q", id, res.Header().Get("Via"))
	}
}

func TestTheRequestPicksThePOP(t *testing.T) {
	w := build(t, byHeader(), nil)
	pops := w.account.POPs()
	at := func(target string, h http.Header) string {
		return w.http("GET", target, h).Header().Get("X-Amz-Cf-Pop")
	}
	if got := at("/a", http.Header{edge.POPHeader: {strings.ToLower(pops[3])}}); got != pops[3] {
		t.Errorf("by header: got %s, want %s", got, pops[3])
	}
	if got := at("/pop:"+pops[4]+"/a", nil); got != pops[4] || w.site.got[len(w.site.got)-1].Path != "/blue/a" {
		t.Errorf("by path: got %s and %s", got, w.site.got[len(w.site.got)-1].Path)
	}
	if got := at("/pop:"+pops[4], nil); got != pops[4] || w.site.got[len(w.site.got)-1].Path != "/blue/index.html" {
		t.Errorf("by path alone: got %s and %s", got, w.site.got[len(w.site.got)-1].Path)
	}
	first := at("/pop:nowhere/a", nil)
	if first != at("/a", nil) || w.site.got[len(w.site.got)-2].Path != "/blue/pop:nowhere/a" {
		t.Error("a path that names no POP is the site's own, and a client stays with its POP")
	}
	if got := w.http("GET", "/a", http.Header{edge.POPHeader: {"nowhere"}}).Code; got != 400 {
		t.Errorf("got %d for a POP that does not exist", got)
	}
	w.http("GET", "/api/a", http.Header{edge.POPHeader: {pops[0]}})
	if w.api.got[0].Header.Get(edge.POPHeader) != "" {
		t.Error("the origin got what picked the POP")
	}
}

func TestACookieKeepsTheSession(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	var cookie string
	for cookie == "" {
		for _, c := range w.http("GET", "/", nil).Result().Cookies() {
			if c.Name == edge.SessionCookie && strings.HasPrefix(c.Value, "1.") {
				cookie = c.Value
			}
		}
	}
	staging := func(value string) int64 {
		before := w.metrics[stagingID].requests
		for range 50 {
			w.http("GET", "/", http.Header{"Cookie": {edge.SessionCookie + "=" + value}})
		}
		return w.metrics[stagingID].requests - before
	}
	w.clock.Advance(time.Minute)
	if got := staging(cookie); got != 50 {
		t.Errorf("got %d of 50 requests on staging", got)
	}
	for name, forged := range map[string]string{
		"another side": "2" + cookie[1:], "another epoch": cookie + "0", "an odd number": "01" + cookie[1:],
		"a fifth field": cookie + ".1", "nothing": "", "text": "staging",
		"from the future": "1.zzzzzzzz.zzzzzzzz.2", "from long ago": "1.1.1.2",
	} {
		if got := staging(forged); got > 25 {
			t.Errorf("%s: got %d of 50 requests on staging", name, got)
		}
	}
	w.clock.Advance(5 * time.Minute)
	if got := staging(cookie); got > 25 {
		t.Errorf("got %d of 50 requests on staging with an old cookie", got)
	}
}

func TestOddRequestsAreRefused(t *testing.T) {
	tests := map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"a port":                  {func(r *http.Request) { r.Host += ":8080" }, 200},
		"upper case":              {func(r *http.Request) { r.Host = "WWW.EXAMPLE.COM." }, 200},
		"localhost behind it":     {func(r *http.Request) { r.Host += ".localhost:1" }, 200},
		"no host":                 {func(r *http.Request) { r.Host = "" }, 400},
		"a host with spaces":      {func(r *http.Request) { r.Host = "a b" }, 400},
		"an unknown host":         {func(r *http.Request) { r.Host = "example.org" }, 403},
		"climbing":                {func(r *http.Request) { r.URL.Path = "/a/../../b" }, 400},
		"climbing, escaped":       {func(r *http.Request) { r.URL.RawPath, r.URL.Path = "/a/%2e%2E/b", "/a/../b" }, 400},
		"climbing by a slash":     {func(r *http.Request) { r.URL.RawPath, r.URL.Path = "/a/..%2fb", "/a/../b" }, 400},
		"climbing by a backslash": {func(r *http.Request) { r.URL.Path = `/a\..\b` }, 400},
		"dots that do not climb":  {func(r *http.Request) { r.URL.Path = "/a..b/...c" }, 200},
		"NUL":                     {func(r *http.Request) { r.URL.Path = "/a\x00b" }, 400},
		"a newline in the query":  {func(r *http.Request) { r.URL.RawQuery = "a\r\nb" }, 400},
		"no slash":                {func(r *http.Request) { r.URL.Path = "*" }, 400},
		"a long URL":              {func(r *http.Request) { r.URL.RawQuery = strings.Repeat("a", 8192) }, 413},
		"large headers":           {func(r *http.Request) { r.Header.Set("A", strings.Repeat("a", 32768)) }, 413},
		"a large body": {func(r *http.Request) {
			r.Method, r.Body = "POST", io.NopCloser(strings.NewReader(strings.Repeat("a", 1<<20+1)))
		}, 413},
		"a GET with a body":        {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("a")) }, 403},
		"an empty path is refused": {func(r *http.Request) { r.URL.Path = "" }, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), nil)
			r := httptest.NewRequest(http.MethodGet, "http://"+alias+"/a", http.NoBody)
			tt.change(r)
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, r)
			if rec.Code != tt.want {
				t.Errorf("got %d, want %d", rec.Code, tt.want)
			}
			if tt.want != 200 && !strings.Contains(rec.Body.String(), "Generated by cloudfront (CloudFront)") {
				t.Errorf("got %q", rec.Body.String())
			}
		})
	}
}

func FuzzServeHTTP(f *testing.F) {
	f.Add("GET", "www.example.com", "/a%20b", "q=1", "Cookie", "a=1")
	f.Add("POST", "WWW.example.com:80", "/api/../%2e", "&&=", edge.POPHeader, "FRA56-P1")
	f.Add("HEAD", "", "//", "%zz", "Cookie", edge.SessionCookie+"=1.0.0.2")
	f.Add("OPTIONS", "[::1]:80", "/pop:FRA56-P1/", "a;b", "Accept-Encoding", "br;q=,gzip")
	f.Fuzz(func(t *testing.T, method, host, path, query, name, value string) {
		w := build(t, sticky(0.15), nil)
		r := httptest.NewRequest(http.MethodGet, "http://"+alias+"/", http.NoBody)
		r.Method, r.Host, r.URL.Path, r.URL.RawPath, r.URL.RawQuery = method, host, path, path, query
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
		for range 2 {
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, r)
			if rec.Code < 200 || rec.Code > 599 {
				t.Errorf("got %d", rec.Code)
			}
		}
		for _, got := range append(w.site.got, w.api.got...) {
			if strings.Contains(got.Path, "/../") || !strings.HasPrefix(got.Path, "/") {
				t.Errorf("the origin got %q", got.Path)
			}
		}
	})
}

func BenchmarkServeHTTP(b *testing.B) {
	w := quiet(b, sticky(0.05))
	r := httptest.NewRequest(http.MethodGet, "http://"+alias+"/app.js", http.NoBody)
	b.ReportAllocs()
	for b.Loop() {
		w.ServeHTTP(httptest.NewRecorder(), r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "viewers/s")
}
