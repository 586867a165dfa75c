package cloudfront

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
)

// managedETag is the version of every managed policy. AWS's are constant too; their value does not matter, since nobody can
// write one.
const managedETag = "E23ZP02F085DFQ"

// managedModified is when AWS's policies were written last, as far as anybody is told; that it is this moment is assumed.
const managedModified = "1970-01-01T00:00:00Z"

func (k policyKind) routes() map[string]route {
	return map[string]route{
		"GET " + k.path: {"List" + k.plural(), func(s *Server, c *call) (reply, error) { return s.listManaged(c, k) }},
		"GET " + k.path + "/*": {"Get" + k.name, func(s *Server, c *call) (reply, error) {
			return s.getManaged(c, k, k.name)
		}},
		"GET " + k.path + "/*/config": {"Get" + k.config(), func(s *Server, c *call) (reply, error) {
			return s.getManaged(c, k, k.config())
		}},
	}
}

func (k policyKind) plural() string { return k.name[:len(k.name)-1] + "ies" }

// managedPolicies are all of AWS's policies: by kind, then by id.
func managedPolicies() map[string]map[string]*Node {
	out := map[string]map[string]*Node{}
	for _, k := range policyKinds() {
		out[k.name] = k.all()
	}
	return out
}

func (s *Server) getManaged(c *call, k policyKind, root string) (reply, error) {
	config := s.managed[k.name][c.id()]
	if config == nil {
		return reply{}, k.unknown()
	}
	var b bytes.Buffer
	if root == k.name {
		k.write(&b, c.id(), config)
	} else {
		config.writeXML(&b)
	}
	return reply{status: http.StatusOK, etag: managedETag, body: rooted(root, b.Bytes())}, nil
}

func (k policyKind) write(b *bytes.Buffer, id string, config *Node) {
	b.WriteString("<" + k.name + ">")
	element(b, nameID, id)
	element(b, "LastModifiedTime", managedModified)
	config.writeXML(b)
	b.WriteString("</" + k.name + ">")
}

// listManaged answers for Type managed, custom (none can be made here) or both. Quantity is "the total number of cache
// policies returned in the response" (API Reference, CachePolicyList): unlike that of distributions, of this page.
func (s *Server) listManaged(c *call, k policyKind) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	var ids []string
	switch kind := c.query.Get("Type"); kind {
	case "", "managed":
		ids = slices.Sorted(maps.Keys(s.managed[k.name]))
	case "custom":
	default:
		return reply{}, invalidArgument("Type must be managed or custom, not %q.", kind)
	}
	shown, next := cutPage(ids, after, limit, func(id string) string { return id })
	page := listing{root: k.name + "List", item: k.name + "Summary", next: next, limit: limit, quantity: len(shown), short: true}
	return listReply(page, shown, func(b *bytes.Buffer, id string) {
		element(b, "Type", "managed")
		k.write(b, id, s.managed[k.name][id])
	}), nil
}

// adopt takes the policies and origin access controls that a world built in Go refers to as having always existed. Nothing is
// known of such a policy but its id: it may be named in configs and cannot be read.
func (s *Server) adopt(tree *Node) {
	for b := range behaviors(tree) {
		for _, k := range policyKinds() {
			if id := b.Value(k.name + nameID); id != "" && s.managed[k.name][id] == nil {
				s.foreign[id] = true
			}
		}
	}
	for _, o := range tree.Child(nameOrigins).Items() {
		if id := o.Value(nameAccessControlID); id != "" && s.accessControl(id) == nil {
			s.addAccessControl(id, o)
		}
	}
}

// CachePolicy is the CachePolicyConfig of a policy, or nil if it is unknown.
func (s *Server) CachePolicy(id string) *Node { return s.managed["CachePolicy"][id] }

// OriginRequestPolicy is the OriginRequestPolicyConfig of a policy, or nil if it is unknown.
func (s *Server) OriginRequestPolicy(id string) *Node { return s.managed["OriginRequestPolicy"][id] }

// ResponseHeadersPolicy is the ResponseHeadersPolicyConfig of a policy, or nil if it is unknown.
func (s *Server) ResponseHeadersPolicy(id string) *Node {
	return s.managed["ResponseHeadersPolicy"][id]
}
