package edge_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

const (
	primaryID        = "E1PRIMARY00000"
	stagingID        = "E2STAGING00000"
	alias            = "www.example.com"
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	cachingDisabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewerButHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// script is an origin that answers each request by a function and remembers what it got.
type script struct {
	answer func(edge.OriginRequest) edge.OriginAnswer
	parts  func(edge.OriginRequest) []edge.OriginAnswer // instead, if set
	got    []edge.OriginRequest
}

func (s *script) Fetch(r edge.OriginRequest) []edge.OriginAnswer {
	s.got = append(s.got, r)
	if s.parts != nil {
		return s.parts(r)
	}
	a := edge.OriginAnswer{Status: http.StatusOK, Header: http.Header{}, Body: []byte(r.Path)}
	if s.answer != nil {
		a = s.answer(r)
	}
	a.Count = r.Count
	return []edge.OriginAnswer{a}
}

func (s *script) requests() (n int64) {
	for _, r := range s.got {
		n += r.Count
	}
	return n
}

type counts struct{ requests, e4xx, e5xx int64 }

type metrics map[string]counts

func (m metrics) Record(id string, minute time.Time, requests, e4xx, e5xx int64) {
	for _, key := range []string{id, id + minute.Format(" 15:04:05")} {
		c := m[key]
		m[key] = counts{c.requests + requests, c.e4xx + e4xx, c.e5xx + e5xx}
	}
}

// world is an account with one pair, and the edge in front of two origins.
type world struct {
	*edge.Edge

	clock   *simtime.Clock
	account *cloudfront.Server
	site    *script // blue.example.com
	api     *script // api.example.com
	metrics metrics
	pair    cloudfront.Pair
}

type change func(*types.DistributionConfig)

// build makes a world whose staging distribution differs from the primary by changes, with a policy that is attached.
func build(tb testing.TB, policy cloudfront.Policy, both change, staging ...change) *world {
	tb.Helper()
	w := &world{
		clock: simtime.New(start()), site: &script{}, api: &script{}, metrics: metrics{},
	}
	w.account = cloudfront.New(w.clock, 1)
	primary, green := siteConfig(), siteConfig()
	if both != nil {
		both(primary)
		both(green)
	}
	for _, c := range staging {
		c(green)
	}
	var err error
	w.pair, err = w.account.AddPair(cloudfront.Pair{
		PrimaryID: primaryID, StagingID: stagingID,
		Primary: encode(tb, primary), Staging: encode(tb, green), Policy: policy,
	})
	if err != nil {
		tb.Fatalf("add pair: %v", err)
	}
	w.Edge = edge.New(w.clock, w.account, w.origin, w.metrics, 7)
	return w
}

func (w *world) origin(domain string) edge.Origin {
	switch domain {
	case "blue.example.com":
		return w.site
	case "api.example.com":
		return w.api
	default:
		return nil
	}
}

func encode(tb testing.TB, cfg *types.DistributionConfig) *cloudfront.Node {
	tb.Helper()
	tree, err := cloudfront.Encode(tb.Context(), cfg)
	if err != nil {
		tb.Fatalf("encode: %v", err)
	}
	return tree
}

// siteConfig has a site under CachingOptimized and an API under CachingDisabled with AllViewerExceptHostHeader.
func siteConfig() *types.DistributionConfig {
	return &types.DistributionConfig{
		CallerReference: aws.String("test"), Comment: aws.String(""), Enabled: aws.Bool(true),
		DefaultRootObject: aws.String("index.html"),
		Aliases:           &types.Aliases{Quantity: aws.Int32(1), Items: []string{alias}},
		ViewerCertificate: &types.ViewerCertificate{
			ACMCertificateArn:      aws.String("arn:aws:acm:us-east-1:123456789012:certificate/a"),
			SSLSupportMethod:       types.SSLSupportMethodSniOnly,
			MinimumProtocolVersion: types.MinimumProtocolVersionTLSv122021,
		},
		HttpVersion: types.HttpVersionHttp2,
		Origins: &types.Origins{Quantity: aws.Int32(2), Items: []types.Origin{
			customOrigin("site", "blue.example.com", "/blue"), customOrigin("api", "api.example.com", ""),
		}},
		DefaultCacheBehavior: &types.DefaultCacheBehavior{
			TargetOriginId: aws.String("site"), ViewerProtocolPolicy: types.ViewerProtocolPolicyRedirectToHttps,
			CachePolicyId: aws.String(cachingOptimized),
		},
		CacheBehaviors: &types.CacheBehaviors{Quantity: aws.Int32(1), Items: []types.CacheBehavior{{
			PathPattern: aws.String("api/*"), TargetOriginId: aws.String("api"),
			ViewerProtocolPolicy: types.ViewerProtocolPolicyHttpsOnly,
			CachePolicyId:        aws.String(cachingDisabled), OriginRequestPolicyId: aws.String(allViewerButHost),
			AllowedMethods: &types.AllowedMethods{
				Quantity: aws.Int32(7),
				Items: []types.Method{
					types.MethodGet, types.MethodHead, types.MethodOptions, types.MethodPut, types.MethodPost, types.MethodPatch,
					types.MethodDelete,
				},
				CachedMethods: &types.CachedMethods{
					Quantity: aws.Int32(2), Items: []types.Method{types.MethodGet, types.MethodHead},
				},
			},
		}}},
	}
}

func customOrigin(id, domain, path string) types.Origin {
	return types.Origin{
		Id: &id, DomainName: &domain, OriginPath: &path,
		CustomOriginConfig: &types.CustomOriginConfig{
			HTTPPort: aws.Int32(80), HTTPSPort: aws.Int32(443), OriginProtocolPolicy: types.OriginProtocolPolicyHttpsOnly,
		},
	}
}

func originPath(path string) change {
	return func(cfg *types.DistributionConfig) { cfg.Origins.Items[0].OriginPath = &path }
}

func byWeight(weight float64) cloudfront.Policy {
	return cloudfront.Policy{Enabled: true, Type: cloudfront.SingleWeight, Weight: weight}
}

func sticky(weight float64) cloudfront.Policy {
	p := byWeight(weight)
	p.IdleTTL, p.MaximumTTL = 5*time.Minute, time.Hour
	return p
}

func byHeader() cloudfront.Policy {
	return cloudfront.Policy{Enabled: true, Type: cloudfront.SingleHeader, Header: "aws-cf-cd-Test", Value: "yes"}
}

// toStaging is the header that byHeader wants.
func toStaging() http.Header { return http.Header{"Aws-Cf-Cd-Test": {"yes"}} }

// get is one request to the alias at POP 0 that got one answer.
func (w *world) get(tb testing.TB, path string, h http.Header) edge.Answer {
	tb.Helper()
	return w.one(tb, edge.Request{Host: alias, Path: path, Header: h})
}

func (w *world) one(tb testing.TB, r edge.Request) edge.Answer {
	tb.Helper()
	answers := w.Serve(r)
	if len(answers) != 1 || answers[0].Count != max(1, r.Count) {
		tb.Fatalf("got %d answers %+v to %d requests, want one", len(answers), answers, r.Count)
	}
	return answers[0]
}

// near fails unless got is within five standard deviations of a binomial share of n.
func near(t *testing.T, what string, got, n int64, share float64) {
	t.Helper()
	want := float64(n) * share
	if tolerance := 5*math.Sqrt(want*(1-share)) + 1e-9; math.Abs(float64(got)-want) > tolerance {
		t.Errorf("got %s %d of %d, want %.0f ± %.0f", what, got, n, want, tolerance)
	}
}

func wantAnswer(tb testing.TB, a edge.Answer, status int, result, body string) {
	tb.Helper()
	if a.Status != status || a.Result != result || (body != "" && string(a.Body) != body) {
		tb.Errorf("got %d %s %q, want %d %s %q", a.Status, a.Result, a.Body, status, result, body)
	}
}

// editPolicy changes the policy as somebody in the console would, and lets it reach every POP.
func (w *world) editPolicy(tb testing.TB, edit func(*cloudfront.Node)) {
	tb.Helper()
	if err := w.account.EditPolicy(w.pair.Policy.ID, edit); err != nil {
		tb.Fatalf("edit policy: %v", err)
	}
	w.clock.Advance(4 * time.Minute)
}
