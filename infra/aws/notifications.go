package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// addNotifications makes the topic of all alarms. It is encrypted with a key of its own, because CloudWatch cannot publish
// to a topic with the key that AWS manages: nobody may change that key's policy
// (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
func (p *parts) addNotifications() {
	alarms := &[]awsiam.IPrincipal{p.service("cloudwatch.amazonaws.com")}
	key := awskms.NewKey(p.stack, jsii.String("NotificationsKey"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts the notifications of " + stackName),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("Alarms"), Principals: alarms, Actions: jsii.Strings("kms:Decrypt", "kms:GenerateDataKey"), Resources: jsii.Strings("*"),
	}), nil)
	p.notifications = awssns.NewTopic(p.stack, jsii.String("Notifications"), &awssns.TopicProps{
		TopicName: jsii.String(prefix + "notifications"), MasterKey: key, EnforceSSL: jsii.Bool(true),
	})
	if p.settings.notify != "" {
		p.notifications.AddSubscription(awssnssubscriptions.NewEmailSubscription(&p.settings.notify, nil))
	}
}
