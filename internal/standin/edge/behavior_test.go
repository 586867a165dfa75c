package edge_test

import (
	"cmp"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/edge"
)

func TestTheFirstPatternThatFitsPicksTheBehavior(t *testing.T) {
	tests := map[string]struct {
		patterns []string // each with a TTL of its place, counted from 1
		path     string
		want     int // 0 is the default
	}{
		"a prefix":                             {[]string{"/api/*"}, "/api/a", 1},
		"without its slash":                    {[]string{"api/*"}, "/api/a", 1},
		"case counts":                          {[]string{"/api/*"}, "/API/a", 0},
		"a suffix in any folder":               {[]string{"*.jpg"}, "/a/b.jpg", 1},
		"a star in the middle":                 {[]string{"/a*z.js"}, "/abc/z.js", 1},
		"a star stands for nothing too":        {[]string{"/a*"}, "/a", 1},
		"prefix and suffix do not overlap":     {[]string{"/ab*ba"}, "/aba", 0},
		"a question mark is one":               {[]string{"/a?c"}, "/abc", 1},
		"and not none":                         {[]string{"/a?c"}, "/ac", 0},
		"an exact path":                        {[]string{"/a"}, "/a/", 0},
		"order decides":                        {[]string{"/a/*", "*.jpg"}, "/a/b.jpg", 1},
		"also against the more exact":          {[]string{"*", "/a/b.jpg"}, "/a/b.jpg", 1},
		"escapes count as what they are":       {[]string{"/a b/*"}, "/a%20b/c", 1},
		"two stars":                            {[]string{"/*/x/*.js"}, "/1/x/2.js", 1},
		"the root is the default root object":  {[]string{"/index.html"}, "/", 1},
		"a folder has no default root object":  {[]string{"/a/index.html"}, "/a/", 0},
		"a pattern of the root alone gets few": {[]string{"/"}, "/", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
				cfg.CacheBehaviors = &types.CacheBehaviors{}
				for i, p := range tt.patterns {
					cfg.Origins.Items = append(cfg.Origins.Items, customOrigin(p, "blue.example.com", "/"+string(rune('1'+i))))
					cfg.CacheBehaviors.Items = append(cfg.CacheBehaviors.Items, types.CacheBehavior{
						PathPattern: &p, TargetOriginId: &p, ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll,
						CachePolicyId: aws.String(cachingDisabled),
					})
				}
				cfg.CacheBehaviors.Quantity = aws.Int32(int32(len(tt.patterns)))
				cfg.Origins.Quantity = aws.Int32(int32(len(cfg.Origins.Items)))
			})
			want := "/blue"
			if tt.want > 0 {
				want = "/" + string(rune('0'+tt.want))
			}
			path := tt.path
			if path == "/" {
				path = "/index.html"
			}
			wantAnswer(t, w.get(t, tt.path, nil), 200, "Miss", want+path)
		})
	}
}

func TestTheGateAnswersByItself(t *testing.T) {
	geo := func(kind types.GeoRestrictionType, countries ...string) change {
		return func(cfg *types.DistributionConfig) {
			cfg.Restrictions = &types.Restrictions{GeoRestriction: &types.GeoRestriction{
				RestrictionType: kind, Quantity: aws.Int32(int32(len(countries))), Items: countries,
			}}
		}
	}
	signed := func(cfg *types.DistributionConfig) {
		cfg.DefaultCacheBehavior.TrustedKeyGroups = &types.TrustedKeyGroups{
			Enabled: aws.Bool(true), Quantity: aws.Int32(1), Items: []string{"k"},
		}
	}
	plain := http.Header{"X-Forwarded-Proto": {"http"}}
	from := func(country string) http.Header { return http.Header{"Cloudfront-Viewer-Country": {country}} }
	tests := map[string]struct {
		both change
		r    edge.Request
		want int
	}{
		"HTTP is redirected":              {nil, edge.Request{Path: "/a", Query: "b=1", Header: plain}, 301},
		"HTTP is redirected with method":  {nil, edge.Request{Path: "/a", Method: "POST", Header: plain}, 307},
		"HTTP is refused":                 {nil, edge.Request{Path: "/api/a", Header: plain}, 403},
		"CloudFront's own header says so": {nil, edge.Request{Path: "/a", Header: http.Header{"Cloudfront-Forwarded-Proto": {"http"}}}, 301},
		"a method that is not allowed":    {nil, edge.Request{Path: "/a", Method: "POST"}, 403},
		"a method that is":                {nil, edge.Request{Path: "/api/a", Method: "POST"}, 200},
		"a blocked country":               {geo("blacklist", "DE"), edge.Request{Path: "/a", Header: from("DE")}, 403},
		"another country":                 {geo("blacklist", "DE"), edge.Request{Path: "/a", Header: from("FR")}, 200},
		"an allowed country":              {geo("whitelist", "DE"), edge.Request{Path: "/a", Header: from("DE")}, 200},
		"another country than allowed":    {geo("whitelist", "DE"), edge.Request{Path: "/a", Header: from("FR")}, 403},
		"no country is known":             {geo("whitelist", "DE"), edge.Request{Path: "/a"}, 200},
		"no signature":                    {signed, edge.Request{Path: "/a"}, 403},
		"a signature":                     {signed, edge.Request{Path: "/a", Query: "Key-Pair-Id=K"}, 501},
		"not a path":                      {nil, edge.Request{Path: "a"}, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), tt.both)
			tt.r.Host = alias
			a := w.one(t, tt.r)
			if a.Status != tt.want || (tt.want != 200) != (w.site.requests()+w.api.requests() == 0) {
				t.Errorf("got %d %q, want %d", a.Status, a.Body, tt.want)
			}
			if tt.want == 301 && a.Result != "Redirect" {
				t.Errorf("got result %s", a.Result)
			}
		})
	}
	w := build(t, byHeader(), nil)
	a := w.one(t, edge.Request{Host: alias, Path: "/a%20b", Query: "c=1", Header: plain})
	if got := a.Header.Get("Location"); got != "https://www.example.com/a%20b?c=1" {
		t.Errorf("got Location %q", got)
	}
}

