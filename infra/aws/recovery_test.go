package main_test

import (
	"fmt"
	"slices"
	"testing"

	"cloudfront-cd/internal/release"
)

// TestARunThatDidNotSucceedStartsRecover: the statuses are written out here, because this rule is what makes a pair safe
// after a run that could not do it itself.
func TestARunThatDidNotSucceedStartsRecover(t *testing.T) {
	stack := stack(t)
	rule := stack.one(t, "AWS::Events::Rule", "UnsafeEnds").Properties
	pattern, target := rule["EventPattern"], list(rule["Targets"])[0]
	for path, pair := range map[string][2]string{
		"source":          {stack.say(at(pattern, "source")), "aws.states"},
		"detail-type":     {stack.say(at(pattern, "detail-type")), "Step Functions Execution Status Change"},
		"status":          {stack.say(at(pattern, "detail", "status")), "FAILED TIMED_OUT ABORTED"},
		"stateMachineArn": {stack.say(at(pattern, "detail", "stateMachineArn")), "${WorkflowreleaseStateMachine} ${WorkflowenrollStateMachine} ${WorkflowmaintenanceStateMachine}"},
		"state":           {stack.say(rule["State"]), "ENABLED"},
		"target":          {stack.say(at(target, "Arn")), "${WorkflowrecoverStateMachine}"},
		"input":           {stack.say(at(target, "InputPath")), "$.detail"},
		"retries":         {stack.say(at(target, "RetryPolicy", "MaximumRetryAttempts")), "185"},
		"age":             {stack.say(at(target, "RetryPolicy", "MaximumEventAgeInSeconds")), "86400"},
		"dead letters":    {stack.say(at(target, "DeadLetterConfig", "Arn")), "${Undelivered}"},
	} {
		if got, want := pair[0], pair[1]; got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := len(list(rule["Targets"])); got != 1 {
		t.Errorf("got %d targets, want 1", got)
	}
	if got, want := release.UnsafeStatuses(), []string{"FAILED", "TIMED_OUT", "ABORTED"}; !slices.Equal(got, want) {
		t.Errorf("the local engine's rule is on %v, this test's on %v", got, want)
	}
}

// TestEveryPairIsLookedAtOnASchedule, whether or not an event has come.
func TestEveryPairIsLookedAtOnASchedule(t *testing.T) {
	stack := stack(t)
	schedules := slices.DeleteFunc(stack.all("AWS::Scheduler::Schedule"), func(r *resource) bool { return r.id == stack.one(t, "AWS::Scheduler::Schedule", "CleanupSchedule").id })
	if len(schedules) != 2 {
		t.Fatalf("got %d schedules, want one for each pair", len(schedules))
	}
	for i, primary := range []string{"E1PRIMARY", "E3PRIMARY"} {
		schedule, target := schedules[i].Properties, schedules[i].Properties["Target"]
		for name, pair := range map[string][2]string{
			"name":         {stack.say(schedule["Name"]), "cloudfront-cd-recover-" + primary},
			"rate":         {stack.say(schedule["ScheduleExpression"]), "rate(15 minutes)"},
			"window":       {stack.say(schedule["FlexibleTimeWindow"]), "map[Mode:OFF]"},
			"state":        {stack.say(schedule["State"]), "ENABLED"},
			"target":       {stack.say(at(target, "Arn")), "${WorkflowrecoverStateMachine}"},
			"input":        {stack.say(at(target, "Input")), fmt.Sprintf(`{"primary":%q,"reason":"schedule"}`, primary)},
			"age":          {stack.say(at(target, "RetryPolicy", "MaximumEventAgeInSeconds")), "900"},
			"retries":      {stack.say(at(target, "RetryPolicy", "MaximumRetryAttempts")), "185"},
			"dead letters": {stack.say(at(target, "DeadLetterConfig", "Arn")), "${Undelivered}"},
		} {
			if got, want := pair[0], pair[1]; got != want {
				t.Errorf("%s: %s is %s, want %s", primary, name, got, want)
			}
		}
		if _, err := release.ParseRecovery([]byte(stack.say(at(target, "Input")))); err != nil {
			t.Errorf("recover refuses the schedule's input: %v", err)
		}
	}
}

// TestWhoStartsRecoverMayDoNothingElse but hand over what it could not deliver.
func TestWhoStartsRecoverMayDoNothingElse(t *testing.T) {
	stack := stack(t)
	for role, want := range map[string][]string{
		"UnsafeEndsRole": {"states:StartExecution on ${WorkflowrecoverStateMachine}"},
		"SchedulesRole":  {"states:StartExecution on ${WorkflowrecoverStateMachine}", "sqs:SendMessage on ${Undelivered}"},
	} {
		var got []string
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", role)) {
			if !slices.Contains(s.actions, "sts:AssumeRole") {
				got = append(got, s.actions[0]+" on "+s.resources[0])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s may %v, want %v", role, got, want)
		}
	}
}

// TestWhatCannotBeDeliveredIsKept for two weeks, encrypted, and only the rules of this stack may put it there.
func TestWhatCannotBeDeliveredIsKept(t *testing.T) {
	stack := stack(t)
	queue := stack.one(t, "AWS::SQS::Queue", "Undelivered")
	if got := stack.say(queue.Properties["MessageRetentionPeriod"]); got != fmt.Sprint(14*24*60*60.0) {
		t.Errorf("messages are kept for %s s", got)
	}
	if got := stack.say(queue.Properties["SqsManagedSseEnabled"]); got != "true" {
		t.Errorf("encrypted: %s", got)
	}
	for _, s := range stack.statements(stack.one(t, "AWS::SQS::QueuePolicy", "Undelivered")) {
		got := stack.say(at(s.condition, "ArnEquals", "aws:SourceArn"))
		if s.effect == "Allow" && got != "${UnsafeEnds}" && got != "${Causes}" {
			t.Errorf("%s is allowed to %s", s, got)
		}
	}
}
