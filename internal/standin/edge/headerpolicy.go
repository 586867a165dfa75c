package edge

import (
	"net/http"
	"slices"
	"strings"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/wildcard"
)

// headerPolicy is a response headers policy (API Reference, ResponseHeadersPolicyConfig).
type headerPolicy struct {
	sets    []headerSet
	removes []string
	cors    *cors
}

type headerSet struct {
	name     string
	values   []string
	override bool
}

type cors struct {
	origins  []string
	override bool
	sets     []headerSet
	preempt  []headerSet // for preflight requests
}

func newHeaderPolicy(n *cloudfront.Node) *headerPolicy {
	if n == nil {
		return nil
	}
	p := &headerPolicy{}
	for _, item := range n.Child("RemoveHeadersConfig").Items() {
		p.removes = append(p.removes, http.CanonicalHeaderKey(item.Value("Header")))
	}
	for _, item := range n.Child("CustomHeadersConfig").Items() {
		p.set(item.Value("Header"), item.Value("Value"), is(item, "Override"))
	}
	p.security(n.Child("SecurityHeadersConfig"))
	if c := n.Child("CorsConfig"); c != nil {
		p.cors = newCORS(c)
	}
	return p
}

func (p *headerPolicy) set(name, value string, override bool) {
	p.sets = append(p.sets, headerSet{http.CanonicalHeaderKey(name), []string{value}, override})
}

func (p *headerPolicy) security(n *cloudfront.Node) {
	if c := n.Child("ContentSecurityPolicy"); c != nil {
		p.set("Content-Security-Policy", c.Value("ContentSecurityPolicy"), is(c, "Override"))
	}
	if c := n.Child("ContentTypeOptions"); c != nil {
		p.set("X-Content-Type-Options", "nosniff", is(c, "Override"))
	}
	if c := n.Child("FrameOptions"); c != nil {
		p.set("X-Frame-Options", c.Value("FrameOption"), is(c, "Override"))
	}
	if c := n.Child("ReferrerPolicy"); c != nil {
		p.set("Referrer-Policy", c.Value("ReferrerPolicy"), is(c, "Override"))
	}
	if c := n.Child("StrictTransportSecurity"); c != nil {
		value := "max-age=" + c.Value("AccessControlMaxAgeSec") +
			onlyIf(is(c, "IncludeSubdomains"), "; includeSubDomains") + onlyIf(is(c, "Preload"), "; preload")
		p.set("Strict-Transport-Security", value, is(c, "Override"))
	}
	if c := n.Child("XSSProtection"); c != nil {
		p.set("X-XSS-Protection", xssProtection(c), is(c, "Override"))
	}
}

func xssProtection(n *cloudfront.Node) string {
	if !is(n, "Protection") {
		return "0"
	}
	value := "1" + onlyIf(is(n, "ModeBlock"), "; mode=block")
	if uri := n.Value("ReportUri"); uri != "" {
		value += "; report=" + uri
	}
	return value
}

func onlyIf(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

func newCORS(n *cloudfront.Node) *cors {
	c := &cors{origins: texts(n.Child("AccessControlAllowOrigins"), false), override: is(n, "OriginOverride")}
	add := func(to *[]headerSet, name, value string) {
		if value != "" {
			*to = append(*to, headerSet{name, []string{value}, c.override})
		}
	}
	if is(n, "AccessControlAllowCredentials") {
		add(&c.sets, "Access-Control-Allow-Credentials", "true")
	}
	list := func(name string) string { return strings.Join(texts(n.Child(name), false), ", ") }
	add(&c.sets, "Access-Control-Expose-Headers", list("AccessControlExposeHeaders"))
	add(&c.preempt, "Access-Control-Allow-Headers", list("AccessControlAllowHeaders"))
	methods := list("AccessControlAllowMethods")
	if methods == "ALL" {
		methods = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"
	}
	add(&c.preempt, "Access-Control-Allow-Methods", methods)
	add(&c.preempt, "Access-Control-Max-Age", n.Value("AccessControlMaxAgeSec"))
	return c
}

// depends reports whether what the policy adds depends on the request: CORS headers go to requests with an Origin only
// (Developer Guide, "Understand response headers policies").
func (p *headerPolicy) depends(request http.Header) bool {
	return p != nil && p.cors != nil && request != nil && request["Origin"] != nil
}

// apply changes an answer's headers: removals first, then what is set, which replaces the origin's where it overrides.
func (p *headerPolicy) apply(h, request http.Header) {
	if p == nil {
		return
	}
	for _, name := range p.removes {
		delete(h, name)
	}
	if p.depends(request) {
		p.cors.apply(h, request)
	}
	for i := range p.sets {
		p.sets[i].apply(h)
	}
}

func (s *headerSet) apply(h http.Header) {
	if s.override || h[s.name] == nil {
		h[s.name] = s.values
	}
}

func (c *cors) apply(h, request http.Header) {
	if !c.override && h["Access-Control-Allow-Origin"] != nil {
		return
	}
	asks := first(request, "Origin")
	allowed := asks
	switch {
	case slices.Contains(c.origins, "*"):
		allowed = "*"
	case slices.ContainsFunc(c.origins, func(o string) bool { return wildcard.Match(o, asks) }):
	default:
		return
	}
	h["Access-Control-Allow-Origin"] = []string{allowed}
	if allowed != "*" {
		h["Vary"] = []string{"Origin"}
	}
	for i := range c.sets {
		c.sets[i].apply(h)
	}
	if request["Access-Control-Request-Method"] != nil {
		for i := range c.preempt {
			c.preempt[i].apply(h)
		}
	}
}
