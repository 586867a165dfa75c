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
	// own is what every view of the page loads, all has in front of it what a browser keeps for the next page.
	own, all []*resource
}

type resource struct {
	path, query string
	called      bool // of an API: what comes back is its own affair
}

// index has the links of documents. A document's bytes are shared and never change, so that the first of them is its name.
type index struct {
	documents map[*byte]*links
	resources map[resource]*resource // each once, so that it can be compared by its address
}

func newIndex() *index {
	return &index{map[*byte]*links{}, map[resource]*resource{}}
}

// of are the links in an answer; nil unless it is a document.
func (x *index) of(a edge.Answer) *links {
	if a.Status != http.StatusOK || len(a.Body) == 0 {
		return nil
	}
	name := &a.Body[0]
	found, ok := x.documents[name]
	if !ok {
		if isPage(a) {
			found = x.parse(a.Body)
		}
		x.documents[name] = found
	}
	return found
}

// next is where viewers go from a document: its first link leads on.
func (l *links) next(again string) string {
	if len(l.pages) == 0 {
		return again
	}
	return l.pages[0]
}

// parse finds the links of a document. A preloaded fetch is what its scripts will ask an API for: scripts are not run.
func (x *index) parse(document []byte) *links {
	found := &links{}
	var kept []*resource
	tokens := html.NewTokenizer(bytes.NewReader(document))
	for tokens.Next() != html.ErrorToken {
		t := tokens.Token()
		if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			continue
		}
		switch r, ok := x.local(attribute(t, "href"), attribute(t, "as") == "fetch"); {
		case t.DataAtom == atom.A && ok:
			found.pages = append(found.pages, r.path)
		case t.DataAtom == atom.Link && ok && attribute(t, "rel") == "preload":
			found.own = append(found.own, r)
		case t.DataAtom == atom.Link && ok:
			kept = append(kept, r)
		}
		switch r, ok := x.local(attribute(t, "src"), false); {
		case t.DataAtom == atom.Script && ok:
			kept = append(kept, r)
		case t.DataAtom == atom.Img && ok:
			found.own = append(found.own, r)
		}
	}
	found.all = slices.Concat(kept, found.own)
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
func (x *index) local(link string, called bool) (*resource, bool) {
	u, err := url.Parse(link)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return nil, false
	}
	r := resource{u.EscapedPath(), u.RawQuery, called}
	if x.resources[r] == nil {
		x.resources[r] = &r
	}
	return x.resources[r], true
}
