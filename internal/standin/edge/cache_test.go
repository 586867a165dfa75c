package edge_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/edge"
)

func TestEachPOPAndEachSideStartsCold(t *testing.T) {
	w := build(t, byHeader(), nil)
	for i, step := range []struct {
		pop    int
		header http.Header
		want   string
	}{{0, nil, "Miss"}, {0, nil, "Hit"}, {1, nil, "Miss"}, {0, toStaging(), "Miss"}, {0, toStaging(), "Hit"}} {
		a := w.one(t, edge.Request{POP: step.pop, Host: alias, Path: "/a.js", Header: step.header})
		if a.Result != step.want || a.Header.Get("X-Cache") != step.want+" from cloudfront" {
			t.Errorf("step %d: got %s and %q, want %s", i, a.Result, a.Header.Get("X-Cache"), step.want)
		}
	}
}

func TestOfSimultaneousRequestsOneGoesToTheOrigin(t *testing.T) {
	w := build(t, byHeader(), nil)
	answers := w.Serve(edge.Request{Host: alias, Path: "/a.js", Count: 100})
	if len(answers) != 2 || answers[0].Count != 1 || answers[0].Result != "Miss" || answers[1].Count != 99 ||
		answers[1].Result != "Hit" || w.site.requests() != 1 {
		t.Errorf("got %+v and %d requests at the origin", answers, w.site.requests())
	}
	w.Serve(edge.Request{Host: alias, Path: "/api/cart", Count: 100})
	if w.api.requests() != 100 {
		t.Errorf("got %d requests at the API, want all", w.api.requests())
	}
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		return edge.OriginAnswer{Status: 200, Header: http.Header{}}
	}
	w.Serve(edge.Request{Host: alias, Path: "/post", Method: http.MethodPost, Count: 3})
	if w.site.requests() != 1 {
		t.Error("a method that is not allowed reached the origin")
	}
}

func legacy(minimum, def, most int64) change {
	return func(cfg *types.DistributionConfig) {
		b := cfg.DefaultCacheBehavior
		b.CachePolicyId = nil
		b.MinTTL, b.DefaultTTL, b.MaxTTL = &minimum, &def, &most //nolint:staticcheck // deprecated, and in use everywhere
		b.ForwardedValues = &types.ForwardedValues{              //nolint:staticcheck // deprecated, and in use everywhere
			QueryString: aws.Bool(false), Cookies: &types.CookiePreference{Forward: types.ItemSelectionNone},
		}
	}
}

// A lifetime of zero is an answer that the next request, a second later, does not find fresh.
func TestHowLongAnAnswerStays(t *testing.T) {
	tests := map[string]struct {
		minimum, def, most int64
		cacheControl       string
		expires            time.Duration
		want               time.Duration
	}{
		"default without headers":           {0, 100, 1000, "", 0, 100 * time.Second},
		"minimum above the default":         {200, 100, 1000, "", 0, 200 * time.Second},
		"max-age":                           {0, 100, 1000, "max-age=300", 0, 300 * time.Second},
		"max-age under the minimum":         {60, 100, 1000, "max-age=5", 0, 60 * time.Second},
		"max-age over the maximum":          {0, 100, 1000, "public, max-age=5000", 0, 1000 * time.Second},
		"s-maxage before max-age":           {0, 100, 1000, "max-age=5, s-maxage=50", 0, 50 * time.Second},
		"s-maxage in front of max-age":      {0, 100, 1000, `s-maxage="50",max-age=5`, 0, 50 * time.Second},
		"s-maxage in a line before":         {0, 100, 1000, "s-maxage=50\nmax-age=5", 0, 50 * time.Second},
		"Expires":                           {0, 100, 1000, "", 40 * time.Second, 40 * time.Second},
		"max-age before Expires":            {0, 100, 1000, "max-age=7", 40 * time.Second, 7 * time.Second},
		"Expires in the past":               {0, 100, 1000, "", -40 * time.Second, 0},
		"no-store":                          {0, 100, 1000, "no-store", 0, 0},
		"no-cache":                          {0, 100, 1000, "No-Cache, max-age=100", 0, 0},
		"private":                           {0, 100, 1000, "private", 0, 0},
		"private under a minimum":           {30, 100, 1000, "private, max-age=100", 0, 30 * time.Second},
		"max-age=0":                         {0, 100, 1000, "max-age=0", 0, 0},
		"nothing is kept with a maximum 0":  {0, 0, 0, "max-age=100", 0, 0},
		"a directive that says nothing new": {0, 100, 1000, "must-revalidate", 0, 100 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), legacy(tt.minimum, tt.def, tt.most))
			w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
				h := http.Header{}
				if tt.cacheControl != "" {
					h["Cache-Control"] = strings.Split(tt.cacheControl, "\n")
				}
				if tt.expires != 0 {
					h.Set("Expires", w.clock.Now().Add(tt.expires).Format(http.TimeFormat))
				}
				return edge.OriginAnswer{Status: 200, Header: h, Body: []byte("x")}
			}
			wantAnswer(t, w.get(t, "/a", nil), 200, "Miss", "x")
			if tt.want > 0 {
				w.clock.Advance(tt.want - time.Second)
				a := w.get(t, "/a", nil)
				wantAnswer(t, a, 200, "Hit", "x")
				if a.Age != tt.want-time.Second {
					t.Errorf("got an age of %v", a.Age)
				}
			}
			w.clock.Advance(time.Second)
			wantAnswer(t, w.get(t, "/a", nil), 200, "Miss", "x")
		})
	}
}

