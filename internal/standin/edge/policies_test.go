package edge_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// policies are whatever a test says.
type policies struct{ cache, request, response *cloudfront.Node }

func (p policies) CachePolicy(string) *cloudfront.Node           { return p.cache }
func (p policies) OriginRequestPolicy(string) *cloudfront.Node   { return p.request }
func (p policies) ResponseHeadersPolicy(string) *cloudfront.Node { return p.response }

func TestPoliciesOfTheAccountAreUsed(t *testing.T) {
	leaf, elem := cloudfront.Leaf, cloudfront.Elem
	w := build(t, byHeader(), nil)
	w.get(t, "/a", nil)
	p := policies{
		cache: elem("CachePolicy", elem("CachePolicyConfig",
			leaf("MinTTL", "0"), leaf("DefaultTTL", "5"), leaf("MaxTTL", "10"),
			elem("ParametersInCacheKeyAndForwardedToOrigin",
				elem("QueryStringsConfig", leaf("QueryStringBehavior", "allExcept"), cloudfront.List("QueryStrings", leaf("Name", "x"))),
				elem("CookiesConfig", leaf("CookieBehavior", "whitelist"), cloudfront.List("Cookies", leaf("Name", "c")))))),
		request: elem("OriginRequestPolicyConfig",
			elem("HeadersConfig", leaf("HeaderBehavior", "allViewerAndWhitelistCloudFront")),
			elem("QueryStringsConfig", leaf("QueryStringBehavior", "whitelist"), cloudfront.List("QueryStrings", leaf("Name", "x")))),
	}
	w.UsePolicies(p)
	w.api.got = nil
	wantAnswer(t, w.one(t, edge.Request{Host: alias, Path: "/api/a", Query: "x=1&y=2", Header: http.Header{"Cookie": {"c=1;d=2"}, "X-A": {"1"}}}), 200, "Miss", "")
	wantAnswer(t, w.one(t, edge.Request{Host: alias, Path: "/api/a", Query: "x=2&y=2", Header: http.Header{"Cookie": {"c=1;d=3"}}}), 200, "Hit", "")
	wantAnswer(t, w.one(t, edge.Request{Host: alias, Path: "/api/a", Query: "x=2&y=3", Header: http.Header{"Cookie": {"c=1"}}}), 200, "Miss", "")
	if got := w.api.got[0]; got.Query != "x=1&y=2" || got.Header.Get("Cookie") != "c=1" || got.Header.Get("X-A") != "1" {
		t.Errorf("the origin got %q %v", got.Query, got.Header)
	}
}

func TestAnUnknownPolicyIsSaid(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		b := cfg.DefaultCacheBehavior
		b.CachePolicyId, b.OriginRequestPolicyId, b.ResponseHeadersPolicyId = aws.String("c"), aws.String("o"), aws.String("r")
		b.FunctionAssociations = &types.FunctionAssociations{Quantity: aws.Int32(1), Items: []types.FunctionAssociation{
			{EventType: types.EventTypeViewerRequest, FunctionARN: aws.String("arn")},
		}}
	})
	w.get(t, "/a", nil)
	a := w.get(t, "/a", nil)
	if got := a.Header["X-Standin-Note"]; a.Result != "Miss" || len(got) != 4 ||
		!slices.Contains(got, "functions of this cache behavior were not run") {
		t.Errorf("got %s with notes %q", a.Result, got)
	}
}

// Origins share headers between their answers; what one behaviour adds to them is not another's.
func TestABehaviorsHeadersAreItsOwn(t *testing.T) {
	shared := http.Header{"X-A": {"origin"}}
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.DefaultCacheBehavior.ResponseHeadersPolicyId = aws.String("r")
	})
	w.UsePolicies(policies{response: cloudfront.Elem("ResponseHeadersPolicyConfig", cloudfront.List("RemoveHeadersConfig",
		cloudfront.Elem("ResponseHeadersPolicyRemoveHeader", cloudfront.Leaf("Header", "X-A"))))})
	for _, o := range []*script{w.site, w.api} {
		o.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: 200, Header: shared} }
	}
	for range 2 {
		wantHeaders(t, w.get(t, "/a", nil).Header, map[string]string{"X-A": ""})
		wantHeaders(t, w.get(t, "/api/a", nil).Header, map[string]string{"X-A": "origin"})
	}
}

func TestResponseHeadersPolicies(t *testing.T) {
	leaf, elem := cloudfront.Leaf, cloudfront.Elem
	custom := func(name, value, override string) *cloudfront.Node {
		return elem("ResponseHeadersPolicyCustomHeader", leaf("Header", name), leaf("Value", value), leaf("Override", override))
	}
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.DefaultCacheBehavior.ResponseHeadersPolicyId = aws.String("r")
	})
	w.UsePolicies(policies{
		cache: elem("CachePolicyConfig", leaf("MinTTL", "1"), leaf("DefaultTTL", "100"), leaf("MaxTTL", "100")),
		response: elem("ResponseHeadersPolicyConfig",
			cloudfront.List("CustomHeadersConfig", custom("x-a", "policy", "true"), custom("x-b", "policy", "false")),
			cloudfront.List("RemoveHeadersConfig", elem("ResponseHeadersPolicyRemoveHeader", leaf("Header", "x-powered-by"))),
			elem("SecurityHeadersConfig",
				elem("StrictTransportSecurity", leaf("Override", "true"), leaf("AccessControlMaxAgeSec", "9"),
					leaf("IncludeSubdomains", "true"), leaf("Preload", "true")),
				elem("XSSProtection", leaf("Override", "true"), leaf("Protection", "true"), leaf("ModeBlock", "true")),
				elem("ContentSecurityPolicy", leaf("Override", "true"), leaf("ContentSecurityPolicy", "default-src 'self'"))),
			elem("CorsConfig", leaf("OriginOverride", "true"), leaf("AccessControlAllowCredentials", "true"),
				cloudfront.List("AccessControlAllowOrigins", leaf("Origin", "https://*.example.com")),
				cloudfront.List("AccessControlAllowMethods", leaf("Method", "ALL")))),
	})
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		return edge.OriginAnswer{Status: 200, Header: http.Header{
			"X-A": {"origin"}, "X-B": {"origin"}, "X-Powered-By": {"php"}, "Set-Cookie": {"a=1"},
		}}
	}
	for range 2 {
		wantHeaders(t, w.get(t, "/a", nil).Header, map[string]string{
			"X-A": "policy", "X-B": "origin", "X-Powered-By": "", "Set-Cookie": "", "Access-Control-Allow-Origin": "",
			"Strict-Transport-Security": "max-age=9; includeSubDomains; preload", "X-Xss-Protection": "1; mode=block",
			"Content-Security-Policy": "default-src 'self'", "X-Amz-Cf-Pop": w.account.POPs()[0],
		})
	}
	wantHeaders(t, w.get(t, "/a", http.Header{"Origin": {"https://a.example.com"}}).Header, map[string]string{
		"Access-Control-Allow-Origin": "https://a.example.com", "Access-Control-Allow-Credentials": "true", "Vary": "Origin",
		"Access-Control-Allow-Methods": "",
	})
	wantHeaders(t, w.get(t, "/a", http.Header{"Origin": {"https://example.org"}}).Header, map[string]string{
		"Access-Control-Allow-Origin": "",
	})
}
