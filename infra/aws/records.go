package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// addRecords makes the record bucket: locks, holds and evidence, all the state that is not AWS's own. It outlives the
// stack, unless the stack's first deployment fails, which would leave an empty one behind. Evidence ages; a lock or a hold that expired would let a release start that must not.
func (p *parts) addRecords() {
	days := func(n int) awscdk.Duration { return awscdk.Duration_Days(jsii.Number(n)) }
	p.records = awss3.NewBucket(p.stack, jsii.String("Records"), &awss3.BucketProps{
		Versioned:         jsii.Bool(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		LifecycleRules: &[]*awss3.LifecycleRule{
			{
				Id:         jsii.String("evidence-ages"),
				Prefix:     jsii.String("releases/"),
				Expiration: days(p.settings.recordRetentionDays),
			},
			{
				Id:         jsii.String("reports-age"),
				Prefix:     jsii.String("cleanups/"),
				Expiration: days(p.settings.recordRetentionDays),
			},
			{
				// Who held a lock, and when, can be seen for a month.
				Id:                                  jsii.String("old-versions-and-remains-go"),
				NoncurrentVersionExpiration:         days(30),
				ExpiredObjectDeleteMarker:           jsii.Bool(true),
				AbortIncompleteMultipartUploadAfter: days(1),
			},
		},
	})
}
