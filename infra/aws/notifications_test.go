package main_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestAlarmsCanBeHeard: the topic is encrypted, alarms may publish to it in spite of that, and the address is subscribed.
func TestAlarmsCanBeHeard(t *testing.T) {
	stack := stack(t)
	topic := stack.one(t, "AWS::SNS::Topic", "Notifications")
	if got := stack.say(topic.Properties["KmsMasterKeyId"]); got != "${NotificationsKey}" {
		t.Errorf("encrypted with %s", got)
	}
	for kind, want := range map[string]string{"AWS::SNS::TopicPolicy": "sns:Publish", "AWS::KMS::Key": "kms:Decrypt kms:GenerateDataKey"} {
		found := slices.ContainsFunc(stack.statements(stack.one(t, kind, "Notifications")), func(s statement) bool {
			return s.sid == "Alarms" && s.effect == "Allow" && strings.Join(s.actions, " ") == want &&
				stack.say(at(s.condition, "StringEquals", "aws:SourceAccount")) == account
		})
		if !found {
			t.Errorf("%s does not allow alarms to %s", kind, want)
		}
	}
	subscription := stack.one(t, "AWS::SNS::Subscription", "Notifications").Properties
	if got := stack.say(subscription["Protocol"]) + " " + stack.say(subscription["Endpoint"]); got != "email oncall@example.com" {
		t.Errorf("got %s", got)
	}
}

// TestTheKeyAllowsNoMore than its administration, and what senders and alarms need.
func TestTheKeyAllowsNoMore(t *testing.T) {
	stack := stack(t)
	const root = "map[AWS:arn:aws:iam::" + account + ":root]"
	want := []string{
		"Administration " + root + " kms:DescribeKey kms:UpdateKeyDescription kms:EnableKey kms:DisableKey kms:GetKeyPolicy kms:PutKeyPolicy " +
			"kms:ListKeyPolicies kms:GetKeyRotationStatus kms:EnableKeyRotation kms:DisableKeyRotation kms:ListKeyRotations kms:TagResource " +
			"kms:UntagResource kms:ListResourceTags kms:ListGrants kms:RevokeGrant kms:ScheduleKeyDeletion kms:CancelKeyDeletion",
		"Senders " + root + " kms:Decrypt kms:GenerateDataKey",
		"Alarms map[Service:cloudwatch.amazonaws.com] kms:Decrypt kms:GenerateDataKey",
	}
	var got []string
	for _, v := range list(at(stack.one(t, "AWS::KMS::Key", "Notifications").Properties, "KeyPolicy", "Statement")) {
		principal := map[string]string{}
		who, ok := at(v, "Principal").(map[string]any)
		if !ok {
			t.Fatalf("got the principal %v", at(v, "Principal"))
		}
		for kind := range who {
			principal[kind] = stack.say(at(v, "Principal", kind))
		}
		got = append(got, fmt.Sprint(stack.say(at(v, "Sid")), " ", principal, " ", stack.say(at(v, "Action"))))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestOutputsNameWhatPeopleNeed.
func TestOutputsNameWhatPeopleNeed(t *testing.T) {
	stack := stack(t)
	got := map[string]string{}
	for name, output := range stack.Outputs {
		got[name] = stack.say(output.Value)
	}
	for name, want := range map[string]string{
		"ReleaseStateMachineArn": "${WorkflowreleaseStateMachine}",
		"RecoverStateMachineArn": "${WorkflowrecoverStateMachine}",
		"RetireStateMachineArn":  "${WorkflowretireStateMachine}",
		"CleanupStateMachineArn": "${WorkflowcleanupStateMachine}",
		"RecordBucketName":       "${Records}",
		"NotificationTopicArn":   "${Notifications}",
		"Pairs":                  "E1PRIMARY:E2STAGING,E3PRIMARY:E4STAGING",
		"DashboardName":          stack.say(stack.one(t, "AWS::CloudWatch::Dashboard", "").Properties["DashboardName"]),
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s; there are %v", name, got[name], want, slices.Sorted(maps.Keys(got)))
		}
	}
}
