package cloudfront

import "net/http"

// policyKind is one of the three kinds of policies that a cache behaviour may refer to. AWS's own are there to read; making
// others is not implemented. A behaviour names one in the field of the same name with "Id".
type policyKind struct {
	name string
	path string
	all  func() map[string]*Node
}

func policyKinds() [3]policyKind {
	return [...]policyKind{
		{"CachePolicy", "cache-policy", cachePolicies},
		{"OriginRequestPolicy", "origin-request-policy", originRequestPolicies},
		{"ResponseHeadersPolicy", "response-headers-policy", responseHeadersPolicies},
	}
}

func (k policyKind) config() string { return k.name + "Config" }

func (k policyKind) unknown() error {
	return fail(http.StatusNotFound, "NoSuch"+k.name, "The %s does not exist.", k.name)
}

// choice is a behaviour of a policy for headers, cookies or query strings, with the names it applies to, if any.
type choice []string

// parameters are the three parts that cache policies and origin request policies share.
func parameters(headers, cookies, queries choice) []*Node {
	return []*Node{
		headers.node("Header", "Headers"), cookies.node("Cookie", "Cookies"), queries.node("QueryString", "QueryStrings"),
	}
}

func (c choice) node(what, list string) *Node {
	n := Elem(what+"sConfig", Leaf(what+"Behavior", c[0]))
	if len(c) > 1 {
		n.Children = append(n.Children, List(list, leaves("Name", c[1:]...)...))
	}
	return n
}

func leaves(name string, texts ...string) []*Node {
	var out []*Node
	for _, t := range texts {
		out = append(out, Leaf(name, t))
	}
	return out
}

// cachePolicies are AWS's managed cache policies: Developer Guide, "Use managed cache policies". Names and comments are as
// the API returns them. Those that only AWS Amplify Hosting uses are left out.
func cachePolicies() map[string]*Node {
	const year = "31536000"
	policy := func(name, comment, least, usual, most, gzip, brotli string, headers, cookies, queries choice) *Node {
		return Elem("CachePolicyConfig", Leaf("Comment", comment), Leaf("Name", name),
			Leaf(nameDefaultTTL, usual), Leaf(nameMaxTTL, most), Leaf(nameMinTTL, least),
			Elem("ParametersInCacheKeyAndForwardedToOrigin", append([]*Node{
				Leaf("EnableAcceptEncodingGzip", gzip), Leaf("EnableAcceptEncodingBrotli", brotli),
			}, parameters(headers, cookies, queries)...)...))
	}
	none, all := choice{"none"}, choice{"all"}
	overrides := choice{"whitelist", "host", "origin", "x-http-method", "x-http-method-override", "x-method-override"}
	return map[string]*Node{
		"658327ea-f89d-4fab-a63d-7e88639e58f6": policy("Managed-CachingOptimized",
			"Policy with caching enabled. Supports Gzip and Brotli compression.", "1", "86400", year, yes, yes, none, none, none),
		"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": policy("Managed-CachingOptimizedForUncompressedObjects",
			"Default policy when compression is disabled", "1", "86400", year, no, no, none, none, none),
		"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": policy("Managed-CachingDisabled",
			"Policy with caching disabled", "0", "0", "0", no, no, none, none, none),
		"08627262-05a9-4f76-9ded-b50ca2e3a84f": policy("Managed-Elemental-MediaPackage",
			"Policy for Elemental MediaPackage Origin", "0", "86400", year, yes, no, choice{"whitelist", "origin"}, none,
			choice{"whitelist", "aws.manifestfilter", "start", "end", "m"}),
		"2e54312d-136d-493c-8eb9-b001f22f67d2": policy("Managed-Amplify",
			"Policy for Amplify Origin", "2", "2", "600", yes, yes,
			choice{"whitelist", "Authorization", "CloudFront-Viewer-Country", "Host"}, all, all),
		"83da9c7e-98b4-4e11-a168-04f0df8e2c65": policy("UseOriginCacheControlHeaders",
			"Policy for origins that return Cache-Control headers. Query strings are not included in the cache key.",
			"0", "0", year, yes, yes, overrides, all, none),
		"4cc15a8a-d715-48a4-82b8-cc0b614638fe": policy("UseOriginCacheControlHeaders-QueryStrings",
			"Policy for origins that return Cache-Control headers and serve different content based on values present in the query string.",
			"0", "0", year, yes, yes, overrides, all, all),
	}
}

