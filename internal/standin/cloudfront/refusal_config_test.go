package cloudfront_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// creating a changed config, beside a distribution with the caller reference "taken" and the alias taken.example.com.
func creating(change func(*types.DistributionConfig)) func(*testing.T, *world, cloudfront.Pair) error {
	return func(t *testing.T, w *world, _ cloudfront.Pair) error {
		t.Helper()
		other := config("taken")
		other.Aliases = aliases("taken.example.com")
		w.create(t, "", other)
		cfg := config("new")
		change(cfg)
		before := len(w.Distributions())
		_, err := w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: cfg})
		if len(w.Distributions()) != before {
			t.Error("a refused distribution was created")
		}
		return err
	}
}

// limited sets a quota before anything else happens.
func limited(set func(*cloudfront.Limits), do func(*testing.T, *world, cloudfront.Pair) error) func(*testing.T, *world, cloudfront.Pair) error {
	return func(t *testing.T, w *world, p cloudfront.Pair) error {
		t.Helper()
		set(&w.Limits)
		return do(t, w, p)
	}
}

func refusedConfigs() map[string]refusal {
	type cfg = types.DistributionConfig
	behaviors := func(items ...types.CacheBehavior) func(*cfg) {
		return func(c *cfg) {
			c.CacheBehaviors = &types.CacheBehaviors{Quantity: aws.Int32(int32(len(items))), Items: items}
		}
	}
	certificates := func(change func(*types.ViewerCertificate)) func(*cfg) {
		return func(c *cfg) { change(c.ViewerCertificate) }
	}
	many := func(l *cloudfront.Limits) { l.Aliases, l.Origins, l.OriginGroups, l.Behaviors = 1, 1, 0, 1 }
	return map[string]refusal{
		"a quantity that is not the number of items": {"InconsistentQuantities", creating(func(c *cfg) { c.Origins.Quantity = aws.Int32(2) })},
		"a negative quantity":                        {"InvalidArgument", creating(func(c *cfg) { c.Origins.Quantity = aws.Int32(-1) })},
		"an empty caller reference":                  {"InvalidArgument", creating(func(c *cfg) { c.CallerReference = aws.String("") })},
		"a caller reference of another distribution": {"DistributionAlreadyExists", creating(func(c *cfg) { c.CallerReference = aws.String("taken") })},
		"an HTTP version that does not exist":        {"InvalidArgument", creating(func(c *cfg) { c.HttpVersion = "http4" })},
		"a price class that does not exist":          {"InvalidArgument", creating(func(c *cfg) { c.PriceClass = "PriceClass_1" })},
		"a comment that is too long":                 {"InvalidArgument", creating(func(c *cfg) { c.Comment = aws.String(strings.Repeat("ü", 129)) })},
		"a root object that begins with a slash":     {"InvalidDefaultRootObject", creating(func(c *cfg) { c.DefaultRootObject = aws.String("/index.html") })},
		"a root object that is too long":             {"InvalidDefaultRootObject", creating(func(c *cfg) { c.DefaultRootObject = aws.String(strings.Repeat("x", 256)) })},
		"a policy from the beginning":                {"InvalidArgument", creating(func(c *cfg) { c.ContinuousDeploymentPolicyId = aws.String("none") })},
		"one distribution too many":                  {"TooManyDistributions", limited(func(l *cloudfront.Limits) { l.Distributions = 3 }, creating(func(*cfg) {}))},
		"one staging distribution too many": {
			"TooManyDistributions", limited(func(l *cloudfront.Limits) { l.Staging = 1 }, creating(func(c *cfg) { c.Staging = aws.Bool(true) })),
		},

		"an alias that another distribution has":     {"CNAMEAlreadyExists", creating(func(c *cfg) { c.Aliases = aliases("taken.example.com") })},
		"an alias that another has in other letters": {"CNAMEAlreadyExists", creating(func(c *cfg) { c.Aliases = aliases("Taken.Example.com") })},
		"an alias given twice":                       {"InvalidArgument", creating(func(c *cfg) { c.Aliases = aliases("a.example.com", "A.example.com") })},
		"an alias that is no name":                   {"InvalidArgument", creating(func(c *cfg) { c.Aliases = aliases("www.example.com ") })},
		"an alias that is an address":                {"InvalidArgument", creating(func(c *cfg) { c.Aliases = aliases("127.0.0.1") })},
		"an alias for addresses":                     {"InvalidArgument", creating(func(c *cfg) { c.Aliases = aliases("*.0.0.1") })},
		"an alias for everything":                    {"InvalidArgument", creating(func(c *cfg) { c.Aliases = aliases("*") })},
		"an alias on a staging distribution":         {"InvalidArgument", creating(func(c *cfg) { c.Staging, c.Aliases = aws.Bool(true), aliases("new.example.com") })},
		"one alias too many":                         {"TooManyDistributionCNAMEs", limited(many, creating(func(c *cfg) { c.Aliases = aliases("a.example.com", "b.example.com") }))},
		"an alias with CloudFront's own certificate": {"InvalidViewerCertificate", creating(func(c *cfg) { c.Aliases, c.ViewerCertificate = aliases("a.example.com"), nil })},
		"two kinds of certificates":                  {"InvalidViewerCertificate", creating(certificates(func(c *types.ViewerCertificate) { c.IAMCertificateId = aws.String("x") }))},
		"a certificate and CloudFront's own":         {"InvalidViewerCertificate", creating(certificates(func(c *types.ViewerCertificate) { c.CloudFrontDefaultCertificate = aws.Bool(true) }))},
		"a certificate of another region": {"InvalidViewerCertificate", creating(certificates(func(c *types.ViewerCertificate) {
			c.ACMCertificateArn = aws.String("arn:aws:acm:eu-west-1:1:certificate/1")
		}))},
		"a certificate without a support method":      {"InvalidViewerCertificate", creating(certificates(func(c *types.ViewerCertificate) { c.SSLSupportMethod = "" }))},
		"a support method that does not exist":        {"InvalidViewerCertificate", creating(certificates(func(c *types.ViewerCertificate) { c.SSLSupportMethod = "some" }))},
		"a security policy that does not exist":       {"InvalidMinimumProtocolVersion", creating(certificates(func(c *types.ViewerCertificate) { c.MinimumProtocolVersion = "TLSv9" }))},
		"SSLv3 for clients that send the server name": {"InvalidProtocolSettings", creating(certificates(func(c *types.ViewerCertificate) { c.MinimumProtocolVersion = "SSLv3" }))},

		"a behaviour whose origin does not exist":         {"NoSuchOrigin", creating(func(c *cfg) { c.DefaultCacheBehavior.TargetOriginId = aws.String("other") })},
		"a second behaviour whose origin does not exist":  {"NoSuchOrigin", creating(behaviors(behavior("/api/*", "api")))},
		"two behaviours for one path pattern":             {"InvalidArgument", creating(behaviors(behavior("/a", "site"), behavior("/a", "site")))},
		"one behaviour too many":                          {"TooManyCacheBehaviors", limited(many, creating(behaviors(behavior("/a", "site"), behavior("/b", "site"))))},
		"a behaviour that says nothing of caching":        {"InvalidArgument", creating(func(c *cfg) { c.DefaultCacheBehavior.CachePolicyId = nil })},
		"a behaviour that speaks of caching twice":        {"InvalidArgument", creating(twice)},
		"a cache policy that does not exist":              {"NoSuchCachePolicy", creating(func(c *cfg) { c.DefaultCacheBehavior.CachePolicyId = aws.String("x") })},
		"an origin request policy that does not exist":    {"NoSuchOriginRequestPolicy", creating(func(c *cfg) { c.DefaultCacheBehavior.OriginRequestPolicyId = aws.String(cachingOptimized) })},
		"a response headers policy that does not exist":   {"NoSuchResponseHeadersPolicy", creating(func(c *cfg) { c.DefaultCacheBehavior.ResponseHeadersPolicyId = aws.String("x") })},
		"TTLs that fall":                                  {"InvalidTTLOrder", creating(ttls(10, 5, 20))},
		"a maximum TTL below the default":                 {"InvalidTTLOrder", creating(ttls(0, 50, 20))},
		"a viewer protocol policy that does not exist":    {"InvalidArgument", creating(func(c *cfg) { c.DefaultCacheBehavior.ViewerProtocolPolicy = "ftp" })},
		"a choice of methods that is none of the three":   {"InvalidArgument", creating(func(c *cfg) { c.DefaultCacheBehavior.AllowedMethods = methods("GET") })},
		"an error code that cannot be replaced":           {"InvalidErrorCode", creating(errorResponse(418, "200", "/x"))},
		"a response code that cannot be sent":             {"InvalidResponseCode", creating(errorResponse(404, "302", "/x"))},
		"a response code without a page":                  {"InvalidResponseCode", creating(errorResponse(404, "200", ""))},
		"an error page that does not begin with a slash":  {"InvalidRelativePath", creating(errorResponse(404, "200", "x"))},
		"a country that is none":                          {"InvalidLocationCode", creating(restriction("blacklist", "Germany"))},
		"a country in small letters":                      {"InvalidLocationCode", creating(restriction("whitelist", "de"))},
		"a restriction to no country":                     {"InvalidGeoRestrictionParameter", creating(restriction("whitelist"))},
		"a restriction that does not exist":               {"InvalidGeoRestrictionParameter", creating(restriction("greylist", "DE"))},
		"countries although nothing is restricted":        {"InvalidGeoRestrictionParameter", creating(restriction("none", "DE"))},
		"an origin path that does not begin with a slash": {"InvalidRelativePath", creating(to("green"))},
		"an origin path that ends with a slash":           {"InvalidRelativePath", creating(to("/green/"))},
		"an origin path that is not URL-encoded":          {"InvalidRelativePath", creating(to("/grün"))},
		"two origins of one id": {"InvalidArgument", creating(func(c *cfg) {
			c.Origins.Items = append(c.Origins.Items, c.Origins.Items[0])
			c.Origins.Quantity = aws.Int32(2)
		})},
		"one origin too many":                         {"TooManyOrigins", limited(many, creating(secondOrigin))},
		"one origin group too many":                   {"TooManyOriginGroupsPerDistribution", limited(func(l *cloudfront.Limits) { l.OriginGroups = 0 }, creating(group("site", "site")))},
		"an origin group with an origin that is none": {"NoSuchOrigin", creating(group("site", "other"))},
		"an origin group of one":                      {"InvalidArgument", creating(group("site"))},
		"an S3 origin that is no bucket":              {"InvalidOrigin", creating(origin(func(o *types.Origin) { o.DomainName = aws.String("www.example.com") }))},
		"an origin of two kinds":                      {"InvalidArgument", creating(origin(func(o *types.Origin) { o.CustomOriginConfig = customOrigin() }))},
		"an origin that has too little time":          {"InvalidOriginReadTimeout", creating(origin(func(o *types.Origin) { o.S3OriginConfig.OriginReadTimeout = aws.Int32(0) }))},
		"a connection that is kept too long": {"InvalidOriginKeepaliveTimeout", creating(origin(func(o *types.Origin) {
			o.S3OriginConfig, o.CustomOriginConfig = nil, customOrigin()
			o.CustomOriginConfig.OriginKeepaliveTimeout = aws.Int32(121)
		}))},
		"an attempt too many to connect":               {"InvalidArgument", creating(origin(func(o *types.Origin) { o.ConnectionAttempts = aws.Int32(4) }))},
		"a connection that may take too long":          {"InvalidArgument", creating(origin(func(o *types.Origin) { o.ConnectionTimeout = aws.Int32(11) }))},
		"an origin access control that does not exist": {"InvalidOriginAccessControl", creating(origin(func(o *types.Origin) { o.OriginAccessControlId = aws.String("E0NONE00000000") }))},
		"an origin access control beside an access identity": {"IllegalOriginAccessConfiguration", creating(origin(func(o *types.Origin) {
			o.OriginAccessControlId = aws.String("E1")
			o.S3OriginConfig.OriginAccessIdentity = aws.String("origin-access-identity/cloudfront/E1")
		}))},
	}
}

