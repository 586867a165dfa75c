package edge

import (
	"net/http"
	"slices"
	"strings"
)

// gate picks the behaviour and answers what needs neither cache nor origin.
func (e *Edge) gate(v *visit, count int64) (reply, bool) {
	p := v.node.plan
	if !p.enabled {
		// Assumed: a distribution that is disabled answers nobody.
		return e.refuse(count, badRequest)
	}
	if v.path == "/" && p.root != "" {
		// The default root object stands for the root URL alone, never for a folder's (Developer Guide, "Specify a default
		// root object"). That it is looked up in the behaviours by its own name is assumed.
		v.path = p.root
	}
	b := p.behaviorFor(v.path)
	v.b = b
	switch {
	case p.geo.blocks(v.Header):
		return e.refuse(count, blockedCountry)
	case b.protocol != "allow-all" && overHTTP(v.Header):
		if b.protocol == "https-only" {
			return e.refuse(count, badRequest)
		}
		return redirect(v, count), true
	case !slices.Contains(b.allowed, v.Method):
		return e.refuse(count, methodNotAllowed)
	case b.private:
		return e.private(v, count), true
	default:
		return reply{}, false
	}
}

func (e *Edge) refuse(count int64, text string) (reply, bool) {
	return e.generated(count, http.StatusForbidden, text), true
}

// overHTTP reports whether the viewer did not use TLS. Requests do unless a header says otherwise, because the stand-in
// itself speaks plain HTTP.
func overHTTP(h http.Header) bool {
	if h == nil {
		return false
	}
	return first(h, "Cloudfront-Forwarded-Proto") == "http" || first(h, "X-Forwarded-Proto") == "http"
}

// redirect: 301 for GET and HEAD, 307 for the rest, so that a viewer repeats method and body (Developer Guide, "Require
// HTTPS for communication between viewers and CloudFront").
func redirect(v *visit, count int64) reply {
	status := http.StatusTemporaryRedirect
	if v.Method == http.MethodGet || v.Method == http.MethodHead {
		status = http.StatusMovedPermanently
	}
	location := "https://" + v.Host + v.Path
	if v.Query != "" {
		location += "?" + v.Query
	}
	return reply{
		count: count, status: status, result: "Redirect",
		header: http.Header{"Server": {server}, "Content-Type": {"text/html"}, "Location": {location}},
	}
}

// blocks reads the viewer's country from a header, because here is no database of addresses. "If CloudFront can't determine a
// user's location, CloudFront serves the content" (Developer Guide, "Restrict the geographic distribution of your content").
func (g *geo) blocks(h http.Header) bool {
	if h == nil || g.kind != "blacklist" && g.kind != "whitelist" {
		return false
	}
	country := strings.ToUpper(first(h, "Cloudfront-Viewer-Country"))
	if country == "" {
		return false
	}
	return slices.Contains(g.countries, country) == (g.kind == "blacklist")
}

// private answers for a behaviour that wants signed URLs or cookies: without a signature as CloudFront does (Developer
// Guide, "HTTP 403 status code", "Signed URL or signed cookie configuration"), with one 501, because signatures are not checked.
func (e *Edge) private(v *visit, count int64) reply {
	signed := false
	look := func(string) { signed = true }
	query := selection{some, []string{"Key-Pair-Id", "Signature"}}
	query.eachParam(v.Query, look)
	cookies := selection{some, []string{"CloudFront-Key-Pair-Id", "CloudFront-Signature"}}
	cookies.eachCookie(v.Header, look)
	if !signed {
		return reply{
			count: count, status: http.StatusForbidden, result: "Error", body: []byte(missingKey),
			header: http.Header{"Server": {server}, "Content-Type": {"text/xml"}},
		}
	}
	rep := e.generated(count, http.StatusNotImplemented, notImplemented)
	rep.note = "signed URLs and cookies are not checked here"
	return rep
}
