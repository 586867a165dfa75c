package edge

import (
	"net/http"
	"slices"
	"strings"
)

// originRequest is what the origin gets: what is in the cache key, what the origin request policy adds, and the origin's
// custom headers, which replace the viewer's of the same name (Developer Guide, "Control origin requests with a policy"
// and "Add custom headers to origin requests").
func (e *Edge) originRequest(v *visit, o *origin, count int64, stale *entry) OriginRequest {
	r := OriginRequest{
		POP: v.POP, Domain: o.domain, Method: v.Method, Path: o.path + v.path, Query: v.forwardedQuery(),
		Header: v.forwardedHeader(o), At: v.now, Count: count,
	}
	if !v.b.caching(v.Method) {
		r.Body = v.Body
	}
	if e.signs(v, o) {
		r.SourceARN = v.node.arn
	}
	if stale != nil && stale.etag != "" {
		r.Header["If-None-Match"] = []string{stale.etag}
	}
	return r
}

// signs reports whether the origin's access control signs the request: its signing behaviour may be never, and with
// no-override a viewer's own Authorization header is left alone (API Reference, OriginAccessControlConfig).
func (e *Edge) signs(v *visit, o *origin) bool {
	if o.access == "" {
		return false
	}
	switch e.account.OriginAccessControl(o.access).Value("SigningBehavior") {
	case "never":
		return false
	case "no-override":
		return v.header("Authorization") == ""
	default:
		return true
	}
}

func (v *visit) forwardedQuery() string {
	b := v.b
	if v.Query == "" || b.key.query.mode == all || b.send.query.mode == all {
		return v.Query
	}
	if b.key.query.mode == none && b.send.query.mode == none {
		return ""
	}
	var pairs []string
	every := selection{mode: all}
	every.eachParam(v.Query, func(pair string) {
		name, _, _ := strings.Cut(pair, "=")
		if b.key.query.has(name) || b.send.query.has(name) {
			pairs = append(pairs, pair)
		}
	})
	return strings.Join(pairs, "&")
}

func (v *visit) forwardedHeader(o *origin) http.Header {
	// What every origin gets whatever the policies say (Developer Guide, "Request and response behavior for custom
	// origins").
	h := http.Header{
		"Host": {o.domain}, "User-Agent": {"Amazon CloudFront"}, "Via": v.node.pop.via,
	}
	for name, values := range v.Header {
		if v.forwards(name) {
			h[name] = values
		}
	}
	if v.b.key.headers.has("Host") || v.b.send.headers.has("Host") {
		h["Host"] = []string{v.Host}
	}
	if v.Client != "" {
		h["X-Forwarded-For"] = []string{v.Client}
		if before := v.header("X-Forwarded-For"); before != "" {
			h["X-Forwarded-For"] = []string{before + ", " + v.Client}
		}
	}
	if accepts := v.b.accepts(v.Header); accepts != "" {
		h["Accept-Encoding"] = []string{accepts}
	}
	v.forwardCookies(h)
	for _, c := range o.custom {
		h[c.Name] = []string{c.Text}
	}
	return h
}

func (v *visit) forwards(name string) bool {
	switch name {
	case "Host", "Cookie", "If-None-Match", "If-Modified-Since", "Connection", "Te", "Upgrade", "Transfer-Encoding", POPHeader:
		return false
	case "Accept-Encoding":
		if v.b.key.gzip || v.b.key.brotli {
			return false
		}
	case "Content-Type", "Content-Length", "Authorization":
		// With a method that is not cached: of Authorization the Developer Guide says so, of the others it is assumed.
		if !v.b.caching(v.Method) && v.Method != http.MethodGet && v.Method != http.MethodHead {
			return true
		}
	}
	return v.b.key.headers.has(name) || v.b.send.headers.has(name) || v.b.legacy && byDefault(name)
}

// byDefault reports whether an origin gets a header with ForwardedValues that do not name it: all but some (same page,
// "HTTP request headers and CloudFront behavior").
func byDefault(name string) bool {
	switch name {
	case "Accept", "Accept-Charset", "Accept-Language", "Authorization", "Expect", "Referer", "Trailer", "User-Agent",
		"X-Forwarded-Proto", "X-Http-Method-Override", "X-Real-Ip":
		return false
	default:
		return !strings.HasPrefix(name, "Proxy-") && !strings.HasPrefix(name, "Cloudfront-") && !strings.HasPrefix(name, "X-Edge-")
	}
}

func (v *visit) forwardCookies(h http.Header) {
	b := v.b
	if v.Header == nil || b.key.cookies.mode == none && b.send.cookies.mode == none {
		return
	}
	var pairs []string
	collect := func(pair string) {
		if !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	b.key.cookies.eachCookie(v.Header, collect)
	b.send.cookies.eachCookie(v.Header, collect)
	if len(pairs) > 0 {
		h["Cookie"] = []string{strings.Join(pairs, "; ")}
	}
}
