package edge

import (
	"net/http"
	"slices"
	"strings"

	"cloudfront-cd/internal/standin/cloudfront"
)

type mode int

const (
	none mode = iota
	some
	all
	allExcept
)

// selection is which names of query strings, headers or cookies a policy means.
type selection struct {
	mode  mode
	names []string
}

func (s *selection) has(name string) bool {
	switch s.mode {
	case all:
		return true
	case some:
		return slices.Contains(s.names, name)
	case allExcept:
		return !slices.Contains(s.names, name)
	default:
		return false
	}
}

// selectionOf reads HeadersConfig, CookiesConfig and QueryStringsConfig of policies. The names of the modes differ a
// little between them (API Reference, CachePolicy… and OriginRequestPolicy…Config).
func selectionOf(n *cloudfront.Node, behavior, list string, canonical bool) selection {
	s := selection{}
	switch n.Value(behavior) {
	case "whitelist", "allViewerAndWhitelistCloudFront":
		s.mode = some
	case "all", "allViewer":
		s.mode = all
	case "allExcept":
		s.mode = allExcept
	default:
		return s
	}
	if n.Value(behavior) == "allViewerAndWhitelistCloudFront" {
		// The CloudFront headers that the list adds are those the edge itself makes; here only the viewer can bring them.
		s.mode = all
		return s
	}
	s.names = texts(n.Child(list), canonical)
	return s
}

func texts(list *cloudfront.Node, canonical bool) []string {
	items := list.Items()
	names := make([]string, 0, len(items))
	for _, item := range items {
		name := item.Text
		if canonical {
			name = http.CanonicalHeaderKey(name)
		}
		names = append(names, name)
	}
	return names
}

// eachParam calls do for each parameter of a raw query that is selected, in the viewer's order.
func (s *selection) eachParam(query string, do func(pair string)) {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && s.has(name) {
			do(pair)
		}
	}
}

// eachCookie calls do for each selected cookie.
func (s *selection) eachCookie(h http.Header, do func(pair string)) {
	if s.mode == none || h == nil {
		return
	}
	for _, line := range h["Cookie"] {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			pair = strings.TrimSpace(pair)
			name, _, _ := strings.Cut(pair, "=")
			if pair != "" && name != SessionCookie && s.has(name) {
				do(pair)
			}
		}
	}
}
