package distribution

import "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

// Aligned returns staging with the primary's value of every field that may not differ between the two (AllowedFields are
// those that may), and enabled: a promotion may copy Enabled to the primary. What staging may have of its own stays. The
// result shares no memory with either.
func Aligned(primary, staging *types.DistributionConfig) *types.DistributionConfig {
	result, own := Copyable(primary, staging), Clone(staging)
	result.CacheBehaviors = own.CacheBehaviors
	result.Comment = own.Comment
	result.CustomErrorResponses = own.CustomErrorResponses
	result.DefaultCacheBehavior = own.DefaultCacheBehavior
	result.DefaultRootObject = own.DefaultRootObject
	result.Logging = own.Logging
	result.OriginGroups = own.OriginGroups
	result.Origins = own.Origins
	result.Restrictions = own.Restrictions
	enabled := true
	result.Enabled = &enabled
	return result
}
