package main_test

import (
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
		"RecordBucketName":       "${Records}",
		"NotificationTopicArn":   "${Notifications}",
		"DashboardName":          stack.say(stack.one(t, "AWS::CloudWatch::Dashboard", "").Properties["DashboardName"]),
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s; there are %v", name, got[name], want, slices.Sorted(maps.Keys(got)))
		}
	}
}