func TestAnExpiredObjectIsRevalidated(t *testing.T) {
	w := build(t, byHeader(), legacy(0, 100, 1000))
	etag, status := `"1"`, 0
	w.site.answer = func(r edge.OriginRequest) edge.OriginAnswer {
		switch {
		case status != 0:
			return edge.OriginAnswer{Status: status}
		case r.Header.Get("If-None-Match") == etag:
			return edge.OriginAnswer{Status: http.StatusNotModified}
		default:
			return edge.OriginAnswer{Status: 200, Header: http.Header{"Etag": {etag}}, Body: []byte(etag)}
		}
	}
	steps := []struct {
		etag   string
		status int
		want   string
		code   int
	}{
		{`"1"`, 0, "Miss", 200},
		{`"1"`, 0, "RefreshHit", 200},
		{`"2"`, 0, "Miss", 200},
		{`"2"`, 503, "Hit", 200}, // the stale object, because the origin is unavailable
		{`"2"`, 404, "Error", 404},
	}
	for i, step := range steps {
		etag, status = step.etag, step.status
		a := w.get(t, "/a", nil)
		if a.Result != step.want || a.Status != step.code {
			t.Errorf("step %d: got %d %s, want %d %s", i, a.Status, a.Result, step.code, step.want)
		}
		w.clock.Advance(100 * time.Second)
	}
}

// Whatever the 5xx is, whether or not the answer would be kept if there were no object; for the Error Caching Minimum TTL.
// An object that the origin called unchanged is as fresh as a new one, for as long as that answer says.
func TestRevalidationBeginsANewLife(t *testing.T) {
	w := build(t, byHeader(), legacy(0, 100, 1000))
	w.site.answer = func(r edge.OriginRequest) edge.OriginAnswer {
		if r.Header.Get("If-None-Match") != "" {
			return edge.OriginAnswer{Status: http.StatusNotModified, Header: http.Header{"Cache-Control": {"max-age=300"}}}
		}
		return edge.OriginAnswer{Status: 200, Header: http.Header{"Etag": {`"1"`}}, Body: []byte("x")}
	}
	w.get(t, "/a", nil)
	w.clock.Advance(100 * time.Second)
	wantAnswer(t, w.get(t, "/a", nil), 200, "RefreshHit", "x")
	w.clock.Advance(299 * time.Second)
	a := w.get(t, "/a", nil)
	wantAnswer(t, a, 200, "Hit", "x")
	if a.Age != 299*time.Second {
		t.Errorf("got an age of %v", a.Age)
	}
	w.clock.Advance(time.Second)
	wantAnswer(t, w.get(t, "/a", nil), 200, "RefreshHit", "x")
}

