package world

import (
	"maps"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
)

// The background that every API has: the shares of its requests that it answers with 4xx and with 5xx.
const (
	usual4xx = 0.04
	usual5xx = 0.004
)

// website answers at a domain name that is no bucket's: with the files that were published there, or else as an API.
type website struct {
	files map[string]edge.OriginAnswer
	api   *origin.API
}

// website is the one of a domain name; there is one wherever an origin points to.
func (w *World) website(domain string) *website {
	found := w.websites[domain]
	if found == nil {
		found = &website{map[string]edge.OriginAnswer{}, origin.NewAPI(w.Seed)}
		found.api.Share4xx, found.api.Share5xx, found.api.RequiredQuery = usual4xx, usual5xx, site.CallParameter
		found.api.Faults = w.faults
		w.websites[domain] = found
	}
	return found
}

func (s *website) put(path string, body []byte, header http.Header) {
	s.files[path] = edge.OriginAnswer{Status: http.StatusOK, Header: header, Body: body, Latency: origin.FileLatency()}
}

// Fetch implements edge.Origin.
func (s *website) Fetch(r edge.OriginRequest) []edge.OriginAnswer {
	path := r.Path
	if strings.HasSuffix(path, "/") {
		path += site.Root
	}
	if file, ok := s.files[path]; ok {
		file.Count = r.Count
		return []edge.OriginAnswer{file}
	}
	return s.api.Fetch(r)
}

// addSecrets makes every API want what each of the primary's origins at its domain proves CloudFront with.
func (w *World) addSecrets(primary *types.DistributionConfig) {
	required := map[string]http.Header{}
	for _, o := range items(primary) {
		domain, sent := aws.ToString(o.DomainName), customHeaders(o)
		if before, ok := required[domain]; ok {
			maps.DeleteFunc(before, func(name string, _ []string) bool { return before.Get(name) != sent.Get(name) })
		} else {
			required[domain] = sent
		}
	}
	for domain, header := range required {
		w.website(domain).api.RequiredHeaders = header
	}
}

func customHeaders(o types.Origin) http.Header {
	h := http.Header{}
	if o.CustomHeaders != nil {
		for _, c := range o.CustomHeaders.Items {
			h.Set(aws.ToString(c.HeaderName), aws.ToString(c.HeaderValue))
		}
	}
	return h
}

// Break makes every API fail below a path, in the way of the fault.
func (w *World) Break(f origin.Fault) { w.setFaults(append(w.faults, f)) }

// Mend ends what Break began.
func (w *World) Mend() { w.setFaults(nil) }

func (w *World) setFaults(faults []origin.Fault) {
	w.faults = faults
	for _, s := range w.websites {
		s.api.Faults = faults
	}
}
