package distribution

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// Difference is one place where two configs differ. The path is spelled as AWS spells the members, without the Items of
// lists and with an element's key in brackets: CacheBehaviors[/api/*].ViewerProtocolPolicy. A and B are the two values in
// full; empty means absent, which for CloudFront is the same. An element that only one side has is one difference, with
// all of the element as its value. The values of an origin's custom headers, which may be secrets, are both "(hidden)".
type Difference struct {
	Path string `json:"path"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// shownRunes is how much of a value a line of text can bear.
const shownRunes = 80

// String is the difference in one line, with long values shortened.
func (d Difference) String() string {
	show := func(value string) string {
		if value == "" {
			return "(none)"
		}
		return Shorten(value, shownRunes)
	}
	return d.Path + ": " + show(d.A) + " → " + show(d.B)
}

// Field is the member of DistributionConfig that the difference lies in.
func (d Difference) Field() string {
	if end := strings.IndexAny(d.Path, ".[ "); end >= 0 {
		return d.Path[:end]
	}
	return d.Path
}

// Diff lists the differences between two configs in what a promotion copies, in the order of their paths. A different
// precedence of the cache behaviors that both have is the difference "CacheBehaviors (order)".
func Diff(a, b *types.DistributionConfig) []Difference {
	return appendDiff(nil, "", canonical(a), canonical(b))
}

// Shorten returns text in at most limit runes, cut in the middle: the ends of ARNs, paths and domain names tell more.
func Shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	if limit < 3 {
		return string(runes[:max(limit, 0)])
	}
	head := (limit - 1) / 2
	tail := limit - 1 - head
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}

func appendDiff(to []Difference, path string, a, b *node) []Difference {
	if a == nil {
		a = &node{}
	}
	if b == nil {
		b = &node{}
	}
	if a.value != b.value {
		to = append(to, Difference{path, a.shown(), b.shown()})
	}
	if before, after := commonOrder(a, b), commonOrder(b, a); !slices.Equal(before, after) {
		to = append(to, Difference{path + " (order)", inOrder(a), inOrder(b)})
	}
	for _, pair := range pairs(a.members, b.members) {
		at := join(path, pair.name)
		if pair.isElement() && (pair.node == nil || pair.other == nil) {
			to = append(to, Difference{at, pair.node.render(), pair.other.render()})
			continue
		}
		to = appendDiff(to, at, pair.node, pair.other)
	}
	return to
}

// pair is a member of either or both of two nodes; node is the first's.
type pair struct {
	member

	other *node
}

// pairs merges two lists of members, both sorted by name.
func pairs(a, b []member) []pair {
	var merged []pair
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].name < b[0].name:
			merged, a = append(merged, pair{a[0], nil}), a[1:]
		case len(a) == 0 || b[0].name < a[0].name:
			merged, b = append(merged, pair{member{b[0].name, nil}, b[0].node}), b[1:]
		default:
			merged, a, b = append(merged, pair{a[0], b[0].node}), a[1:], b[1:]
		}
	}
	return merged
}

func join(path, name string) string {
	if path == "" || name[0] == '[' {
		return path + name
	}
	return path + "." + name
}

// commonOrder is the order of those elements of n that other has as well. Elements that only one side has are differences
// of their own.
func commonOrder(n, other *node) []string {
	if len(n.order) == 0 {
		return nil
	}
	has := make(map[string]bool, len(other.order))
	for _, name := range other.order {
		has[name] = true
	}
	var common []string
	for _, name := range n.order {
		if has[name] {
			common = append(common, name)
		}
	}
	return common
}

func inOrder(n *node) string {
	names := make([]string, len(n.order))
	for i, name := range n.order {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	return strings.Join(names, ", ")
}

func (n *node) shown() string {
	if n.secret {
		return "(hidden)"
	}
	return n.value
}

// render is all of a node as one value.
func (n *node) render() string {
	if n == nil {
		return ""
	}
	if len(n.members) == 0 {
		return n.shown()
	}
	parts := make([]string, 0, len(n.members)+1)
	if n.value != "" {
		parts = append(parts, n.value)
	}
	for _, m := range n.members {
		parts = append(parts, m.name+": "+m.node.render())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// elementPath is the path of a list's element.
func elementPath(list, key string) string { return list + "[" + quoted(key) + "]" }