// refusedUpdates are those whose code is another than for a creation, since UpdateDistribution does not declare that one.
func refusedUpdates() map[string]refusal {
	return map[string]refusal{
		"an S3 origin that is no bucket, in an update": {"InvalidArgument", updating(primaryID, origin(func(o *types.Origin) { o.DomainName = aws.String("www.example.com") }))},
		"SSLv3 for clients that send the server name, in an update": {
			"InvalidArgument", updating(primaryID, func(c *types.DistributionConfig) { c.ViewerCertificate.MinimumProtocolVersion = "SSLv3" }),
		},
	}
}

func updating(id string, change func(*types.DistributionConfig)) func(*testing.T, *world, cloudfront.Pair) error {
	return func(t *testing.T, w *world, _ cloudfront.Pair) error {
		t.Helper()
		_, err := w.update(t, id, change)
		return err
	}
}

func aliases(names ...string) *types.Aliases {
	return &types.Aliases{Quantity: aws.Int32(int32(len(names))), Items: names}
}

func tags(keys ...string) *types.Tags {
	out := &types.Tags{}
	for _, key := range keys {
		out.Items = append(out.Items, types.Tag{Key: aws.String(key), Value: aws.String("v")})
	}
	return out
}

func behavior(pattern, target string) types.CacheBehavior {
	return types.CacheBehavior{
		PathPattern: &pattern, TargetOriginId: &target, ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll,
		CachePolicyId: aws.String(cachingOptimized),
	}
}

