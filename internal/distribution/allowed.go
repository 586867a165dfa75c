package distribution

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// AllowedFields are the members of a DistributionConfig that may be changed, on the primary as on staging, while a
// continuous deployment policy is attached: all cache behaviors with the default one, origins and origin groups, custom
// error responses, geographic restrictions, default root object, logging and comment. (Amazon CloudFront Developer Guide,
// "Learn how continuous deployment works", Update primary and staging distributions.)
func AllowedFields() []string {
	return []string{
		"CacheBehaviors", "Comment", "CustomErrorResponses", "DefaultCacheBehavior", "DefaultRootObject", "Logging",
		"OriginGroups", "Origins", "Restrictions",
	}
}

// Illegal returns the differences that continuous deployment does not allow between primary and staging. CloudFront answers
// all of them with one IllegalUpdate that names no field ("One or more fields updated are not supported for continuous
// deployment", reported in terraform-provider-aws#28920).
func Illegal(diff []Difference) []Difference {
	allowed := AllowedFields()
	return slices.DeleteFunc(slices.Clone(diff), func(d Difference) bool { return slices.Contains(allowed, d.Field()) })
}

// OnlyOriginDiffers returns the differences that are not inside the origin of that Id: none means that only it differs.
func OnlyOriginDiffers(diff []Difference, originID string) []Difference {
	origin := elementPath("Origins", originID)
	return slices.DeleteFunc(slices.Clone(diff), func(d Difference) bool {
		rest, inside := strings.CutPrefix(d.Path, origin)
		return inside && (rest == "" || rest[0] == '.')
	})
}

// WebACLOnOneSideOnly reports whether one config has a web ACL and the other none. While continuous deployment is in use
// a web ACL can neither be associated for the first time nor be taken away (Amazon CloudFront Developer Guide, "Quotas and
// other considerations for continuous deployment").
func WebACLOnOneSideOnly(primary, staging *types.DistributionConfig) bool {
	return hasWebACL(primary) != hasWebACL(staging)
}

func hasWebACL(c *types.DistributionConfig) bool {
	return c != nil && c.WebACLId != nil && *c.WebACLId != ""
}
