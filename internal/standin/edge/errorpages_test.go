package edge_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/edge"
)

// only is an origin that has some paths, and 404 for the rest.
func only(paths ...string) func(edge.OriginRequest) edge.OriginAnswer {
	return func(r edge.OriginRequest) edge.OriginAnswer {
		for _, p := range paths {
			if r.Path == p {
				return edge.OriginAnswer{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(p)}
			}
		}
		return edge.OriginAnswer{Status: 404, Header: http.Header{}, Body: []byte("missing")}
	}
}

func TestAnErrorPageReplacesBodyAndStatus(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.CustomErrorResponses = errorPages(404, "/index.html", "200", 10)
	})
	w.site.answer = only("/blue/index.html")
	w.get(t, "/index.html", nil)
	for i := range 2 {
		w.clock.Advance(time.Second)
		a := w.get(t, "/no/such/page", nil)
		if want := time.Duration(i+1) * time.Second; a.Age != want {
			t.Errorf("got an age of %v, want the page's, %v", a.Age, want)
		}
		wantAnswer(t, a, 200, "Error", "/blue/index.html")
		wantHeaders(t, a.Header, map[string]string{"X-Cache": "Error from cloudfront", "Content-Type": "text/html"})
	}
	if len(w.site.got) != 2 || w.metrics[primaryID].e4xx != 0 {
		t.Errorf("got %d requests at the origin and metrics %+v", len(w.site.got), w.metrics[primaryID])
	}
}

// The page is what CloudFront asks for, not the viewer: what keeps the viewer out does not keep the page from it.
func TestABlockedCountryGetsThePageForIt(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.CustomErrorResponses = errorPages(403, "/blocked.html", "403", 10)
		cfg.Restrictions = &types.Restrictions{GeoRestriction: &types.GeoRestriction{
			RestrictionType: types.GeoRestrictionTypeBlacklist, Quantity: aws.Int32(1), Items: []string{"DE"},
		}}
	})
	a := w.get(t, "/a", http.Header{"Cloudfront-Viewer-Country": {"DE"}})
	wantAnswer(t, a, 403, "Error", "/blue/blocked.html")
}

func TestWithoutItsPageTheErrorStays(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.CustomErrorResponses = errorPages(404, "/error.html", "200", 10)
	})
	w.site.answer = only("/blue/index.html")
	wantAnswer(t, w.get(t, "/a", nil), 404, "Error", "missing")
	if w.metrics[primaryID] != (counts{1, 1, 0}) {
		t.Errorf("got metrics %+v", w.metrics[primaryID])
	}
}

func TestAnOriginGroupFailsOver(t *testing.T) {
	tests := map[string]struct {
		method string
		status int
		want   int
	}{
		"a listed status":           {"GET", 503, 200},
		"a status not listed":       {"GET", 502, 502},
		"no connection":             {"HEAD", 0, 200},
		"OPTIONS too":               {"OPTIONS", 500, 200},
		"a method that changes":     {"POST", 503, 503},
		"the first one is healthy":  {"GET", 200, 200},
		"an error page of its own ": {"GET", 404, 404},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), failover)
			w.site.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: tt.status} }
			if a := w.one(t, edge.Request{Host: alias, Path: "/a", Method: tt.method}); a.Status != tt.want {
				t.Errorf("got %d, want %d", a.Status, tt.want)
			}
			if asked := len(w.api.got) == 1; asked != (tt.want == 200 && tt.status != 200) {
				t.Errorf("the second member was asked: %v", asked)
			}
		})
	}
}
