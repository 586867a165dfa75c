package edge

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
)

// plan is a config prepared for routing. Configs do not change, so that each is prepared once.
type plan struct {
	enabled    bool
	root       string // with its slash, or empty
	behaviors  []*behavior
	otherwise  *behavior
	errorPages []errorRule
	geo        geo
}

type geo struct {
	kind      string
	countries []string
}

type errorRule struct {
	status int
	page   string // empty where only the time in the cache is set
	answer int
	ttl    time.Duration
}

func (e *Edge) plan(d *dist, c *cloudfront.Config) *plan {
	p := d.plans[c]
	if p == nil {
		const most = 100 // a POP keeps the one it has; this bounds what is kept of configs that none has
		if len(d.plans) >= most {
			clear(d.plans)
		}
		p = e.newPlan(c)
		d.plans[c] = p
	}
	return p
}

func (e *Edge) newPlan(c *cloudfront.Config) *plan {
	tree := c.Tree()
	p := &plan{enabled: is(tree, "Enabled")}
	if root := tree.Value("DefaultRootObject"); root != "" {
		p.root = "/" + strings.TrimPrefix(root, "/")
	}
	origins := originsOf(tree)
	for _, n := range tree.Child("CacheBehaviors").Items() {
		p.behaviors = append(p.behaviors, e.newBehavior(n, origins))
	}
	p.otherwise = e.newBehavior(tree.Child("DefaultCacheBehavior"), origins)
	for _, n := range tree.Child("CustomErrorResponses").Items() {
		rule := errorRule{
			status: number(n, "ErrorCode"), page: n.Value("ResponsePagePath"), answer: number(n, "ResponseCode"),
			// Left out, it is 10 seconds like that of codes that are not listed (API Reference, CustomErrorResponse).
			ttl: errorTTL,
		}
		if text := n.Value("ErrorCachingMinTTL"); text != "" {
			rule.ttl = seconds(text)
		}
		p.errorPages = append(p.errorPages, rule)
	}
	restriction := tree.At("Restrictions/GeoRestriction")
	p.geo = geo{restriction.Value("RestrictionType"), texts(restriction, false)}
	return p
}

// is reports whether a flag is set.
func is(n *cloudfront.Node, path string) bool { return n.Value(path) == "true" }

func number(n *cloudfront.Node, name string) int {
	v, err := strconv.Atoi(n.Value(name))
	if err != nil {
		return 0
	}
	return v
}

// seconds reads a TTL; the API has them as whole numbers.
func seconds(text string) time.Duration {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 {
		return 0
	}
	const most = 100 * 365 * 24 * 3600
	return time.Duration(min(v, most)) * time.Second
}

// behaviorFor is the first behaviour whose pattern fits, in the order of the config, or the default one (API Reference,
// CacheBehavior).
func (p *plan) behaviorFor(path string) *behavior {
	if len(p.behaviors) > 0 {
		path = plainPath(path)
	}
	for _, b := range p.behaviors {
		if b.pattern.matches(path) {
			return b
		}
	}
	return p.otherwise
}

func (p *plan) errorRule(status int) (errorRule, bool) {
	i := slices.IndexFunc(p.errorPages, func(r errorRule) bool { return r.status == status })
	if i < 0 {
		return errorRule{ttl: errorTTL}, false
	}
	return p.errorPages[i], true
}

// origin is one origin of a config.
type origin struct {
	domain, path string
	custom       []cloudfront.Node // Name and Text are a header's
	access       string            // the id of an origin access control, or empty
}

// target is what a behaviour sends requests to: an origin, or the members of an origin group.
type target struct {
	members  []*origin
	failover []int
}

func originsOf(tree *cloudfront.Node) map[string]target {
	out := map[string]target{}
	for _, n := range tree.Child("Origins").Items() {
		o := &origin{
			domain: n.Value("DomainName"), path: n.Value("OriginPath"),
			access: n.Value("OriginAccessControlId"),
		}
		for _, h := range n.Child("CustomHeaders").Items() {
			o.custom = append(o.custom, cloudfront.Node{
				Name: http.CanonicalHeaderKey(h.Value("HeaderName")), Text: h.Value("HeaderValue"),
			})
		}
		out[n.Value("Id")] = target{members: []*origin{o}}
	}
	for _, n := range tree.Child("OriginGroups").Items() {
		group := target{}
		for _, m := range n.Child("Members").Items() {
			group.members = append(group.members, out[m.Value("OriginId")].members...)
		}
		for _, c := range n.At("FailoverCriteria/StatusCodes").Items() {
			if status, err := strconv.Atoi(c.Text); err == nil {
				group.failover = append(group.failover, status)
			}
		}
		out[n.Value("Id")] = group
	}
	return out
}
