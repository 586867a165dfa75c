package edge

import (
	"net/http"
	"strings"
	"time"
)

// entry is one object in the cache of one POP. It stays after it expired, to be revalidated, until it is evicted.
type entry struct {
	key             string
	path, query     string // raw, for invalidations
	status          int
	header          http.Header
	body            []byte
	etag            string
	stored, expires time.Time
	prev, next      *entry
}

// cache keeps the most recently used entries; its zero value is empty.
type cache struct {
	entries map[string]*entry
	newest  *entry
	oldest  *entry
}

func (c *cache) get(key []byte) *entry {
	en := c.entries[string(key)]
	if en != nil && en != c.newest {
		c.unlink(en)
		c.push(en)
	}
	return en
}

func (c *cache) put(en *entry, most int) {
	if c.entries == nil {
		c.entries = map[string]*entry{}
	}
	if old := c.entries[en.key]; old != nil {
		c.unlink(old)
	}
	c.entries[en.key] = en
	c.push(en)
	for len(c.entries) > max(1, most) {
		c.remove(c.oldest)
	}
}

func (c *cache) remove(en *entry) {
	c.unlink(en)
	delete(c.entries, en.key)
}

func (c *cache) push(en *entry) {
	en.next, en.prev = c.newest, nil
	if c.newest != nil {
		c.newest.prev = en
	}
	c.newest = en
	if c.oldest == nil {
		c.oldest = en
	}
}

func (c *cache) unlink(en *entry) {
	if en.prev != nil {
		en.prev.next = en.next
	} else {
		c.newest = en.next
	}
	if en.next != nil {
		en.next.prev = en.prev
	} else {
		c.oldest = en.prev
	}
}

// fresh answers from the cache, or remembers in the visit under which key the answer is to be kept.
func (e *Edge) fresh(v *visit, count int64) (reply, bool) {
	if !v.b.caching(v.Method) || (!v.b.caches && !e.ErrorsCachedWithoutCaching) {
		return reply{}, false
	}
	e.key = v.b.appendKey(e.key[:0], v)
	en := v.node.cache.get(e.key)
	if v.Method == http.MethodHead && (en == nil || !v.now.Before(en.expires)) {
		// What a GET has brought answers a HEAD too; the other way round there is no body.
		e.key[0] = http.MethodHead[0]
		en = v.node.cache.get(e.key)
	}
	if en == nil || !v.now.Before(en.expires) {
		v.key = string(e.key)
		return reply{}, false
	}
	rep := reply{count: count, status: en.status, header: en.header, body: en.body, result: "Hit", stored: en.stored}
	if en.status >= http.StatusBadRequest {
		rep.result = "Error"
	}
	return rep, true
}

// appendKey builds the cache key: method, path, and what the cache policy puts into it (Developer Guide, "Understand the
// cache key"). A part that is not in the key leaves no trace, so that a changed policy finds the old objects again only
// where both make the same key.
func (b *behavior) appendKey(key []byte, v *visit) []byte {
	kind := byte('G')
	if v.Method == http.MethodOptions {
		kind = 'O'
	}
	key = append(key, kind)
	key = append(key, v.path...)
	if b.key.query.mode != none {
		separator := byte('?') // a path may have an ampersand in it, but no question mark
		b.key.query.eachParam(v.Query, func(pair string) {
			key = append(append(key, separator), pair...)
			separator = '&'
		})
	}
	for _, name := range b.key.headers.names {
		key = append(append(append(append(key, 0), name...), ':'), v.header(name)...)
	}
	if b.key.cookies.mode != none {
		b.key.cookies.eachCookie(v.Header, func(pair string) { key = append(append(key, 0, ';'), pair...) })
	}
	if accepts := b.accepts(v.Header); accepts != "" {
		key = append(append(key, 0, '~'), accepts...)
	}
	return key
}

// keyQuery is the part of a query that is in the cache key.
func (b *behavior) keyQuery(query string) string {
	if b.key.query.mode == all || query == "" {
		return query
	}
	var pairs []string
	b.key.query.eachParam(query, func(pair string) { pairs = append(pairs, pair) })
	return strings.Join(pairs, "&")
}

// header is a header of the viewer's as one text; Host is one of them.
func (v *visit) header(canonical string) string {
	if canonical == "Host" {
		return v.Host
	}
	if v.Header == nil {
		return ""
	}
	if values := v.Header[canonical]; len(values) > 1 {
		return strings.Join(values, ",")
	}
	return first(v.Header, canonical)
}

// keep stores what the origin answered, if it may be stored, and reports whether it did.
func (e *Edge) keep(v *visit, a OriginAnswer) bool {
	if v.key == "" {
		return false
	}
	ttl, ok := e.lifetime(v, a.Status, a.Header)
	if !ok {
		return false
	}
	v.node.cache.put(&entry{
		key: v.key, path: v.path, query: v.b.keyQuery(v.Query),
		status: a.Status, header: a.Header, body: a.Body, etag: a.Header.Get("ETag"),
		stored: v.now, expires: v.now.Add(ttl),
	}, e.CacheEntries)
	return true
}
