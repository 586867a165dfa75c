package main

import (
	cdn "github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

// originID is the name by which a release request means the site's origin (change.origin).
const originID = "site"

// AWS's managed policies (CloudFront Developer Guide, "Use managed cache policies", "Use managed response headers policies").
// A policy of a stack's own would be used by the other stack's distribution after a promotion; these belong to nobody.
const (
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	securityHeaders  = "67f7725c-6f97-4210-82d7-5512b31e9d03"
)

// definition is what the site is, on both sides. This is the one edit: SiteStaging and SitePrimary are made of it, only
// SiteStaging is deployed, and a release of kind staged brings it to the primary. Whatever CloudFront lets a staging
// distribution differ in may be changed here (CloudFront Developer Guide, "Understand how CloudFront continuous deployment
// works"); of the rest, such as HttpVersion or PriceClass, a release says illegal-difference.
func definition() cdn.CfnDistribution_DistributionConfigProperty {
	return cdn.CfnDistribution_DistributionConfigProperty{
		Comment:           jsii.String("site"),
		Enabled:           true,
		DefaultRootObject: jsii.String("index.html"),
		HttpVersion:       jsii.String("http2"), // HTTP/3 and continuous deployment exclude each other
		Ipv6Enabled:       true,
		PriceClass:        jsii.String("PriceClass_All"),
		DefaultCacheBehavior: cdn.CfnDistribution_DefaultCacheBehaviorProperty{
			TargetOriginId: jsii.String(originID), ViewerProtocolPolicy: jsii.String("redirect-to-https"), Compress: true,
			CachePolicyId: jsii.String(cachingOptimized), ResponseHeadersPolicyId: jsii.String(securityHeaders),
		},
		CacheBehaviors: []any{
			cdn.CfnDistribution_CacheBehaviorProperty{
				PathPattern:    jsii.String("/assets/*"),
				TargetOriginId: jsii.String(originID), ViewerProtocolPolicy: jsii.String("https-only"), Compress: true,
				CachePolicyId: jsii.String(cachingOptimized), ResponseHeadersPolicyId: jsii.String(securityHeaders),
			},
		},
	}
}
