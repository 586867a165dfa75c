package edge

import (
	"slices"
	"strings"
)

// Invalidate takes objects out of the cache of one POP, or of AllPOPs. A path names the object for any headers and cookies;
// a trailing * stands for any text; a path without the query string of an object does not name that object (Developer
// Guide, "What you need to know when invalidating files").
func (e *Edge) Invalidate(distributionID string, pop int, paths []string) {
	d := e.dists[distributionID]
	if d == nil {
		return
	}
	for i, n := range d.nodes {
		if n != nil && (pop == AllPOPs || pop == i) {
			n.invalidate(paths)
		}
	}
}

func (n *node) invalidate(paths []string) {
	for en := n.cache.newest; en != nil; {
		next := en.next
		if slices.ContainsFunc(paths, en.named) {
			n.cache.remove(en)
		}
		en = next
	}
}

// named reports whether a path of an invalidation means this object. The slash in front may be left out.
func (en *entry) named(path string) bool {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	name := en.path
	if en.query != "" {
		name += "?" + en.query
	}
	if prefix, ok := strings.CutSuffix(path, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return path == name
}
