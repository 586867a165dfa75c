package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	cdn "github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// content is where a distribution reads from. No template decides that: releases move it, on both sides, behind
// CloudFormation's back. So it is given at every deployment, as the primary has it then (deploy-staging, catch-up).
type content struct{ domain, path, accessControl *string }

// side is what tells the two sides apart, and nothing else does.
type side struct {
	// bucket is the name of the side's own bucket.
	bucket *string
	// serves is where the distribution reads from, given the domain name of its own bucket.
	serves func(ownDomain *string) content
	// differs changes the definition to what only this side has.
	differs func(*cdn.CfnDistribution_DistributionConfigProperty)
	// other is the id of the other side's distribution, which reads from this side's bucket whenever a release has moved it
	// there; empty while it does not exist.
	other string
}

// site is a bucket and a distribution. Their logical ids are short and fixed: the stack policy names one of them.
type site struct {
	construct    constructs.Construct
	bucket       awss3.Bucket
	distribution cdn.CfnDistribution
}

func newSite(scope constructs.Construct, s side) {
	made := site{construct: constructs.NewConstruct(scope, jsii.String("Site"))}
	made.bucket = awss3.NewBucket(made.construct, jsii.String("Bucket"), &awss3.BucketProps{
		BucketName: s.bucket, BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true),
		Encryption: awss3.BucketEncryption_S3_MANAGED, Versioned: jsii.Bool(true),
		// Either distribution may be reading from it when its stack is deleted.
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	from := s.serves(made.bucket.BucketRegionalDomainName())
	config := definition()
	config.Origins = []any{cdn.CfnDistribution_OriginProperty{
		Id: jsii.String(originID), DomainName: from.domain, OriginPath: from.path, OriginAccessControlId: from.accessControl,
		S3OriginConfig: cdn.CfnDistribution_S3OriginConfigProperty{OriginAccessIdentity: jsii.String("")},
	}}
	s.differs(&config)
	made.distribution = cdn.NewCfnDistribution(made.construct, jsii.String("Distribution"), &cdn.CfnDistributionProps{DistributionConfig: config})
	made.distribution.OverrideLogicalId(jsii.String("Distribution"))
	made.letIn(s.other)
	output(made.construct, "DistributionId", "The id of the distribution", made.distribution.AttrId())
	output(made.construct, "BucketName", "Has the releases of this side", made.bucket.BucketName())
}

// letIn lets both distributions read the bucket. The policy is kept with the bucket: without it whoever still reads from
// there would get 403.
func (s site) letIn(other string) {
	arn := func(id *string) *string {
		return awscdk.Stack_Of(s.construct).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("cloudfront"), Region: jsii.String(""), Resource: jsii.String("distribution"), ResourceName: id,
		})
	}
	readers := []*string{arn(s.distribution.AttrId())}
	if other != "" {
		readers = append(readers, arn(&other))
	}
	s.bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("BothDistributions"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudfront.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:GetObject"),
		Resources:  &[]*string{s.bucket.ArnForObjects(jsii.String("*"))},
		Conditions: &map[string]any{"StringEquals": map[string]any{"AWS:SourceArn": readers}},
	}))
	s.bucket.Policy().ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
}

func output(scope constructs.Construct, name, does string, value *string) {
	o := awscdk.NewCfnOutput(scope, &name, &awscdk.CfnOutputProps{Description: &does, Value: value})
	o.OverrideLogicalId(&name)
}
