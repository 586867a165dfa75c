// Package content reads a site that lies in S3: what its pages refer to, how its objects are described, and what lies on a side.
package content

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Kind is what a page uses a reference as.
type Kind string

// Kinds of references; the empty one is anything.
const (
	Script   Kind = "script"
	Style    Kind = "style"
	Image    Kind = "image"
	Font     Kind = "font"
	Media    Kind = "media"
	Manifest Kind = "manifest"
	Other    Kind = ""
)

// Reference is an object of the site that a page refers to.
type Reference struct {
	// Path begins with a slash and is not escaped; it has no query.
	Path string
	Kind Kind
}

// References are what a document at this path loads from its own site, each once, in the document's order: scripts, styles,
// preloads, images in all their sizes, media, icons and the manifest, relative to its base. Links that a viewer would follow
// are not among them. Own reports whether a host name is the site's.
func References(document []byte, path string, own func(host string) bool) ([]Reference, error) {
	// Without scripting the content of noscript is read as well.
	root, err := html.ParseWithOptions(bytes.NewReader(document), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("read the document %s: %w", path, err)
	}
	f := finder{base: &url.URL{Scheme: "https", Path: path}, own: own}
	for n := range root.Descendants() {
		// The first base with an href counts, for references before it as well (HTML Standard, "The base element").
		if n.DataAtom == atom.Base && !f.based {
			f.setBase(attribute(n, "href"))
		}
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			f.element(n)
		}
	}
	return f.found, nil
}

type finder struct {
	base  *url.URL
	based bool
	own   func(string) bool
	found []Reference
}

func (f *finder) setBase(href string) {
	if u, err := url.Parse(strings.TrimSpace(href)); err == nil && href != "" {
		f.base, f.based = f.base.ResolveReference(u), true
	}
}

func (f *finder) element(n *html.Node) {
	switch n.Data {
	case "script":
		f.add(attribute(n, "src"), Script)
	case "link":
		if kind, loads := linkKind(n); loads {
			f.add(attribute(n, "href"), kind)
			f.addSet(attribute(n, "imagesrcset"))
		}
	case "img":
		f.add(attribute(n, "src"), Image)
		f.addSet(attribute(n, "srcset"))
	case "source":
		f.addSet(attribute(n, "srcset"))
		f.add(attribute(n, "src"), Media)
	case "video", "audio":
		f.add(attribute(n, "src"), Media)
		f.add(attribute(n, "poster"), Image)
	case "track":
		f.add(attribute(n, "src"), Other)
	}
}

// linkKind is what a link element loads, if it does (HTML Standard, "Link types").
func linkKind(n *html.Node) (kind Kind, loads bool) {
	for rel := range strings.FieldsSeq(strings.ToLower(attribute(n, "rel"))) {
		switch rel {
		case "stylesheet":
			return Style, true
		case "modulepreload":
			return Script, true
		case "icon", "apple-touch-icon", "mask-icon":
			return Image, true
		case "manifest":
			return Manifest, true
		case "preload", "prefetch":
			return destination(attribute(n, "as")), true
		}
	}
	return Other, false
}

// destination is a kind by the as attribute's word (Fetch Standard, "request destination").
func destination(as string) Kind {
	switch as = strings.ToLower(as); as {
	case "script", "worker", "serviceworker", "sharedworker":
		return Script
	case "style", "image", "font", "manifest":
		return Kind(as)
	case "audio", "video":
		return Media
	}
	return Other
}

// addSet adds the candidates of a srcset: URLs with descriptors behind them, divided by commas. A comma within a URL is not
// followed by a space.
func (f *finder) addSet(set string) {
	for candidate := range strings.FieldsFuncSeq(strings.ReplaceAll(set, ", ", "\n"), func(c rune) bool { return c == '\n' }) {
		if fields := strings.Fields(candidate); len(fields) > 0 {
			f.add(strings.TrimSuffix(fields[0], ","), Image)
		}
	}
}

func (f *finder) add(link string, kind Kind) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || strings.TrimSpace(link) == "" {
		return
	}
	if u = f.base.ResolveReference(u); u.Scheme != "http" && u.Scheme != "https" || u.Host != "" && !f.own(u.Hostname()) {
		return
	}
	r := Reference{u.Path, kind}
	if !strings.HasPrefix(r.Path, "/") || slices.Contains(f.found, r) {
		return
	}
	f.found = append(f.found, r)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val
		}
	}
	return ""
}