func forwarded() *types.ForwardedValues {
	return &types.ForwardedValues{QueryString: aws.Bool(false), Cookies: &types.CookiePreference{Forward: types.ItemSelectionNone}}
}

// twice: by a cache policy and by the fields that it took the place of, which old clients still send.
func twice(c *types.DistributionConfig) {
	c.DefaultCacheBehavior.ForwardedValues = forwarded() //nolint:staticcheck // deprecated, yet in use
}

func ttls(least, usual, most int64) func(*types.DistributionConfig) {
	return func(c *types.DistributionConfig) {
		b := c.DefaultCacheBehavior
		b.CachePolicyId, b.ForwardedValues = nil, forwarded()    //nolint:staticcheck // deprecated, yet in use
		b.MinTTL, b.DefaultTTL, b.MaxTTL = &least, &usual, &most //nolint:staticcheck // deprecated, yet in use
	}
}

func methods(names ...types.Method) *types.AllowedMethods {
	return &types.AllowedMethods{Quantity: aws.Int32(int32(len(names))), Items: names}
}

func errorResponse(code int32, response, page string) func(*types.DistributionConfig) {
	return func(c *types.DistributionConfig) {
		c.CustomErrorResponses = &types.CustomErrorResponses{Quantity: aws.Int32(1), Items: []types.CustomErrorResponse{{
			ErrorCode: &code, ResponseCode: &response, ResponsePagePath: &page,
		}}}
	}
}

