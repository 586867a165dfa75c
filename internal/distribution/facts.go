package distribution

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// HTTP3 reports whether viewers may use HTTP/3, with which continuous deployment does not work (Amazon CloudFront
// Developer Guide, "Quotas and other considerations for continuous deployment").
func HTTP3(c *types.DistributionConfig) bool {
	return c != nil && (c.HttpVersion == types.HttpVersionHttp3 || c.HttpVersion == types.HttpVersionHttp2and3)
}

// MultiTenant reports whether the distribution serves distribution tenants. Aliases, ContinuousDeploymentPolicyId and
// Staging are for standard distributions only (CloudFront API Reference, DistributionConfig).
func MultiTenant(c *types.DistributionConfig) bool {
	return c != nil && c.ConnectionMode == types.ConnectionModeTenantOnly
}

// CustomErrorCodes are the status codes that have a custom error response, ascending. One user saw intermittent 500s where
// such responses met weighted routing (M. Borgmeier, mauricebrg.com, 2025-09); whether that still is so is unverified.
func CustomErrorCodes(c *types.DistributionConfig) []int32 {
	if c == nil || c.CustomErrorResponses == nil {
		return nil
	}
	var codes []int32
	for _, r := range c.CustomErrorResponses.Items {
		if r.ErrorCode != nil {
			codes = append(codes, *r.ErrorCode)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// PathPatternsOnlyOnStaging are the path patterns of staging's cache behaviors that the primary does not have, in
// staging's order. The developer guide of 2023 warned that with such patterns viewers might get errors; later editions
// are silent about it.
func PathPatternsOnlyOnStaging(primary, staging *types.DistributionConfig) []string {
	known := make(map[string]bool)
	for _, b := range behaviors(primary) {
		known[text(b.PathPattern)] = true
	}
	var only []string
	for _, b := range behaviors(staging) {
		if pattern := text(b.PathPattern); !known[pattern] {
			only = append(only, pattern)
		}
	}
	return only
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
