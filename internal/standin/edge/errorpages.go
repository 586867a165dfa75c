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

// page gets a page without an error page of its own. It is CloudFront that asks, without query, cookies and headers: a viewer
// whose country is blocked gets the page for that, too ("Restrict the geographic distribution of your content").
func (e *Edge) page(v *visit, path string) reply {
	r := Request{POP: v.POP, Host: v.Host, Method: http.MethodGet, Path: path, Count: 1}
	inner := visit{Request: r, node: v.node, now: v.now, path: path}
	rep, done := e.nearby(&inner, 1)
	return e.complete(&inner, 1, rep, done)[0]
}
