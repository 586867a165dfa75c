package cloudfront

import "strings"

// operations is every operation of the CloudFront API 2020-05-31: method, path with a star for each id, name. Source: the
// serializers of the AWS SDK for Go (service/cloudfront v1.73.0). It names what is not implemented.
const operations = `
POST anycast-ip-list CreateAnycastIpList
GET anycast-ip-list ListAnycastIpLists
GET anycast-ip-list/* GetAnycastIpList
PUT anycast-ip-list/* UpdateAnycastIpList
DELETE anycast-ip-list/* DeleteAnycastIpList
POST cache-policy CreateCachePolicy
GET cache-policy ListCachePolicies
GET cache-policy/* GetCachePolicy
PUT cache-policy/* UpdateCachePolicy
DELETE cache-policy/* DeleteCachePolicy
GET cache-policy/*/config GetCachePolicyConfig
GET conflicting-alias ListConflictingAliases
POST connection-function CreateConnectionFunction
GET connection-function/* GetConnectionFunction
PUT connection-function/* UpdateConnectionFunction
DELETE connection-function/* DeleteConnectionFunction
GET connection-function/*/describe DescribeConnectionFunction
POST connection-function/*/publish PublishConnectionFunction
POST connection-function/*/test TestConnectionFunction
POST connection-functions ListConnectionFunctions
POST connection-group CreateConnectionGroup
GET connection-group GetConnectionGroupByRoutingEndpoint
GET connection-group/* GetConnectionGroup
PUT connection-group/* UpdateConnectionGroup
DELETE connection-group/* DeleteConnectionGroup
POST connection-groups ListConnectionGroups
POST continuous-deployment-policy CreateContinuousDeploymentPolicy
GET continuous-deployment-policy ListContinuousDeploymentPolicies
GET continuous-deployment-policy/* GetContinuousDeploymentPolicy
PUT continuous-deployment-policy/* UpdateContinuousDeploymentPolicy
DELETE continuous-deployment-policy/* DeleteContinuousDeploymentPolicy
GET continuous-deployment-policy/*/config GetContinuousDeploymentPolicyConfig
POST delete-realtime-log-config DeleteRealtimeLogConfig
POST delete-resource-policy DeleteResourcePolicy
POST distribution CreateDistribution
GET distribution ListDistributions
GET distribution/* GetDistribution
DELETE distribution/* DeleteDistribution
PUT distribution/*/associate-alias AssociateAlias
PUT distribution/*/associate-web-acl AssociateDistributionWebACL
GET distribution/*/config GetDistributionConfig
PUT distribution/*/config UpdateDistribution
POST distribution/*/copy CopyDistribution
PUT distribution/*/disassociate-web-acl DisassociateDistributionWebACL
POST distribution/*/invalidation CreateInvalidation
GET distribution/*/invalidation ListInvalidations
GET distribution/*/invalidation/* GetInvalidation
PUT distribution/*/promote-staging-config UpdateDistributionWithStagingConfig
POST distribution?WithTags CreateDistributionWithTags
POST distribution-tenant CreateDistributionTenant
GET distribution-tenant GetDistributionTenantByDomain
GET distribution-tenant/* GetDistributionTenant
PUT distribution-tenant/* UpdateDistributionTenant
DELETE distribution-tenant/* DeleteDistributionTenant
PUT distribution-tenant/*/associate-web-acl AssociateDistributionTenantWebACL
PUT distribution-tenant/*/disassociate-web-acl DisassociateDistributionTenantWebACL
POST distribution-tenant/*/invalidation CreateInvalidationForDistributionTenant
GET distribution-tenant/*/invalidation ListInvalidationsForDistributionTenant
GET distribution-tenant/*/invalidation/* GetInvalidationForDistributionTenant
POST distribution-tenants ListDistributionTenants
POST distribution-tenants-by-customization ListDistributionTenantsByCustomization
POST distributions/*/monitoring-subscription CreateMonitoringSubscription
GET distributions/*/monitoring-subscription GetMonitoringSubscription
DELETE distributions/*/monitoring-subscription DeleteMonitoringSubscription
GET distributionsByAnycastIpListId/* ListDistributionsByAnycastIpListId
GET distributionsByCachePolicyId/* ListDistributionsByCachePolicyId
GET distributionsByConnectionFunction ListDistributionsByConnectionFunction
GET distributionsByConnectionMode/* ListDistributionsByConnectionMode
GET distributionsByKeyGroupId/* ListDistributionsByKeyGroup
GET distributionsByOriginRequestPolicyId/* ListDistributionsByOriginRequestPolicyId
GET distributionsByOwnedResource/* ListDistributionsByOwnedResource
POST distributionsByRealtimeLogConfig ListDistributionsByRealtimeLogConfig
GET distributionsByResponseHeadersPolicyId/* ListDistributionsByResponseHeadersPolicyId
GET distributionsByTrustStore ListDistributionsByTrustStore
GET distributionsByVpcOriginId/* ListDistributionsByVpcOriginId
GET distributionsByWebACLId/* ListDistributionsByWebACLId
POST domain-association UpdateDomainAssociation
POST domain-conflicts ListDomainConflicts
POST field-level-encryption CreateFieldLevelEncryptionConfig
GET field-level-encryption ListFieldLevelEncryptionConfigs
GET field-level-encryption/* GetFieldLevelEncryption
DELETE field-level-encryption/* DeleteFieldLevelEncryptionConfig
GET field-level-encryption/*/config GetFieldLevelEncryptionConfig
PUT field-level-encryption/*/config UpdateFieldLevelEncryptionConfig
POST field-level-encryption-profile CreateFieldLevelEncryptionProfile
GET field-level-encryption-profile ListFieldLevelEncryptionProfiles
GET field-level-encryption-profile/* GetFieldLevelEncryptionProfile
DELETE field-level-encryption-profile/* DeleteFieldLevelEncryptionProfile
GET field-level-encryption-profile/*/config GetFieldLevelEncryptionProfileConfig
PUT field-level-encryption-profile/*/config UpdateFieldLevelEncryptionProfile
POST function CreateFunction
GET function ListFunctions
GET function/* GetFunction
PUT function/* UpdateFunction
DELETE function/* DeleteFunction
GET function/*/describe DescribeFunction
POST function/*/publish PublishFunction
POST function/*/test TestFunction
POST get-realtime-log-config GetRealtimeLogConfig
POST get-resource-policy GetResourcePolicy
POST key-group CreateKeyGroup
GET key-group ListKeyGroups
GET key-group/* GetKeyGroup
PUT key-group/* UpdateKeyGroup
DELETE key-group/* DeleteKeyGroup
GET key-group/*/config GetKeyGroupConfig
POST key-value-store CreateKeyValueStore
GET key-value-store ListKeyValueStores
GET key-value-store/* DescribeKeyValueStore
PUT key-value-store/* UpdateKeyValueStore
DELETE key-value-store/* DeleteKeyValueStore
GET managed-certificate/* GetManagedCertificateDetails
POST origin-access-control CreateOriginAccessControl
GET origin-access-control ListOriginAccessControls
GET origin-access-control/* GetOriginAccessControl
DELETE origin-access-control/* DeleteOriginAccessControl
GET origin-access-control/*/config GetOriginAccessControlConfig
PUT origin-access-control/*/config UpdateOriginAccessControl
POST origin-access-identity/cloudfront CreateCloudFrontOriginAccessIdentity
GET origin-access-identity/cloudfront ListCloudFrontOriginAccessIdentities
GET origin-access-identity/cloudfront/* GetCloudFrontOriginAccessIdentity
DELETE origin-access-identity/cloudfront/* DeleteCloudFrontOriginAccessIdentity
GET origin-access-identity/cloudfront/*/config GetCloudFrontOriginAccessIdentityConfig
PUT origin-access-identity/cloudfront/*/config UpdateCloudFrontOriginAccessIdentity
POST origin-request-policy CreateOriginRequestPolicy
GET origin-request-policy ListOriginRequestPolicies
GET origin-request-policy/* GetOriginRequestPolicy
PUT origin-request-policy/* UpdateOriginRequestPolicy
DELETE origin-request-policy/* DeleteOriginRequestPolicy
GET origin-request-policy/*/config GetOriginRequestPolicyConfig
POST public-key CreatePublicKey
GET public-key ListPublicKeys
GET public-key/* GetPublicKey
DELETE public-key/* DeletePublicKey
GET public-key/*/config GetPublicKeyConfig
PUT public-key/*/config UpdatePublicKey
POST put-resource-policy PutResourcePolicy
POST realtime-log-config CreateRealtimeLogConfig
GET realtime-log-config ListRealtimeLogConfigs
PUT realtime-log-config UpdateRealtimeLogConfig
POST response-headers-policy CreateResponseHeadersPolicy
GET response-headers-policy ListResponseHeadersPolicies
GET response-headers-policy/* GetResponseHeadersPolicy
PUT response-headers-policy/* UpdateResponseHeadersPolicy
DELETE response-headers-policy/* DeleteResponseHeadersPolicy
GET response-headers-policy/*/config GetResponseHeadersPolicyConfig
POST streaming-distribution CreateStreamingDistribution
GET streaming-distribution ListStreamingDistributions
GET streaming-distribution/* GetStreamingDistribution
DELETE streaming-distribution/* DeleteStreamingDistribution
GET streaming-distribution/*/config GetStreamingDistributionConfig
PUT streaming-distribution/*/config UpdateStreamingDistribution
POST streaming-distribution?WithTags CreateStreamingDistributionWithTags
GET tagging ListTagsForResource
POST tagging?Operation=Tag TagResource
POST tagging?Operation=Untag UntagResource
POST trust-store CreateTrustStore
GET trust-store/* GetTrustStore
PUT trust-store/* UpdateTrustStore
DELETE trust-store/* DeleteTrustStore
POST trust-stores ListTrustStores
POST verify-dns-configuration VerifyDnsConfiguration
POST vpc-origin CreateVpcOrigin
GET vpc-origin ListVpcOrigins
GET vpc-origin/* GetVpcOrigin
PUT vpc-origin/* UpdateVpcOrigin
DELETE vpc-origin/* DeleteVpcOrigin
`

// operationNames are the names of all operations by routeKey.
func operationNames() map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(operations) {
		if method, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			path, name, _ := strings.Cut(rest, " ")
			names[method+" "+path] = name
		}
	}
	return names
}