// An expired error is not what CloudFront keeps serving when the origin still fails.
func TestAnExpiredErrorIsNoStaleObject(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.site.answer = func(r edge.OriginRequest) edge.OriginAnswer {
		if r.Header.Get("If-None-Match") != "" {
			t.Error("an error was revalidated")
		}
		return edge.OriginAnswer{Status: 503, Header: http.Header{"Etag": {`"1"`}}, Body: []byte(strconv.Itoa(len(w.site.got)))}
	}
	wantAnswer(t, w.get(t, "/a", nil), 503, "Error", "1")
	w.clock.Advance(10 * time.Second)
	wantAnswer(t, w.get(t, "/a", nil), 503, "Error", "2")
}

func TestWhatNobodyAskedForIsNotKept(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: http.StatusNotModified} }
	w.get(t, "/a", nil)
	w.get(t, "/a", nil)
	if len(w.site.got) != 2 {
		t.Error("a 304 to a request without a condition was kept")
	}
}

func TestOPTIONSHasAnObjectOfItsOwn(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		methods := []types.Method{types.MethodGet, types.MethodHead, types.MethodOptions}
		cfg.DefaultCacheBehavior.AllowedMethods = &types.AllowedMethods{
			Quantity: aws.Int32(3), Items: methods, CachedMethods: &types.CachedMethods{Quantity: aws.Int32(3), Items: methods},
		}
	})
	for i, step := range []struct{ method, want string }{
		{http.MethodGet, "Miss"}, {http.MethodOptions, "Miss"}, {http.MethodOptions, "Hit"}, {http.MethodGet, "Hit"},
	} {
		if a := w.one(t, edge.Request{Host: alias, Path: "/a", Method: step.method}); a.Result != step.want {
			t.Errorf("step %d: got %s, want %s", i, a.Result, step.want)
		}
	}
}

func TestAnExpiredObjectOutlivesAnyFailureOfTheOrigin(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		ttl    int64
		header string
		asked  int // of two requests a second apart
	}{
		"a code that is not kept":          {507, 10, "", 1},
		"an error TTL of zero":             {500, 0, "", 2},
		"a refusal to be kept":             {501, 10, "no-store", 1},
		"a lifetime that the error brings": {503, 0, "max-age=60", 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
				legacy(0, 100, 1000)(cfg)
				cfg.CustomErrorResponses = errorPages(int32(tt.status), "", "", tt.ttl)
			})
			w.get(t, "/a", nil)
			w.clock.Advance(100 * time.Second)
			w.site.got = nil
			w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
				return edge.OriginAnswer{Status: tt.status, Header: http.Header{"Cache-Control": {tt.header}}}
			}
			for range 2 {
				wantAnswer(t, w.get(t, "/a", nil), 200, "Hit", "/blue/a")
				w.clock.Advance(time.Second)
			}
			if len(w.site.got) != tt.asked {
				t.Errorf("got %d requests at the origin, want %d", len(w.site.got), tt.asked)
			}
		})
	}
}

func TestAViewersConditionIsAnsweredFromTheCache(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		return edge.OriginAnswer{Status: 200, Header: http.Header{"Etag": {`"1"`}}, Body: []byte("x")}
	}
	for condition, want := range map[string]int{`"1"`: 304, `W/"1"`: 304, `"0", "1"`: 304, "*": 304, `"2"`: 200} {
		if a := w.get(t, "/a", http.Header{"If-None-Match": {condition}}); a.Status != want || (want == 304) != (a.Body == nil) {
			t.Errorf("If-None-Match %s: got %d %q", condition, a.Status, a.Body)
		}
	}
}

func TestAnErrorMeetsNoCondition(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		return edge.OriginAnswer{Status: 404, Header: http.Header{"Etag": {`"1"`}}, Body: []byte("x")}
	}
	wantAnswer(t, w.get(t, "/a", http.Header{"If-None-Match": {`"1"`}}), 404, "Error", "x")
}

func TestGETAnswersHEADAndNotTheOtherWayRound(t *testing.T) {
	w := build(t, byHeader(), nil)
	for i, step := range []struct{ method, want string }{
		{http.MethodHead, "Miss"}, {http.MethodHead, "Hit"}, {http.MethodGet, "Miss"}, {http.MethodGet, "Hit"}, {http.MethodHead, "Hit"},
	} {
		a := w.one(t, edge.Request{Host: alias, Path: "/a", Method: step.method})
		if a.Result != step.want || (step.method == http.MethodHead) != (a.Body == nil) {
			t.Errorf("step %d: got %s %q, want %s", i, a.Result, a.Body, step.want)
		}
	}
}

