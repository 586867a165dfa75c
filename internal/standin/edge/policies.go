package edge

import (
	"strconv"

	"cloudfront-cd/internal/standin/cloudfront"
)

// Policies are the policies that behaviours refer to by id: each a …PolicyConfig, or an element that has one; nil where
// there is no such policy.
type Policies interface {
	CachePolicy(id string) *cloudfront.Node
	OriginRequestPolicy(id string) *cloudfront.Node
	ResponseHeadersPolicy(id string) *cloudfront.Node
}

// config is the …Config of a policy.
func config(n *cloudfront.Node) *cloudfront.Node {
	for _, name := range [...]string{"CachePolicyConfig", "OriginRequestPolicyConfig", "ResponseHeadersPolicyConfig"} {
		if c := n.Child(name); c != nil {
			return c
		}
	}
	return n
}

// managed are those of AWS's managed policies that configs use most (Developer Guide, "Use managed cache policies", "Use
// managed origin request policies", "Use managed response headers policies"). They serve until the control plane has its
// own; see UsePolicies.
type managed struct{}

// CachePolicy implements Policies.
func (managed) CachePolicy(id string) *cloudfront.Node {
	switch id {
	case "658327ea-f89d-4fab-a63d-7e88639e58f6": // CachingOptimized
		return cachePolicy(1, 86400, 31536000, true, nil, "none", "none")
	case "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": // CachingOptimizedForUncompressedObjects
		return cachePolicy(1, 86400, 31536000, false, nil, "none", "none")
	case "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": // CachingDisabled
		return cachePolicy(0, 0, 0, false, nil, "none", "none")
	case "83da9c7e-98b4-4e11-a168-04f0df8e2c65": // UseOriginCacheControlHeaders
		return cachePolicy(0, 0, 31536000, true, originCacheControl(), "all", "none")
	case "4cc15a8a-d715-48a4-82b8-cc0b614638fe": // UseOriginCacheControlHeaders-QueryStrings
		return cachePolicy(0, 0, 31536000, true, originCacheControl(), "all", "all")
	default:
		return nil
	}
}

func originCacheControl() []string {
	return []string{"Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}
}

func cachePolicy(minimum, def, most int, encodings bool, headers []string, cookies, query string) *cloudfront.Node {
	leaf := cloudfront.Leaf
	return cloudfront.Elem("CachePolicyConfig",
		leaf("MinTTL", strconv.Itoa(minimum)), leaf("DefaultTTL", strconv.Itoa(def)), leaf("MaxTTL", strconv.Itoa(most)),
		cloudfront.Elem("ParametersInCacheKeyAndForwardedToOrigin",
			leaf("EnableAcceptEncodingGzip", strconv.FormatBool(encodings)),
			leaf("EnableAcceptEncodingBrotli", strconv.FormatBool(encodings)),
			headersConfig("whitelist", headers),
			cloudfront.Elem("CookiesConfig", leaf("CookieBehavior", cookies)),
			cloudfront.Elem("QueryStringsConfig", leaf("QueryStringBehavior", query))))
}

func headersConfig(behavior string, names []string) *cloudfront.Node {
	items := make([]*cloudfront.Node, 0, len(names))
	for _, name := range names {
		items = append(items, cloudfront.Leaf("Name", name))
	}
	return cloudfront.Elem("HeadersConfig", cloudfront.Leaf("HeaderBehavior", behavior), cloudfront.List("Headers", items...))
}

// OriginRequestPolicy implements Policies.
func (managed) OriginRequestPolicy(id string) *cloudfront.Node {
	switch id {
	case "216adef6-5c7f-47e4-b989-5492eafa07d3": // AllViewer
		return requestPolicy("allViewer", nil, "all")
	case "b689b0a8-53d0-40ab-baf2-68738e2966ac": // AllViewerExceptHostHeader
		return requestPolicy("allExcept", []string{"Host"}, "all")
	case "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": // CORS-S3Origin
		return requestPolicy("whitelist", []string{
			"Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method",
		}, "none")
	case "59781a5b-3903-41f3-afcb-af62929ccde1": // CORS-CustomOrigin
		return requestPolicy("whitelist", []string{"Origin"}, "none")
	case "acba4595-bd28-49b8-b9fe-13317c0390fa": // UserAgentRefererHeaders
		return requestPolicy("whitelist", []string{"User-Agent", "Referer"}, "none")
	default:
		return nil
	}
}

func requestPolicy(behavior string, names []string, rest string) *cloudfront.Node {
	return cloudfront.Elem("OriginRequestPolicyConfig",
		headersConfig(behavior, names),
		cloudfront.Elem("CookiesConfig", cloudfront.Leaf("CookieBehavior", rest)),
		cloudfront.Elem("QueryStringsConfig", cloudfront.Leaf("QueryStringBehavior", rest)))
}

// ResponseHeadersPolicy implements Policies.
func (managed) ResponseHeadersPolicy(id string) *cloudfront.Node {
	if id != "67f7725c-6f97-4210-82d7-5512b31e9d03" { // SecurityHeadersPolicy
		return nil
	}
	leaf := cloudfront.Leaf
	return cloudfront.Elem("ResponseHeadersPolicyConfig", cloudfront.Elem("SecurityHeadersConfig",
		cloudfront.Elem("XSSProtection", leaf("Override", "false"), leaf("Protection", "true"), leaf("ModeBlock", "true")),
		cloudfront.Elem("FrameOptions", leaf("Override", "false"), leaf("FrameOption", "SAMEORIGIN")),
		cloudfront.Elem("ReferrerPolicy", leaf("Override", "false"), leaf("ReferrerPolicy", "strict-origin-when-cross-origin")),
		cloudfront.Elem("ContentTypeOptions", leaf("Override", "true")),
		cloudfront.Elem("StrictTransportSecurity", leaf("Override", "false"), leaf("AccessControlMaxAgeSec", "31536000"))))
}
