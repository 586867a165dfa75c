package edge

import "net/http"

// errorPage replaces an error by the page that the distribution has for it. The page is an object of the distribution like
// any other; where it cannot be had, the viewer gets the original error (Developer Guide, "Generate custom error
// responses").
func (e *Edge) errorPage(v *visit, rep reply) reply {
	rule, ok := v.node.plan.errorRule(rep.status)
	if !ok || rule.page == "" {
		return rep
	}
	got := e.page(v, rule.page)
	if got.status != http.StatusOK {
		return rep
	}
	rep.header, rep.body, rep.stored = got.header, got.body, got.stored
	if rule.answer != 0 {
		rep.status = rule.answer
	}
	return rep
}

// page gets a page without an error page of its own. The request has no query, cookies or headers but the country's.
func (e *Edge) page(v *visit, path string) reply {
	r := Request{POP: v.POP, Host: v.Host, Method: http.MethodGet, Path: path, Count: 1}
	if v.Header != nil {
		if country := v.Header["Cloudfront-Viewer-Country"]; country != nil {
			r.Header = http.Header{"Cloudfront-Viewer-Country": country}
		}
	}
	inner := visit{Request: r, node: v.node, now: v.now, path: path}
	rep, done := e.nearby(&inner, 1)
	return e.complete(&inner, 1, rep, done)[0]
}
