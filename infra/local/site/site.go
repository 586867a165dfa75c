// Package site is the example's web site: small, but with everything that a release of one can break. Its pages link to each
// other, share assets whose names say which build they are of, and call an API.
package site

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// Build is one build of the site, as a pipeline would upload it.
type Build struct {
	// Name is what the pages say in large letters. It is in every asset but one, so that those have other names in another build.
	Name string
	// Calls are the URLs that every page asks for by script: paths on the site itself, without a query.
	Calls []string
}

// Object is one file of a build.
type Object struct {
	// Key has no leading slash.
	Key    string
	Body   []byte
	Header http.Header
}

// Shared and Own are how many resources all pages share, and how many each has to itself apart from Calls.
const (
	Shared = 4
	Own    = 1
)

const javaScript = "text/javascript"

// CallParameter is in the query of every call, and an API that is called without it does not know what to answer.
const CallParameter = "build"

// Root is the key of the page that the default root object names.
const Root = "index.html"

type page struct {
	Build

	Key, Title                          string
	Logo, Style, Script, Library, Image string
	Others                              []page
}

// Parameter is for the template.
func (page) Parameter() string { return CallParameter }

func pages() []page {
	return []page{
		{Key: Root, Title: "Home"},
		{Key: "products.html", Title: "Products"},
		{Key: "about.html", Title: "About"},
		{Key: "help.html", Title: "Help"},
	}
}

// layout is that of every page. The assets' names change with the build, so that a browser may keep them for ever and the
// pages are never kept: a promotion leaves CloudFront's caches as they are, so a document that may be kept would go on being
// the old one.
func layout() (*template.Template, error) {
	return template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{.Title}} · {{.Name}}</title>
<link rel="icon" href="/{{.Logo}}">
<link rel="stylesheet" href="/{{.Style}}">
<script src="/{{.Library}}" defer></script>
<script src="/{{.Script}}" defer></script>
{{- range .Calls}}
<link rel="preload" as="fetch" href="{{.}}?{{$.Parameter}}={{$.Name}}">
{{- end}}
</head>
<body class="{{.Name}}">
<h1>{{.Name}}</h1>
<p>{{.Title}}</p>
<img src="/{{.Image}}" alt="" width="240" height="120">
<nav>
{{- range .Others}}
<a href="/{{.Key}}">{{.Title}}</a>
{{- end}}
</nav>
</body>
</html>
`)
}

// Objects are the files of a build.
func (b Build) Objects() ([]Object, error) {
	const (
		text = "text/html; charset=utf-8"
		svg  = "image/svg+xml"
	)
	late := b.late()
	logo := asset("assets/logo", ".svg", svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><circle r="1" fill="%s"/></svg>`, b.Name)
	style := asset("assets/site", ".css", "text/css", "body { font: 1.2em sans-serif; margin: 4em; } h1 { color: %s; }\n", b.Name)
	script := asset("assets/site", ".js", javaScript, "document.documentElement.dataset.build = %q;\nsetTimeout(() => import(%q), 60_000);\n", b.Name, "/"+late.Key)
	library := asset("assets/library", ".js", javaScript, "// The same in every build.\n")
	objects := []Object{logo, style, script, library, late}
	page, err := layout()
	if err != nil {
		return nil, fmt.Errorf("layout of the pages: %w", err)
	}
	all := pages()
	for i, p := range all {
		p.Build = b
		image := asset("images/"+strings.TrimSuffix(p.Key, ".html"), ".svg", svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1" fill="%s"/></svg>`, b.Name)
		p.Logo, p.Style, p.Script, p.Library, p.Image = logo.Key, style.Key, script.Key, library.Key, image.Key
		for j := range all[1:] {
			p.Others = append(p.Others, all[(i+j+1)%len(all)])
		}
		var body bytes.Buffer
		if err := page.Execute(&body, p); err != nil {
			return nil, fmt.Errorf("page %s of build %s: %w", p.Key, b.Name, err)
		}
		objects = append(objects, Object{Key: p.Key, Body: body.Bytes(), Header: http.Header{
			"Content-Type": {text}, "Cache-Control": {"no-cache"},
		}}, image)
	}
	return objects, nil
}

// late is an asset that the pages' script loads when they have been open for a while: nothing in a page refers to it.
func (b Build) late() Object {
	return asset("assets/late", ".js", javaScript, "document.documentElement.dataset.late = %q;\n", b.Name)
}

// asset has a hash of its bytes in its name.
func asset(stem, extension, kind, format string, values ...any) Object {
	body := fmt.Appendf(nil, format, values...)
	const digits = 4 // in bytes, as many bundlers have it
	sum := sha256.Sum256(body)
	return Object{Key: fmt.Sprintf("%s.%x%s", stem, sum[:digits], extension), Body: body, Header: http.Header{
		"Content-Type": {kind}, "Cache-Control": {"public, max-age=31536000, immutable"},
	}}
}
