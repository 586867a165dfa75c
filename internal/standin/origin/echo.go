package origin

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"cloudfront-cd/internal/standin/edge"
)

// Echo answers any request with what reached it, which shows what the cache key and the origin request policy let
// through: as HTML to who accepts that, or else as JSON.
type Echo struct {
	// CacheControl is a header of every answer, unless it is empty.
	CacheControl string
}

type seen struct {
	Method  string      `json:"method"`
	Domain  string      `json:"domain"`
	Path    string      `json:"path"`
	Query   string      `json:"query"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body,omitempty"`
	Signed  string      `json:"signedFor,omitempty"`
}

const echoPage = `<!doctype html><title>{{.Path}}</title>
<h1>{{.Method}} {{.Domain}}{{.Path}}</h1>
<table>
<tr><th>query<td>{{.Query}}
{{range $name, $values := .Headers}}{{range $values}}<tr><th>{{$name}}<td>{{.}}
{{end}}{{end}}</table>
`

// Fetch implements edge.Origin.
func (o *Echo) Fetch(r edge.OriginRequest) []edge.OriginAnswer {
	s := seen{r.Method, r.Domain, r.Path, r.Query, r.Header, string(r.Body), r.SourceARN}
	h := http.Header{"Content-Type": {"application/json"}, "Server": {"echo"}}
	var body strings.Builder
	if strings.Contains(value(r.Header, "Accept"), "text/html") {
		h["Content-Type"] = []string{"text/html; charset=utf-8"}
		if err := template.Must(template.New("echo").Parse(echoPage)).Execute(&body, s); err != nil {
			return []edge.OriginAnswer{{Count: r.Count, Status: http.StatusInternalServerError}}
		}
	} else {
		encoder := json.NewEncoder(&body)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(s); err != nil {
			return []edge.OriginAnswer{{Count: r.Count, Status: http.StatusInternalServerError}}
		}
	}
	if o.CacheControl != "" {
		h["Cache-Control"] = []string{o.CacheControl}
	}
	return []edge.OriginAnswer{{Count: r.Count, Status: http.StatusOK, Header: h, Body: []byte(body.String())}}
}
