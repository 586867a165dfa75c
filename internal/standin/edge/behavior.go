package edge

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
)

// behavior is a cache behaviour prepared for requests.
type behavior struct {
	pattern  pattern
	target   target
	protocol string
	allowed  []string
	cached   []string
	key      keyPolicy
	send     sendPolicy
	// caches is whether the behaviour keeps anything, sets whether viewers get cookies of the origin.
	caches, sets  bool
	min, def, max time.Duration
	private       bool // only signed URLs or cookies
	legacy        bool // with ForwardedValues
	note          []string
	headers       *headerPolicy
}

// keyPolicy is what belongs to the cache key besides distribution and path.
type keyPolicy struct {
	query, headers, cookies selection
	gzip, brotli            bool
}

// sendPolicy is what the origin gets besides what belongs to the cache key.
type sendPolicy struct{ query, headers, cookies selection }

func (e *Edge) newBehavior(n *cloudfront.Node, origins map[string]target) *behavior {
	b := &behavior{
		target:   origins[n.Value("TargetOriginId")],
		protocol: n.Value("ViewerProtocolPolicy"),
		allowed:  texts(n.Child("AllowedMethods"), false),
		cached:   texts(n.At("AllowedMethods/CachedMethods"), false),
		private:  is(n, "TrustedKeyGroups/Enabled") || is(n, "TrustedSigners/Enabled"),
	}
	b.pattern = newPattern(n.Value("PathPattern"))
	// GET and HEAD are the defaults of both lists (API Reference, AllowedMethods).
	if len(b.allowed) == 0 {
		b.allowed = []string{http.MethodGet, http.MethodHead}
	}
	if len(b.cached) == 0 {
		b.cached = []string{http.MethodGet, http.MethodHead}
	}
	if len(n.Child("FunctionAssociations").Items())+len(n.Child("LambdaFunctionAssociations").Items()) > 0 {
		b.note = append(b.note, "functions of this cache behavior were not run")
	}
	if id := n.Value("CachePolicyId"); id != "" {
		e.usePolicies(b, n, id)
	} else {
		b.useForwardedValues(n)
	}
	if id := n.Value("ResponseHeadersPolicyId"); id != "" {
		if b.headers = newHeaderPolicy(config(e.policies.ResponseHeadersPolicy(id))); b.headers == nil {
			b.note = append(b.note, "response headers policy "+id+" is not known")
		}
	}
	// Without forwarded cookies CloudFront removes Set-Cookie from answers (Developer Guide, "Cache content based on
	// cookies").
	b.sets = b.key.cookies.mode != none || b.send.cookies.mode != none
	b.caches = b.max > 0
	return b
}

func (e *Edge) usePolicies(b *behavior, n *cloudfront.Node, cacheID string) {
	policy := config(e.policies.CachePolicy(cacheID))
	if policy == nil {
		// CloudFront would not have taken the config. Nothing is cached, and the answer says why.
		b.note = append(b.note, "cache policy "+cacheID+" is not known")
	}
	b.min, b.def, b.max = seconds(policy.Value("MinTTL")), seconds(policy.Value("DefaultTTL")), seconds(policy.Value("MaxTTL"))
	key := policy.Child("ParametersInCacheKeyAndForwardedToOrigin")
	b.key = keyPolicy{
		query:   selectionOf(key.Child("QueryStringsConfig"), "QueryStringBehavior", "QueryStrings", false),
		headers: selectionOf(key.Child("HeadersConfig"), "HeaderBehavior", "Headers", true),
		cookies: selectionOf(key.Child("CookiesConfig"), "CookieBehavior", "Cookies", false),
		gzip:    is(key, "EnableAcceptEncodingGzip"),
		brotli:  is(key, "EnableAcceptEncodingBrotli"),
	}
	id := n.Value("OriginRequestPolicyId")
	if id == "" {
		return
	}
	policy = config(e.policies.OriginRequestPolicy(id))
	if policy == nil {
		b.note = append(b.note, "origin request policy "+id+" is not known")
	}
	b.send = sendPolicy{
		query:   selectionOf(policy.Child("QueryStringsConfig"), "QueryStringBehavior", "QueryStrings", false),
		headers: selectionOf(policy.Child("HeadersConfig"), "HeaderBehavior", "Headers", true),
		cookies: selectionOf(policy.Child("CookiesConfig"), "CookieBehavior", "Cookies", false),
	}
}

// useForwardedValues reads the settings that cache policies replaced (API Reference, ForwardedValues). Forwarding all
// headers means that nothing is cached.
func (b *behavior) useForwardedValues(n *cloudfront.Node) {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	b.legacy, b.min, b.def, b.max = true, seconds(n.Value("MinTTL")), day, year
	if text := n.Value("DefaultTTL"); text != "" {
		b.def = seconds(text)
	}
	if text := n.Value("MaxTTL"); text != "" {
		b.max = seconds(text)
	}
	values := n.Child("ForwardedValues")
	if is(values, "QueryString") {
		b.send.query.mode, b.key.query.mode = all, all
		if names := texts(values.Child("QueryStringCacheKeys"), false); len(names) > 0 {
			b.key.query = selection{some, names}
		}
	}
	switch values.Value("Cookies/Forward") {
	case "all":
		b.key.cookies.mode = all
	case "whitelist":
		b.key.cookies = selection{some, texts(values.At("Cookies/WhitelistedNames"), false)}
	}
	if names := texts(values.Child("Headers"), true); slices.Contains(names, "*") {
		b.send.headers.mode, b.max = all, 0
	} else if len(names) > 0 {
		b.key.headers = selection{some, names}
	}
}

func (b *behavior) caching(method string) bool { return slices.Contains(b.cached, method) }

// accepts is the Accept-Encoding that CloudFront makes of the viewer's when a cache policy has either setting, for the
// cache key and for the origin (Developer Guide, "Compressed objects").
func (b *behavior) accepts(h http.Header) string {
	if !b.key.gzip && !b.key.brotli || h == nil {
		return ""
	}
	sent := strings.Join(h["Accept-Encoding"], ",")
	gzip := b.key.gzip && strings.Contains(sent, "gzip")
	switch brotli := b.key.brotli && hasBrotli(sent); {
	case brotli && gzip:
		return "br,gzip"
	case brotli:
		return "br"
	case gzip:
		return "gzip"
	default:
		return ""
	}
}

func hasBrotli(sent string) bool {
	for sent != "" {
		var coding string
		coding, sent, _ = strings.Cut(sent, ",")
		coding, _, _ = strings.Cut(coding, ";")
		if strings.TrimSpace(coding) == "br" {
			return true
		}
	}
	return false
}
