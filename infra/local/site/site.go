// Package site is the example's web site: small, but with everything that a release of one can break. Its pages link to each
// other, share assets whose names say which build they are of, and call an API.
package site

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
)

// Build is one build of the site, as a pipeline would upload it.
type Build struct {
	// Name is part of the assets' names, and what the pages say in large letters.
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
	Shared = 3
	Own    = 1
)

// CallParameter is in the query of every call, and an API that is called without it does not know what to answer.
const CallParameter = "build"

// Root is the key of the page that the default root object names.
const Root = "index.html"

type page struct {
	Build

	Key, Title string
	Others     []page
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
<link rel="icon" href="/assets/logo.{{.Name}}.svg">
<link rel="stylesheet" href="/assets/site.{{.Name}}.css">
<script src="/assets/site.{{.Name}}.js" defer></script>
{{- range .Calls}}
<link rel="preload" as="fetch" href="{{.}}?{{$.Parameter}}={{$.Name}}">
{{- end}}
</head>
<body class="{{.Name}}">
<h1>{{.Name}}</h1>
<p>{{.Title}}</p>
<img src="/images/{{.Key}}.svg" alt="" width="240" height="120">
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
	objects := []Object{
		b.asset("assets/logo."+b.Name+".svg", svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><circle r="1" fill="%s"/></svg>`),
		b.asset("assets/site."+b.Name+".css", "text/css", "body { font: 1.2em sans-serif; margin: 4em; } h1 { color: %s; }\n"),
		b.asset("assets/site."+b.Name+".js", "text/javascript", "document.documentElement.dataset.build = %q;\n"),
	}
	page, err := layout()
	if err != nil {
		return nil, fmt.Errorf("layout of the pages: %w", err)
	}
	all := pages()
	for i, p := range all {
		p.Build = b
		for j := range all[1:] {
			p.Others = append(p.Others, all[(i+j+1)%len(all)])
		}
		var body bytes.Buffer
		if err := page.Execute(&body, p); err != nil {
			return nil, fmt.Errorf("page %s of build %s: %w", p.Key, b.Name, err)
		}
		objects = append(objects, Object{Key: p.Key, Body: body.Bytes(), Header: http.Header{
			"Content-Type": {text}, "Cache-Control": {"no-cache"},
		}}, b.asset("images/"+p.Key+".svg", svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1" fill="%s"/></svg>`))
	}
	return objects, nil
}

func (b Build) asset(key, kind, format string) Object {
	return Object{Key: key, Body: fmt.Appendf(nil, format, b.Name), Header: http.Header{
		"Content-Type": {kind}, "Cache-Control": {"public, max-age=31536000, immutable"},
	}}
}
