package main_test

import (
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// TestNobodyElseDeletes: of all roles in the stack only those of two Lambdas may delete a policy or a distribution, and of
// all workflows only retire and cleanup invoke them. Maintenance deletes a policy that CloudFront keeps attached otherwise
// (terraform-provider-aws#34511), and makes it again.
func TestNobodyElseDeletes(t *testing.T) {
	stack := stack(t)
	may := map[string][]string{}
	for _, s := range stack.everyStatement() {
		for _, action := range s.actions {
			if s.effect == "Allow" && strings.HasPrefix(action, "cloudfront:Delete") {
				may[action] = append(may[action], s.owner.id)
			}
		}
	}
	for action, folder := range map[string]string{
		"cloudfront:DeleteContinuousDeploymentPolicy": "deletepolicy", "cloudfront:DeleteDistribution": "deletestaging",
	} {
		want := []string{stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role").id}
		if got := may[action]; !slices.Equal(got, want) {
			t.Errorf("%s is allowed to %v, want only %v", action, got, want)
		}
		delete(may, action)
	}
	if len(may) > 0 {
		t.Errorf("and these may delete as well: %v", may)
	}
	for folder, want := range map[string][]string{
		"deletepolicy": {release.Cleanup, release.Maintenance, release.Retire}, "deletestaging": {release.Cleanup, release.Retire},
	} {
		var got []string
		for workflow, definition := range golden.All() {
			if strings.Contains(string(definition), "${"+folder+"}") {
				got = append(got, workflow)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s is invoked by %v, want %v", folder, got, want)
		}
	}
}

// TestWhatIsTaggedCannotBeTakenApart, whatever a Lambda makes of the tag: IAM itself refuses.
func TestWhatIsTaggedCannotBeTakenApart(t *testing.T) {
	stack := stack(t)
	for folder, action := range map[string]string{
		"deletestaging": "cloudfront:DeleteDistribution", "detachpolicy": "cloudfront:UpdateDistribution", "disablestaging": "cloudfront:UpdateDistribution",
	} {
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role")) {
			if got, want := stack.say(s.condition), "map[Null:map[aws:ResourceTag/cloudfront-cd:keep:true]]"; slices.Contains(s.actions, action) && got != want {
				t.Errorf("%s: %s has the condition %s, want %s", folder, action, got, want)
			}
		}
	}
}

// TestCleanupComesEveryDayAndOnlyReports unless the settings say otherwise; what it is started with it accepts.
func TestCleanupComesEveryDayAndOnlyReports(t *testing.T) {
	stack := stack(t)
	schedule := stack.one(t, "AWS::Scheduler::Schedule", "CleanupSchedule").Properties
	target := schedule["Target"]
	for name, pair := range map[string][2]string{
		"name":         {stack.say(schedule["Name"]), "cloudfront-cd-cleanup"},
		"rate":         {stack.say(schedule["ScheduleExpression"]), "rate(1 day)"},
		"state":        {stack.say(schedule["State"]), "ENABLED"},
		"target":       {stack.say(at(target, "Arn")), "${WorkflowcleanupStateMachine}"},
		"input":        {stack.say(at(target, "Input")), `{"apply":false,"reason":"scheduled"}`},
		"dead letters": {stack.say(at(target, "DeadLetterConfig", "Arn")), "${Undelivered}"},
	} {
		if got, want := pair[0], pair[1]; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	plan, err := release.ParseCleanup([]byte(stack.say(at(target, "Input"))))
	if err != nil || plan.Apply {
		t.Errorf("got %+v and error %v from the schedule's input", plan, err)
	}
	may := stack.statements(stack.one(t, "AWS::IAM::Role", "CleanupScheduleRole"))
	var got []string
	for _, s := range may {
		if !slices.Contains(s.actions, "sts:AssumeRole") {
			got = append(got, strings.Join(s.actions, " ")+" on "+strings.Join(s.resources, " "))
		}
	}
	want := []string{"states:StartExecution on ${WorkflowcleanupStateMachine}", "sqs:SendMessage on ${Undelivered}"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
