package edge

import "cloudfront-cd/internal/standin/cloudfront"

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
