package distribution

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/wildcard"
)

// OriginFor is the origin that a config reads a path from: that of the first cache behavior whose pattern fits, or of the
// default one; of an origin group, the first member. The path begins with a slash and is not escaped.
func OriginFor(c *types.DistributionConfig, path string) (types.Origin, bool) {
	target := ""
	if c.DefaultCacheBehavior != nil {
		target = text(c.DefaultCacheBehavior.TargetOriginId)
	}
	if c.CacheBehaviors != nil {
		// A pattern may leave its slash out (CloudFront Developer Guide, "Cache behavior settings", "Path pattern").
		fits := func(b types.CacheBehavior) bool {
			return wildcard.Match("/"+strings.TrimPrefix(text(b.PathPattern), "/"), path)
		}
		if i := slices.IndexFunc(c.CacheBehaviors.Items, fits); i >= 0 {
			target = text(c.CacheBehaviors.Items[i].TargetOriginId)
		}
	}
	if c.OriginGroups != nil {
		for _, g := range c.OriginGroups.Items {
			if text(g.Id) == target && g.Members != nil && len(g.Members.Items) > 0 {
				target = text(g.Members.Items[0].OriginId)
			}
		}
	}
	return OriginByID(c, target)
}

// OriginByID is the origin of that Id.
func OriginByID(c *types.DistributionConfig, id string) (types.Origin, bool) {
	all := origins(c)
	if i := slices.IndexFunc(all, func(o types.Origin) bool { return text(o.Id) == id }); i >= 0 {
		return all[i], true
	}
	return types.Origin{}, false
}
