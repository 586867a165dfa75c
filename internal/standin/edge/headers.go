package edge

import (
	"net/http"
	"reflect"
	"strings"
)

// finish makes a viewer's answer of a reply.
func (e *Edge) finish(v *visit, side Side, rep reply) Answer {
	a := Answer{
		Count: rep.count, Side: side, DistributionID: v.node.id,
		Status: rep.status, Body: rep.body, Result: rep.result, Header: v.node.decorate(v, rep),
	}
	if !rep.stored.IsZero() {
		a.Age = v.now.Sub(rep.stored)
	}
	if v.Header != nil && rep.status == http.StatusOK && matches(first(v.Header, "If-None-Match"), first(rep.header, "Etag")) {
		a.Status, a.Body = http.StatusNotModified, nil
	}
	if v.Method == http.MethodHead {
		a.Body = nil
	}
	return a
}

func matches(wanted, etag string) bool {
	if wanted == "" || etag == "" {
		return false
	}
	if wanted == "*" {
		return true
	}
	for wanted != "" {
		var one string
		one, wanted, _ = strings.Cut(wanted, ",")
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// memo remembers decorated headers by the shared header that they were made of, because most answers are of few objects.
type memo map[memoKey]memoHeader

type memoKey struct {
	source uintptr
	b      *behavior
	result string
}

type memoHeader struct {
	source http.Header // keeps the address from being used for another
	made   http.Header
}

// decorate adds the edge's headers. What differs with every request, X-Amz-Cf-Id and Age, is for the HTTP handler to add.
func (n *node) decorate(v *visit, rep reply) http.Header {
	if rep.note != "" || v.b == nil || v.b.headers.depends(v.Header) {
		return n.decorated(v, rep)
	}
	key := memoKey{reflect.ValueOf(rep.header).Pointer(), v.b, rep.result}
	if found, ok := n.memo[key]; ok {
		return found.made
	}
	const most = 1024
	if n.memo == nil || len(n.memo) >= most {
		n.memo = memo{}
	}
	made := n.decorated(v, rep)
	n.memo[key] = memoHeader{rep.header, made}
	return made
}

func (n *node) decorated(v *visit, rep reply) http.Header {
	const added = 8
	h := make(http.Header, len(rep.header)+added)
	for name, values := range rep.header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	h["X-Cache"] = []string{rep.result + " from cloudfront"}
	h["Via"], h["X-Amz-Cf-Pop"] = n.pop.via, n.pop.label
	if v.b != nil {
		v.b.headers.apply(h, v.Header)
		if len(v.b.note) > 0 {
			h[noteHeader] = v.b.note
		}
	}
	if rep.note != "" {
		h[noteHeader] = []string{rep.note}
	}
	return h
}

// noteHeader says what the stand-in left out of an answer.
const noteHeader = "X-Standin-Note"
