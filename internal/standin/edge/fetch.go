package edge

import (
	"net/http"
	"slices"
)

// fetch asks the origin. Of several identical requests that the cache may answer one goes there and the rest wait for it
// (Developer Guide, "Simultaneous requests for the same object (request collapsing)"); where its answer may not be kept,
// each goes by itself.
func (e *Edge) fetch(v *visit, count int64) []reply {
	if v.key == "" || !v.b.caches {
		return e.ask(v, count)
	}
	replies := e.ask(v, 1)
	if count == 1 {
		return replies
	}
	if rep, ok := e.fresh(v, count-1); ok {
		return append(replies, rep)
	}
	return append(replies, e.ask(v, count-1)...)
}

// ask sends count requests to the origin and keeps what it may.
func (e *Edge) ask(v *visit, count int64) []reply {
	var stale *entry
	if v.key != "" {
		stale = v.node.cache.entries[v.key]
	}
	if stale != nil && stale.status >= http.StatusBadRequest {
		stale = nil
	}
	answers := e.askMembers(v, count, stale)
	if e.Latencies != nil {
		e.recordLatency(v, answers, stale)
	}
	replies := make([]reply, 0, len(answers))
	for _, a := range answers {
		replies = append(replies, e.received(v, a, stale))
	}
	return replies
}

// askMembers asks the members of an origin group one after the other: for GET, HEAD and OPTIONS what fails with a listed
// status, or cannot be reached, goes on to the next (Developer Guide, "Optimize high availability with CloudFront origin
// failover").
func (e *Edge) askMembers(v *visit, count int64, stale *entry) []OriginAnswer {
	var done []OriginAnswer
	members := v.b.target.members
	for i, member := range members {
		answers := e.askOne(v, member, count, stale)
		if i == len(members)-1 || !failsOver(v.Method) {
			return append(done, answers...)
		}
		count = 0
		for _, a := range answers {
			if a.Status == 0 || slices.Contains(v.b.target.failover, a.Status) {
				count += a.Count
			} else {
				done = append(done, a)
			}
		}
		if count == 0 {
			return done
		}
	}
	return append(done, OriginAnswer{Count: count})
}

func failsOver(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// askOne asks one origin. A host that does not exist answers with status 0.
func (e *Edge) askOne(v *visit, o *origin, count int64, stale *entry) []OriginAnswer {
	host := e.origins(o.domain)
	if host == nil {
		return []OriginAnswer{{Count: count}}
	}
	return host.Fetch(e.originRequest(v, o, count, stale))
}

// received keeps an origin's answer, if it may be kept, and makes the viewers' of it.
func (e *Edge) received(v *visit, a OriginAnswer, stale *entry) reply {
	if a.Status == 0 {
		rep := e.generated(a.Count, http.StatusBadGateway, noOrigin)
		a.Status, a.Header, a.Body = rep.status, rep.header, rep.body
	}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	if stale != nil && a.Status == http.StatusNotModified {
		return e.revalidated(v, a, stale)
	}
	if stale != nil && a.Status >= http.StatusInternalServerError {
		// "If your origin returns a 5xx status code, CloudFront serves the object even though it has expired", and tries again
		// after the Error Caching Minimum TTL (Developer Guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your
		// origin").
		rule, _ := v.node.plan.errorRule(a.Status)
		stale.expires = v.now.Add(rule.ttl)
		return reply{
			count: a.Count, status: stale.status, header: stale.header, body: stale.body, result: "Hit", stored: stale.stored,
		}
	}
	if !v.b.sets && a.Header["Set-Cookie"] != nil {
		a.Header = a.Header.Clone()
		delete(a.Header, "Set-Cookie")
	}
	e.keep(v, a)
	rep := reply{count: a.Count, status: a.Status, header: a.Header, body: a.Body, result: "Miss"}
	if a.Status >= http.StatusBadRequest {
		rep.result = "Error"
	}
	return rep
}

// revalidated gives an object that the origin called unchanged a new lifetime.
func (e *Edge) revalidated(v *visit, a OriginAnswer, stale *entry) reply {
	h := stale.header
	if a.Header["Cache-Control"] != nil || a.Header["Expires"] != nil {
		h = a.Header
	}
	if ttl, ok := e.lifetime(v, stale.status, h); ok {
		stale.stored, stale.expires = v.now, v.now.Add(ttl)
	}
	return reply{
		count: a.Count, status: stale.status, header: stale.header, body: stale.body, result: "RefreshHit", stored: v.now,
	}
}