func TestWhatTheOriginGets(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.Origins.Items[1].CustomHeaders = &types.CustomHeaders{Quantity: aws.Int32(1), Items: []types.OriginCustomHeader{
			{HeaderName: aws.String("x-origin-verify"), HeaderValue: aws.String("secret")},
		}}
	})
	viewer := http.Header{
		"Cookie": {"a=1; " + edge.SessionCookie + "=x", "b=2"}, "X-Own": {"1"}, "Authorization": {"Basic x"},
		"X-Origin-Verify": {"forged"}, "If-None-Match": {`"1"`}, "Accept-Encoding": {"gzip, br;q=1.0"}, "User-Agent": {"curl"},
	}
	w.one(t, edge.Request{Host: alias, Path: "/a", Query: "q=1", Header: viewer})
	got := w.site.got[0]
	if got.Query != "" || got.Path != "/blue/a" || got.Domain != "blue.example.com" || got.SourceARN != "" {
		t.Errorf("CachingOptimized sent %+v", got)
	}
	wantHeaders(t, got.Header, map[string]string{
		"Cookie": "", "X-Own": "", "Authorization": "", "If-None-Match": "", "Accept-Encoding": "br,gzip",
		"User-Agent": "Amazon CloudFront", "Host": "blue.example.com",
	})
	w.one(t, edge.Request{Host: alias, Path: "/api/a", Query: "q=1&&r", Method: "POST", Body: []byte("x"), Header: viewer})
	got = w.api.got[0]
	if got.Query != "q=1&&r" || string(got.Body) != "x" || got.Method != http.MethodPost {
		t.Errorf("AllViewerExceptHostHeader sent %+v", got)
	}
	wantHeaders(t, got.Header, map[string]string{
		"Cookie": "a=1; b=2", "X-Own": "1", "Authorization": "Basic x", "X-Origin-Verify": "secret", "User-Agent": "curl",
		"Host": "api.example.com",
	})
}

func TestForwardedValuesSendMostHeaders(t *testing.T) {
	w := build(t, byHeader(), legacy(0, 100, 1000))
	w.one(t, edge.Request{Host: alias, Path: "/a", Client: "192.0.2.2", Header: http.Header{
		"X-Own": {"1"}, "Accept-Language": {"de"}, "Authorization": {"Basic x"}, "Cloudfront-Viewer-Country": {"DE"},
		"X-Forwarded-For": {"192.0.2.4"},
	}})
	wantHeaders(t, w.site.got[0].Header, map[string]string{
		"X-Own": "1", "Accept-Language": "", "Authorization": "", "Cloudfront-Viewer-Country": "",
		"X-Forwarded-For": "192.0.2.4, 192.0.2.2", "User-Agent": "Amazon CloudFront",
	})
}

func wantHeaders(t *testing.T, got http.Header, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("got %s %q at the origin, want %q", name, got.Get(name), value)
		}
	}
}