func TestWhichErrorsStayAndHowLong(t *testing.T) {
	listed := func(code int32, ttl int64) change {
		return func(cfg *types.DistributionConfig) {
			cfg.CustomErrorResponses = &types.CustomErrorResponses{Quantity: aws.Int32(1), Items: []types.CustomErrorResponse{
				{ErrorCode: &code, ErrorCachingMinTTL: &ttl},
			}}
		}
	}
	tests := map[string]struct {
		status       int
		cacheControl string
		both         change
		want         time.Duration
	}{
		"404 for ten seconds":             {404, "", nil, 10 * time.Second},
		"503 for ten seconds":             {503, "", nil, 10 * time.Second},
		"503 whatever it refuses":         {503, "no-store", nil, 10 * time.Second},
		"503 and for how long it refuses": {503, "no-store, max-age=60", nil, 10 * time.Second},
		"404 not over the maximum TTL":    {404, "max-age=5000", legacy(0, 100, 1000), 1000 * time.Second},
		"404 not when it refuses":         {404, "no-store", nil, 0},
		"404 as long as it says":          {404, "max-age=60", nil, time.Minute},
		"404 not shorter than the TTL":    {404, "max-age=1", nil, 10 * time.Second},
		"500 for a TTL of its own":        {500, "", listed(500, 40), 40 * time.Second},
		"500 not with a TTL of 0":         {500, "", listed(500, 0), 0},
		"403 not without a lifetime":      {403, "", nil, 0},
		"403 with a lifetime":             {403, "max-age=20", nil, 20 * time.Second},
		"403 when it is listed":           {403, "", listed(403, 30), 30 * time.Second},
		"405 for ten seconds":             {405, "", nil, 10 * time.Second},
		"401 never":                       {401, "max-age=20", nil, 0},
		"a host that does not exist: 502": {0, "", nil, 10 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), tt.both)
			w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
				h := http.Header{}
				if tt.cacheControl != "" {
					h.Set("Cache-Control", tt.cacheControl)
				}
				return edge.OriginAnswer{Status: tt.status, Header: h}
			}
			status := tt.status
			if status == 0 {
				status = 502
			}
			wantAnswer(t, w.get(t, "/a", nil), status, "Error", "")
			w.clock.Advance(max(0, tt.want-time.Second))
			wantAnswer(t, w.get(t, "/a", nil), status, "Error", "")
			if got, want := len(w.site.got), 1; tt.want > 0 && got != want || tt.want == 0 && got != 2 {
				t.Errorf("got %d requests at the origin", got)
			}
			w.site.got = nil
			w.clock.Advance(time.Second)
			if w.get(t, "/a", nil); len(w.site.got) != 1 {
				t.Error("the error outlived its time")
			}
		})
	}
}

func TestErrorsOfABehaviorWithoutCacheAreKeptOnlyByTheSwitch(t *testing.T) {
	for _, kept := range []bool{false, true} {
		w := build(t, byHeader(), nil)
		w.ErrorsCachedWithoutCaching = kept
		w.api.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: 500} }
		w.get(t, "/api/a", nil)
		w.get(t, "/api/a", nil)
		if got := len(w.api.got); (got == 1) != kept {
			t.Errorf("got %d requests at the origin with the switch %v", got, kept)
		}
		w.Serve(edge.Request{Host: alias, Path: "/api/b", Count: 100})
		if got := w.api.got[len(w.api.got)-1].Count; got != 100 {
			t.Errorf("got %d of simultaneous requests at the origin, want all, because their answers may not be shared", got)
		}
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.CacheEntries = 2
	for i, step := range []struct{ path, want string }{
		{"/a", "Miss"}, {"/b", "Miss"}, {"/a", "Hit"}, {"/c", "Miss"}, {"/a", "Hit"}, {"/b", "Miss"}, {"/c", "Miss"},
	} {
		if a := w.get(t, step.path, nil); a.Result != step.want {
			t.Errorf("step %d: got %s for %s, want %s", i, a.Result, step.path, step.want)
		}
	}
}