func restriction(kind types.GeoRestrictionType, countries ...string) func(*types.DistributionConfig) {
	return func(c *types.DistributionConfig) {
		c.Restrictions = &types.Restrictions{GeoRestriction: &types.GeoRestriction{
			RestrictionType: kind, Quantity: aws.Int32(int32(len(countries))), Items: countries,
		}}
	}
}

func origin(change func(*types.Origin)) func(*types.DistributionConfig) {
	return func(c *types.DistributionConfig) { change(&c.Origins.Items[0]) }
}

func secondOrigin(c *types.DistributionConfig) {
	other := c.Origins.Items[0]
	other.Id = aws.String("other")
	c.Origins.Items, c.Origins.Quantity = append(c.Origins.Items, other), aws.Int32(2)
}

func customOrigin() *types.CustomOriginConfig {
	return &types.CustomOriginConfig{
		HTTPPort: aws.Int32(80), HTTPSPort: aws.Int32(443), OriginProtocolPolicy: types.OriginProtocolPolicyHttpsOnly,
	}
}

func group(members ...string) func(*types.DistributionConfig) {
	return func(c *types.DistributionConfig) {
		g := types.OriginGroup{
			Id:               aws.String("group"),
			FailoverCriteria: &types.OriginGroupFailoverCriteria{StatusCodes: &types.StatusCodes{Quantity: aws.Int32(1), Items: []int32{500}}},
			Members:          &types.OriginGroupMembers{Quantity: aws.Int32(int32(len(members)))},
		}
		for _, m := range members {
			g.Members.Items = append(g.Members.Items, types.OriginGroupMember{OriginId: aws.String(m)})
		}
		c.OriginGroups = &types.OriginGroups{Quantity: aws.Int32(1), Items: []types.OriginGroup{g}}
	}
}
