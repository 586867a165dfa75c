package distribution_test

import (
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

func TestDiffSpellsPathsAsAWSDoes(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(c *types.DistributionConfig)
		want []distribution.Difference
	}{
		"an origin's path": {
			func(c *types.DistributionConfig) { c.Origins.Items[2].OriginPath = new("/v42") },
			[]distribution.Difference{{"Origins[api].OriginPath", "/v41", "/v42"}},
		},
		"an origin's custom header, which may be a secret": {
			func(c *types.DistributionConfig) { c.Origins.Items[2].CustomHeaders.Items[1].HeaderValue = new("/x") },
			[]distribution.Difference{{"Origins[api].CustomHeaders[X-Forwarded-Prefix].HeaderValue", "(hidden)", "(hidden)"}},
		},
		"a custom header more": {
			func(c *types.DistributionConfig) {
				headers := c.Origins.Items[2].CustomHeaders
				headers.Items = append(headers.Items, types.OriginCustomHeader{HeaderName: new("X-New"), HeaderValue: new("s3cret")})
			},
			[]distribution.Difference{{"Origins[api].CustomHeaders[X-New]", "", "{HeaderName: X-New, HeaderValue: (hidden)}"}},
		},
		"a documented default that was left out": {
			func(c *types.DistributionConfig) { c.Origins.Items[2].ConnectionAttempts = new(int32(2)) },
			[]distribution.Difference{{"Origins[api].ConnectionAttempts", "3", "2"}},
		},
		"a cache behavior's policy": {
			func(c *types.DistributionConfig) {
				c.CacheBehaviors.Items[0].ViewerProtocolPolicy = types.ViewerProtocolPolicyAllowAll
			},
			[]distribution.Difference{{"CacheBehaviors[/api/*].ViewerProtocolPolicy", "https-only", "allow-all"}},
		},
		"a cache behavior more": {
			func(c *types.DistributionConfig) {
				c.CacheBehaviors.Items = append([]types.CacheBehavior{{
					PathPattern: new("/new/*"), TargetOriginId: new("api"),
				}}, c.CacheBehaviors.Items...)
			},
			[]distribution.Difference{{
				"CacheBehaviors[/new/*]", "",
				"{PathPattern: /new/*, TargetOriginId: api, TrustedKeyGroups: {Enabled: false}, TrustedSigners: {Enabled: false}}",
			}},
		},
		"the order of cache behaviors": {
			func(c *types.DistributionConfig) {
				items := c.CacheBehaviors.Items
				items[0], items[1] = items[1], items[0]
			},
			[]distribution.Difference{{
				"CacheBehaviors (order)", "/api/*, /static/*, /sitemap*.xml", "/static/*, /api/*, /sitemap*.xml",
			}},
		},
		"the allowed methods": {
			func(c *types.DistributionConfig) {
				c.DefaultCacheBehavior.AllowedMethods.Items = []types.Method{"GET", "HEAD"}
			},
			[]distribution.Difference{{"DefaultCacheBehavior.AllowedMethods", "GET, HEAD, OPTIONS", "GET, HEAD"}},
		},
		"the cached methods": {
			func(c *types.DistributionConfig) { c.DefaultCacheBehavior.AllowedMethods.CachedMethods = nil },
			[]distribution.Difference{{"DefaultCacheBehavior.AllowedMethods.CachedMethods", "GET, HEAD", ""}},
		},
		"the default cache behavior's response headers": {
			func(c *types.DistributionConfig) { c.DefaultCacheBehavior.ResponseHeadersPolicyId = nil },
			[]distribution.Difference{{
				"DefaultCacheBehavior.ResponseHeadersPolicyId", "67f7725c-6f97-4210-82d7-5512b31e9d03", "",
			}},
		},
		"a custom error page": {
			func(c *types.DistributionConfig) { c.CustomErrorResponses.Items[1].ResponsePagePath = new("/oops") },
			[]distribution.Difference{{"CustomErrorResponses[404].ResponsePagePath", "/errors/404.html", "/oops"}},
		},
		"the order of failover": {
			func(c *types.DistributionConfig) {
				items := c.OriginGroups.Items[0].Members.Items
				items[0], items[1] = items[1], items[0]
			},
			[]distribution.Difference{
				{"OriginGroups[web].Members[0].OriginId", "web-eu", "web-us"},
				{"OriginGroups[web].Members[1].OriginId", "web-us", "web-eu"},
			},
		},
		"failover codes and countries": {
			func(c *types.DistributionConfig) {
				c.OriginGroups.Items[0].FailoverCriteria.StatusCodes.Items = []int32{504, 500}
				c.Restrictions.GeoRestriction = &types.GeoRestriction{RestrictionType: types.GeoRestrictionTypeNone}
			},
			[]distribution.Difference{
				{"OriginGroups[web].FailoverCriteria.StatusCodes", "500, 502, 503, 504", "500, 504"},
				{"Restrictions.GeoRestriction", "CU, KP", ""},
				{"Restrictions.GeoRestriction.RestrictionType", "blacklist", "none"},
			},
		},
		"certificate and HTTP version": {
			func(c *types.DistributionConfig) {
				c.ViewerCertificate.MinimumProtocolVersion = types.MinimumProtocolVersionTLSv1
				c.HttpVersion = types.HttpVersionHttp3
			},
			[]distribution.Difference{
				{"HttpVersion", "http2", "http3"},
				{"ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021", "TLSv1"},
			},
		},
		"an id with brackets": {
			func(c *types.DistributionConfig) {
				c.Origins.Items = append(c.Origins.Items, types.Origin{Id: new("a]b")})
			},
			[]distribution.Difference{{`Origins["a]b"]`, "", "{ConnectionAttempts: 3, ConnectionTimeout: 10, Id: a]b}"}},
		},
		"the same pattern twice": {
			func(c *types.DistributionConfig) {
				c.CacheBehaviors.Items = append(c.CacheBehaviors.Items, types.CacheBehavior{PathPattern: new("/api/*")})
			},
			[]distribution.Difference{{
				"CacheBehaviors[/api/*]#2", "",
				"{PathPattern: /api/*, TrustedKeyGroups: {Enabled: false}, TrustedSigners: {Enabled: false}}",
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := example(t, "api.primary"), example(t, "api.primary")
			a.Origins.Items[2].ConnectionAttempts = nil
			test.edit(b)
			wantEqual(t, distribution.Diff(a, b), test.want)
			wantDifferent(t, a, b)
		})
	}
}

func TestADifferenceIsShownInOneLine(t *testing.T) {
	for name, test := range map[string]struct {
		d    distribution.Difference
		want string
	}{
		"changed": {distribution.Difference{"Comment", "a", "b"}, "Comment: a → b"},
		"absent":  {distribution.Difference{"WebACLId", "", "x"}, "WebACLId: (none) → x"},
	} {
		t.Run(name, func(t *testing.T) { wantEqual(t, test.d.String(), test.want) })
	}
}

func TestShortenKeepsBothEnds(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"short enough":     {"abcdef", 6, "abcdef"},
		"one too long":     {"abcdefg", 6, "ab…efg"},
		"counted in runes": {"äöüäöüäöü", 5, "äö…öü"},
		"no room":          {"abcdef", 2, "ab"},
		"none at all":      {"abcdef", -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := distribution.Shorten(test.text, test.limit)
			wantEqual(t, got, test.want)
			if utf8.RuneCountInString(got) > max(test.limit, 0) {
				t.Errorf("got %q, want at most %d runes", got, test.limit)
			}
		})
	}
}
