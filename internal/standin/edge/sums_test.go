package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// parted answers parts of the requests differently, and what it is asked again with "not modified". What lies under /a may not
// be kept.
func parted(r edge.OriginRequest) []edge.OriginAnswer {
	h := http.Header{"Etag": {`"1"`}, "Cache-Control": {"max-age=10"}}
	if strings.HasPrefix(r.Path, "/blue/a") {
		h["Cache-Control"] = []string{"no-store"}
	}
	out := []edge.OriginAnswer{}
	left := r.Count
	for _, status := range []int{200, 404, 503, 0} {
		count := (left + 1) / 2
		if status == 0 {
			count = left
		}
		if status == 200 && r.Header.Get("If-None-Match") != "" {
			status = http.StatusNotModified
		}
		if left -= count; count > 0 {
			out = append(out, edge.OriginAnswer{Count: count, Status: status, Header: h, Body: []byte("x")})
		}
	}
	return out
}

// TestEveryRequestIsAnsweredAndMeasuredOnce, whatever is between the viewer and the origin.
func TestEveryRequestIsAnsweredAndMeasuredOnce(t *testing.T) {
	policies := map[string]cloudfront.Policy{"sticky": sticky(0.15), "weight": byWeight(0.15), "header": byHeader()}
	changes := map[string]change{
		"as it is":   func(*types.DistributionConfig) {},
		"no caching": legacy(0, 0, 0),
		"no minimum": legacy(0, 100, 1000),
		"group and no caching": func(cfg *types.DistributionConfig) {
			failover(cfg)
			legacy(0, 0, 0)(cfg)
		},
		"group":       failover,
		"error pages": func(cfg *types.DistributionConfig) { cfg.CustomErrorResponses = errorPages(404, "/404.html", "200", 5) },
	}
	for policy, p := range policies {
		for name, both := range changes {
			for _, turn := range append(edge.Turns(), edge.Turn{Name: "no switch", Apply: func(*edge.Switches) {}}) {
				t.Run(fmt.Sprint(policy, ", ", name, ", ", turn.Name), func(t *testing.T) {
					w := build(t, p, both)
					turn.Apply(&w.Switches)
					w.site.parts, w.api.parts = parted, parted
					w.checkSums(t)
				})
			}
		}
	}
}

func (w *world) checkSums(t *testing.T) {
	t.Helper()
	want := metrics{}
	for range 4 {
		for _, r := range []edge.Request{
			{Path: "/", Count: 1000},
			{Path: "/", Method: http.MethodHead, Count: 3},
			{Path: "/a", Count: 1000, Header: toStaging()},
			{Path: "/api/a", Count: 1000},
			{Path: "/api/a", Method: http.MethodPost, Count: 7},
			{Path: "/b"},
			{Path: "/b", Count: 90},
		} {
			r.Host = alias
			left := max(1, r.Count)
			for _, a := range w.Serve(r) {
				left -= a.Count
				w.expect(want, a)
			}
			if left != 0 {
				t.Errorf("%s %s: the counts miss the request's by %d", r.Method, r.Path, left)
			}
		}
		w.clock.Advance(11 * time.Second)
	}
	for _, id := range []string{primaryID, stagingID} {
		if w.metrics[id] != want[id] {
			t.Errorf("got %+v of %s, want %+v", w.metrics[id], id, want[id])
		}
	}
}

// expect adds an answer to what the metrics have to be.
func (w *world) expect(want metrics, a edge.Answer) {
	var e4xx, e5xx int64
	switch a.Status / 100 {
	case 4:
		e4xx = a.Count
	case 5:
		e5xx = a.Count
	}
	want.Record(a.DistributionID, w.clock.Now(), a.Count, e4xx, e5xx)
	if a.Side == edge.Staging && w.RequestsIncludeStaging {
		want.Record(primaryID, w.clock.Now(), a.Count, e4xx, e5xx)
	}
}

// failover puts the site and the API into an origin group.
func failover(cfg *types.DistributionConfig) {
	cfg.OriginGroups = &types.OriginGroups{Quantity: aws.Int32(1), Items: []types.OriginGroup{{
		Id: aws.String("group"),
		FailoverCriteria: &types.OriginGroupFailoverCriteria{
			StatusCodes: &types.StatusCodes{Quantity: aws.Int32(2), Items: []int32{500, 503}},
		},
		Members: &types.OriginGroupMembers{Quantity: aws.Int32(2), Items: []types.OriginGroupMember{
			{OriginId: aws.String("site")}, {OriginId: aws.String("api")},
		}},
	}}}
	cfg.DefaultCacheBehavior.TargetOriginId = aws.String("group")
	cfg.DefaultCacheBehavior.AllowedMethods = cfg.CacheBehaviors.Items[0].AllowedMethods
}
