package viewers

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"cloudfront-cd/internal/standin/edge"
)

// links is what a document refers to on its own site.
type links struct {
	pages []string
	// each is what every view of the page loads, all has in front of it what a browser keeps for the next page.
	each, all []resource
}

type resource struct{ path, query string }

// index has the links of documents. A document's bytes are shared and never change, so that the first of them is its name.
type index map[*byte]*links

// of are the links in an answer; nil unless it is a document.
func (x index) of(a edge.Answer) *links {
	if a.Status != http.StatusOK || len(a.Body) == 0 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	name := &a.Body[0]
	found, ok := x[name]
	if !ok {
		found = parse(a.Body)
		x[name] = found
	}
	return found
}

func (l *links) loads() bool { return l != nil && len(l.all) > 0 }

// page is where viewers go from a document, after having seen so many; without a document they try again.
func (l *links) page(seen int, again string) string {
	if l == nil || len(l.pages) == 0 {
		return again
	}
	return l.pages[seen%len(l.pages)]
}

// parse finds the links of a document. A preloaded fetch is what its scripts will ask an API for: scripts are not run.
func parse(document []byte) *links {
	found := &links{}
	var kept []resource
	tokens := html.NewTokenizer(bytes.NewReader(document))
	for tokens.Next() != html.ErrorToken {
		t := tokens.Token()
		if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			continue
		}
		switch r, ok := local(attribute(t, "href")); {
		case t.DataAtom == atom.A && ok:
			found.pages = append(found.pages, r.path)
		case t.DataAtom == atom.Link && ok && attribute(t, "rel") == "preload":
			found.each = append(found.each, r)
		case t.DataAtom == atom.Link && ok:
			kept = append(kept, r)
		}
		switch r, ok := local(attribute(t, "src")); {
		case t.DataAtom == atom.Script && ok:
			kept = append(kept, r)
		case t.DataAtom == atom.Img && ok:
			found.each = append(found.each, r)
		}
	}
	found.all = slices.Concat(kept, found.each)
	return found
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// local is a link to the same site.
func local(link string) (resource, bool) {
	u, err := url.Parse(link)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return resource{}, false
	}
	return resource{u.EscapedPath(), u.RawQuery}, true
}