// originRequestPolicies are AWS's managed origin request policies: Developer Guide, "Use managed origin request policies".
func originRequestPolicies() map[string]*Node {
	policy := func(name, comment string, headers, cookies, queries choice) *Node {
		return Elem("OriginRequestPolicyConfig", append([]*Node{Leaf("Comment", comment), Leaf("Name", name)},
			parameters(headers, cookies, queries)...)...)
	}
	none, all := choice{"none"}, choice{"all"}
	cors := choice{"whitelist", "Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"}
	return map[string]*Node{
		"216adef6-5c7f-47e4-b989-5492eafa07d3": policy("Managed-AllViewer",
			"Policy to forward all parameters in viewer requests", choice{"allViewer"}, all, all),
		"33f36d7e-f396-46d9-90e0-52428a34d9dc": policy("Managed-AllViewerAndCloudFrontHeaders-2022-06",
			"Policy to forward all parameters in viewer requests and all CloudFront headers that were released through June 2022",
			append(choice{"allViewerAndWhitelistCloudFront"}, cloudFrontHeaders()...), all, all),
		"b689b0a8-53d0-40ab-baf2-68738e2966ac": policy("Managed-AllViewerExceptHostHeader",
			"Policy to forward all parameters in viewer requests except for the Host header", choice{"allExcept", "Host"}, all, all),
		"59781a5b-3903-41f3-afcb-af62929ccde1": policy("Managed-CORS-CustomOrigin",
			"Policy for Custom origin with CORS", choice{"whitelist", "Origin"}, none, none),
		"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": policy("Managed-CORS-S3Origin",
			"Policy for S3 origin with CORS", cors, none, none),
		"775133bc-15f2-49f9-abea-afb2e0bf67d2": policy("Managed-Elemental-MediaTailor-PersonalizedManifests",
			"Policy for Elemental MediaTailor Origin", append(cors[:len(cors):len(cors)], "User-Agent", "X-Forwarded-For"), none, all),
		"bf0718e1-ba1e-49d1-88b1-f726733018ae": policy("Managed-HostHeaderOnly",
			"Policy to forward only the Host header", choice{"whitelist", "Host"}, none, none),
		"acba4595-bd28-49b8-b9fe-13317c0390fa": policy("Managed-UserAgentRefererHeaders",
			"Policy to forward user-agent and referer headers to origin", choice{"whitelist", "User-Agent", "Referer"}, none, none),
	}
}

// cloudFrontHeaders are those of AllViewerAndCloudFrontHeaders-2022-06.
func cloudFrontHeaders() choice {
	return choice{
		"CloudFront-Forwarded-Proto", "CloudFront-Is-Android-Viewer", "CloudFront-Is-Desktop-Viewer", "CloudFront-Is-IOS-Viewer",
		"CloudFront-Is-Mobile-Viewer", "CloudFront-Is-SmartTV-Viewer", "CloudFront-Is-Tablet-Viewer", "CloudFront-Viewer-Address",
		"CloudFront-Viewer-ASN", "CloudFront-Viewer-City", "CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Name",
		"CloudFront-Viewer-Country-Region", "CloudFront-Viewer-Country-Region-Name", "CloudFront-Viewer-Http-Version",
		"CloudFront-Viewer-Latitude", "CloudFront-Viewer-Longitude", "CloudFront-Viewer-Metro-Code",
		"CloudFront-Viewer-Postal-Code", "CloudFront-Viewer-Time-Zone", "CloudFront-Viewer-TLS",
	}
}

// responseHeadersPolicies are AWS's managed response headers policies: Developer Guide, "Use managed response headers policies".
func responseHeadersPolicies() map[string]*Node {
	policy := func(name, comment string, parts ...*Node) *Node {
		return Elem("ResponseHeadersPolicyConfig", append([]*Node{Leaf("Comment", comment), Leaf("Name", name)}, parts...)...)
	}
	return map[string]*Node{
		"60669652-455b-4ae9-85a4-c4c02393f86c": policy("Managed-SimpleCORS",
			"Allows all origins for simple CORS requests", cors(false)),
		"5cc3b908-e619-4b99-88e5-2cf7f45965bd": policy("Managed-CORS-With-Preflight",
			"Allows all origins for CORS requests, including preflight requests", cors(true)),
		"67f7725c-6f97-4210-82d7-5512b31e9d03": policy("Managed-SecurityHeadersPolicy",
			"Adds a set of security headers to every response", securityHeaders()),
		"e61eb60c-9c35-4d20-a928-2b84e02af89c": policy("Managed-CORS-and-SecurityHeadersPolicy",
			"Allows all origins for simple CORS requests and adds security headers", cors(false), securityHeaders()),
		"eaab4381-ed33-4a86-88ca-d9558dc6cd63": policy("Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
			"Allows all origins for CORS requests, including preflight requests, and adds security headers", cors(true), securityHeaders()),
	}
}

func cors(preflight bool) *Node {
	var methods, exposed []*Node
	if preflight {
		methods = leaves("Method", "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
		exposed = leaves("Header", "*")
	}
	return Elem("CorsConfig",
		List("AccessControlAllowOrigins", Leaf("Origin", "*")), List("AccessControlAllowHeaders"),
		List("AccessControlAllowMethods", methods...), Leaf("AccessControlAllowCredentials", no),
		List("AccessControlExposeHeaders", exposed...), Leaf("OriginOverride", no))
}

func securityHeaders() *Node {
	return Elem("SecurityHeadersConfig",
		Elem("XSSProtection", Leaf("Override", no), Leaf("Protection", yes), Leaf("ModeBlock", yes)),
		Elem("FrameOptions", Leaf("Override", no), Leaf("FrameOption", "SAMEORIGIN")),
		Elem("ReferrerPolicy", Leaf("Override", no), Leaf("ReferrerPolicy", "strict-origin-when-cross-origin")),
		Elem("ContentTypeOptions", Leaf("Override", yes)),
		Elem("StrictTransportSecurity", Leaf("Override", no), Leaf("IncludeSubdomains", no), Leaf("Preload", no),
			Leaf("AccessControlMaxAgeSec", "31536000")))
}
