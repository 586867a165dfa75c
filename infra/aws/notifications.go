package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// addNotifications makes the topic of all alarms. Its key is one of our own: CloudWatch cannot use the key that AWS manages,
// whose policy nobody may change (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
func (p *parts) addNotifications() {
	p.notifications = awssns.NewTopic(p.stack, jsii.String("Notifications"), &awssns.TopicProps{
		TopicName:  jsii.String(prefix + "notifications"),
		MasterKey:  p.notificationsKey(),
		EnforceSSL: jsii.Bool(true),
	})
	// A topic with a policy of its own has lost the one that lets the account's alarms in.
	p.notifications.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Alarms"),
		Principals: p.alarms(),
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{p.notifications.TopicArn()},
	}))
	if p.settings.notify != "" {
		p.notifications.AddSubscription(awssnssubscriptions.NewEmailSubscription(&p.settings.notify, nil))
	}
}

func (p *parts) alarms() *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{p.service("cloudwatch.amazonaws.com")}
}

// notificationsKey has a policy that names every action, unlike the usual kms:* for the account: its administration, and
// what a sender needs. In the policy of a key, * is that key.
func (p *parts) notificationsKey() awskms.Key {
	account := &[]awsiam.IPrincipal{awsiam.NewAccountRootPrincipal()}
	allow := func(sid string, principals *[]awsiam.IPrincipal, actions ...string) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid: &sid, Principals: principals, Actions: jsii.Strings(actions...), Resources: jsii.Strings("*"),
		})
	}
	return awskms.NewKey(p.stack, jsii.String("NotificationsKey"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts the notifications of " + stackName),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
		Policy: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
			allow("Administration", account,
				"kms:DescribeKey", "kms:UpdateKeyDescription", "kms:EnableKey", "kms:DisableKey",
				"kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:ListKeyPolicies",
				"kms:GetKeyRotationStatus", "kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:ListKeyRotations",
				"kms:TagResource", "kms:UntagResource", "kms:ListResourceTags", "kms:ListGrants", "kms:RevokeGrant",
				"kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
			allow("Senders", account, "kms:Decrypt", "kms:GenerateDataKey"),
			allow("Alarms", p.alarms(), "kms:Decrypt", "kms:GenerateDataKey"),
		}}),
	})
}
