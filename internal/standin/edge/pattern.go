package edge

import (
	"net/url"
	"strings"

	"cloudfront-cd/internal/wildcard"
)

// pattern is a path pattern: * stands for any text, ? for one character, case counts, and the slash in front may be left
// out (Developer Guide, "Cache behavior settings", "Path pattern").
type pattern struct {
	text           string
	prefix, suffix string // of the usual kinds, which are compared without matching
	usual          bool
}

func newPattern(text string) pattern {
	if !strings.HasPrefix(text, "/") {
		text = "/" + text
	}
	p := pattern{text: text}
	before, after, wild := strings.Cut(text, "*")
	if !strings.ContainsAny(before+after, "*?") {
		p.prefix, p.suffix, p.usual = before, after, true
		if !wild {
			p.usual = false
		}
	}
	return p
}

func (p *pattern) matches(path string) bool {
	if p.usual {
		return len(path) >= len(p.prefix)+len(p.suffix) &&
			strings.HasPrefix(path, p.prefix) && strings.HasSuffix(path, p.suffix)
	}
	return wildcard.Match(p.text, path)
}

// plainPath is the path that patterns are matched with: CloudFront normalizes it for
// this as RFC 3986 says and sends the raw path to the origin (Developer Guide, "Cache behavior settings", "Path normalization").
func plainPath(path string) string {
	if strings.IndexByte(path, '%') < 0 {
		return path
	}
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}