func TestTheCacheKeyIsWhatTheBehaviorSays(t *testing.T) {
	forward := func(v types.ForwardedValues) change {
		return func(cfg *types.DistributionConfig) {
			legacy(0, 1000, 1000)(cfg)
			if v.Cookies == nil {
				v.Cookies = &types.CookiePreference{Forward: types.ItemSelectionNone}
			}
			if v.QueryString == nil {
				v.QueryString = aws.Bool(false)
			}
			cfg.DefaultCacheBehavior.ForwardedValues = &v //nolint:staticcheck // deprecated, and in use everywhere
		}
	}
	query := func(q string) edge.Request { return edge.Request{Query: q} }
	with := func(name, value string) edge.Request { return edge.Request{Header: http.Header{name: {value}}} }
	tests := map[string]struct {
		both change
		a, b edge.Request
		same bool
	}{
		"no query":           {nil, query("a=1"), query("a=2"), true},
		"every query":        {forward(types.ForwardedValues{QueryString: aws.Bool(true)}), query("a=1"), query("a=2"), false},
		"a query is no path": {forward(types.ForwardedValues{QueryString: aws.Bool(true)}), query("a=1"), edge.Request{Path: "/x&a=1"}, false},
		"nor two parameters": {forward(types.ForwardedValues{QueryString: aws.Bool(true)}), query("a=1&b"), query("a=1?b"), false},
		"its order":          {forward(types.ForwardedValues{QueryString: aws.Bool(true)}), query("a=1&b=1"), query("b=1&a=1"), false},
		"keys of the query":  {forward(types.ForwardedValues{QueryString: aws.Bool(true), QueryStringCacheKeys: list("a")}), query("a=1&b=1"), query("a=1&b=2"), true},
		"a key of the query": {forward(types.ForwardedValues{QueryString: aws.Bool(true), QueryStringCacheKeys: list("a")}), query("a=1"), query("a=2"), false},
		"no header":          {nil, with("X-A", "1"), with("X-A", "2"), true},
		"a header":           {forward(types.ForwardedValues{Headers: &types.Headers{Quantity: aws.Int32(1), Items: []string{"x-a"}}}), with("X-A", "1"), with("X-A", "2"), false},
		"all headers: no cache": {
			forward(types.ForwardedValues{Headers: &types.Headers{Quantity: aws.Int32(1), Items: []string{"*"}}}),
			edge.Request{},
			edge.Request{},
			false,
		},
		"no cookie":       {nil, with("Cookie", "a=1"), with("Cookie", "a=2"), true},
		"a listed cookie": {forward(cookie("whitelist", "a")), with("Cookie", "a=1"), with("Cookie", "a=2"), false},
		"another cookie":  {forward(cookie("whitelist", "a")), with("Cookie", "a=1; b=1"), with("Cookie", "a=1; b=2"), true},
		"all cookies":     {forward(cookie("all")), with("Cookie", "a=1; b=1"), with("Cookie", "a=1; b=2"), false},
		"encodings":       {nil, with("Accept-Encoding", "gzip"), with("Accept-Encoding", "br"), false},
		"encodings alike": {nil, with("Accept-Encoding", "gzip, deflate, br"), with("Accept-Encoding", "br;q=0.9,gzip"), true},
		"a host in the key": {
			forward(types.ForwardedValues{Headers: &types.Headers{Quantity: aws.Int32(1), Items: []string{"Host"}}}),
			edge.Request{},
			edge.Request{Host: "b.example.com"},
			false,
		},
		"a host is not in the key": {nil, edge.Request{}, edge.Request{Host: "b.example.com"}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
				cfg.Aliases = &types.Aliases{Quantity: aws.Int32(2), Items: []string{alias, "b.example.com"}}
				if tt.both != nil {
					tt.both(cfg)
				}
			})
			for _, r := range []*edge.Request{&tt.a, &tt.b} {
				r.Path = cmp.Or(r.Path, "/x")
				if r.Host == "" {
					r.Host = alias
				}
			}
			w.one(t, tt.a)
			if got := w.one(t, tt.b).Result == "Hit"; got != tt.same {
				t.Errorf("got one object %v, want %v", got, tt.same)
			}
		})
	}
}

func list(names ...string) *types.QueryStringCacheKeys {
	return &types.QueryStringCacheKeys{Quantity: aws.Int32(int32(len(names))), Items: names}
}

func cookie(forward types.ItemSelection, names ...string) types.ForwardedValues {
	c := &types.CookiePreference{Forward: forward}
	if len(names) > 0 {
		c.WhitelistedNames = &types.CookieNames{Quantity: aws.Int32(int32(len(names))), Items: names}
	}
	return types.ForwardedValues{Cookies: c}
}
