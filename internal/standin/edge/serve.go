package edge

import (
	"net/http"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/sample"
)

// visit is a request on its way through one distribution at one POP.
type visit struct {
	Request

	node *node
	// primary is the node that the viewer asked for.
	primary *node
	now     time.Time
	path    string // the request's, or the default root object's
	b       *behavior
	key     string // of the cache, once nothing fresh was found there
}

// reply is what count of the requests get, before the edge adds its headers.
type reply struct {
	count  int64
	status int
	header http.Header // shared
	body   []byte
	result string
	stored time.Time // when the cache got it, or zero
	note   string
}

// Serve answers a request. A host that no distribution has at that POP is answered as CloudFront answers it.
func (e *Edge) Serve(r Request) []Answer {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Count <= 0 {
		r.Count = 1
	}
	e.serial++
	pop := e.popAt(r.POP)
	if pop == nil {
		return e.stranger(&r, nil, http.StatusForbidden, badRequest)
	}
	n := e.find(r.POP, r.Host)
	switch {
	case n == nil:
		return e.stranger(&r, pop, http.StatusForbidden, badRequest)
	case n.staged:
		// "Viewers cannot send requests directly to a staging distribution" (Developer Guide, "Learn how continuous
		// deployment works"). That they get the answer to an unknown host is assumed.
		return e.stranger(&r, pop, http.StatusForbidden, badRequest)
	case !n.plan.enabled:
		// Assumed: a distribution that is disabled answers nobody, and is billed and measured for nothing.
		return e.stranger(&r, pop, http.StatusForbidden, badRequest)
	case !strings.HasPrefix(r.Path, "/"):
		return e.stranger(&r, pop, http.StatusBadRequest, malformed)
	}
	return e.serve(n, &r)
}

func (e *Edge) serve(n *node, r *Request) []Answer {
	now := e.clock.Now()
	var toStaging int64
	held := false
	overridden := len(e.overrides) > 0 && e.Overridden(r.POP)
	if !overridden {
		toStaging, held = e.split(n, r, now)
	}
	out := make([]Answer, 0, 1)
	for _, side := range [...]Side{Primary, Staging} {
		count, at := r.Count-toStaging, n
		if side == Staging {
			count, at = toStaging, n.staging
		}
		if count == 0 {
			continue
		}
		from := len(out)
		out = e.through(at, n, r, count, now, side, out)
		session := r.Session
		if !overridden {
			session = n.next(r, side, now, held)
		}
		for i := from; i < len(out); i++ {
			out[i].Session = session
		}
		e.record(n, side, at.id, now, out[from:])
	}
	if e.Log != nil {
		e.log(n, r, out)
	}
	return out
}

// through lets one side answer count of the requests.
func (e *Edge) through(at, primary *node, r *Request, count int64, now time.Time, side Side, out []Answer) []Answer {
	e.refresh(at)
	v := visit{Request: *r, node: at, primary: primary, now: now, path: r.Path}
	if side == Staging && e.CustomErrorResponseBug > 0 && primary.policy.Type == cloudfront.SingleWeight &&
		len(at.plan.errorPages) > 0 {
		broken := sample.Binomial(at.random, count, e.CustomErrorResponseBug)
		if broken > 0 {
			out = append(out, e.finish(&v, side, e.generated(broken, http.StatusInternalServerError, internalError)))
		}
		count -= broken
	}
	if count == 0 {
		return out
	}
	rep, done := e.nearby(&v, count)
	if done && rep.status < http.StatusBadRequest {
		// The way of almost all requests, and the only one without a slice of replies.
		return append(out, e.finish(&v, side, rep))
	}
	for _, rep := range e.complete(&v, count, rep, done) {
		if rep.status >= http.StatusBadRequest {
			rep = e.errorPage(&v, rep)
		}
		out = append(out, e.finish(&v, side, rep))
	}
	return out
}

// nearby answers without the origin, where that is possible.
func (e *Edge) nearby(v *visit, count int64) (reply, bool) {
	if rep, done := e.gate(v, count); done {
		return rep, true
	}
	return e.fresh(v, count)
}

func (e *Edge) complete(v *visit, count int64, rep reply, done bool) []reply {
	if done {
		return []reply{rep}
	}
	return e.fetch(v, count)
}
