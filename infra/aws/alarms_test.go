package main_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	aws "cloudfront-cd/infra/aws"
)

// TestAlarms is what each alarm looks at, when it is on, and what silence means to it.
func TestAlarms(t *testing.T) {
	stack := stack(t)
	const (
		recoverMachine = "{StateMachineArn=${WorkflowrecoverStateMachine}}"
		releaseMachine = "{StateMachineArn=${WorkflowreleaseStateMachine}}"
		unsafeEnds     = "{RuleName=cloudfront-cd-unsafe-ends}"
		causes         = "{RuleName=cloudfront-cd-needs-operator}"
	)
	want := map[string]alarm{
		// As long as recover fails on its schedule of a quarter of an hour.
		"needs-operator": {"cloudfront-cd NeedsOperator{} Sum 900", "", "1 of 3 > 0", "notBreaching"},
		"recover-did-not-finish": {
			"cloudfront-cd RecoveriesDied{} Sum 300, AWS/States ExecutionsTimedOut" + recoverMachine + " Sum 300, AWS/States ExecutionsAborted" + recoverMachine + " Sum 300",
			"m1+m2+m3", "1 of 3 > 0", "notBreaching",
		},
		"release-died": {
			"cloudfront-cd ReleasesDied{} Sum 300, AWS/States ExecutionsTimedOut" + releaseMachine + " Sum 300", "m1+m2", "1 of 3 > 0", "notBreaching",
		},
		"undelivered": {
			"AWS/SQS ApproximateNumberOfMessagesVisible{QueueName=${Undelivered}} Maximum 300", "", "1 of 1 > 0", "notBreaching",
		},
		"event-lost": {
			"AWS/Events FailedInvocations" + unsafeEnds + " Sum 300, AWS/Events InvocationsFailedToBeSentToDlq" + unsafeEnds + " Sum 300, " +
				"AWS/Events FailedInvocations" + causes + " Sum 300, AWS/Events InvocationsFailedToBeSentToDlq" + causes + " Sum 300",
			"m1+m2+m3+m4", "1 of 1 > 0", "notBreaching",
		},
		// Four starts of the schedule.
		"recover-does-not-run": {"AWS/States ExecutionsStarted" + recoverMachine + " Sum 3600", "", "1 of 1 <= 0", "breaching"},
	}
	got := map[string]alarm{}
	for _, r := range stack.all("AWS::CloudWatch::Alarm") {
		title := strings.TrimPrefix(stack.say(r.Properties["AlarmName"]), name+"-")
		got[title] = stack.alarm(r)
		if actions := stack.say(r.Properties["AlarmActions"]); actions != "${Notifications}" || r.Properties["ActionsEnabled"] == false {
			t.Errorf("%s tells %s", title, actions)
		}
	}
	for _, title := range slices.Sorted(maps.Keys(want)) {
		if got[title] != want[title] {
			t.Errorf("%s\ngot  %v\nwant %v", title, got[title], want[title])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d alarms, want %d", len(got), len(want))
	}
}

// alarm is an alarm in words: its metrics, what is made of them, when it is on, and what missing data is.
type alarm struct{ metrics, expression, when, missing string }

func (t *template) alarm(r *resource) alarm {
	p := r.Properties
	comparison := map[string]string{"GreaterThanThreshold": ">", "LessThanOrEqualToThreshold": "<="}[t.say(p["ComparisonOperator"])]
	a := alarm{
		when:    strings.Join([]string{t.say(p["DatapointsToAlarm"]), "of", t.say(p["EvaluationPeriods"]), comparison, t.say(p["Threshold"])}, " "),
		missing: t.say(p["TreatMissingData"]),
	}
	if p["Metrics"] == nil {
		a.metrics = t.metric(p, p["Statistic"], p["Period"])
		return a
	}
	var metrics []string
	for _, m := range list(p["Metrics"]) {
		if expression := at(m, "Expression"); expression != nil {
			a.expression = t.say(expression)
			continue
		}
		metrics = append(metrics, t.metric(at(m, "MetricStat", "Metric"), at(m, "MetricStat", "Stat"), at(m, "MetricStat", "Period")))
	}
	a.metrics = strings.Join(metrics, ", ")
	return a
}

func (t *template) metric(m, statistic, period any) string {
	var dimensions []string
	for _, d := range list(at(m, "Dimensions")) {
		dimensions = append(dimensions, t.say(at(d, "Name"))+"="+t.say(at(d, "Value")))
	}
	return t.say(at(m, "Namespace")) + " " + t.say(at(m, "MetricName")) + "{" + strings.Join(dimensions, ",") + "} " + t.say(statistic) + " " + t.say(period)
}

// TestTheAlarmOnSilenceWaitsForTheSchedule whatever its interval, within the seven days that CloudWatch allows.
func TestTheAlarmOnSilenceWaitsForTheSchedule(t *testing.T) {
	t.Parallel()
	for minutes, want := range map[int]int{5: 1, 15: 1, 60: 4, 100: 7, 1440: 96} {
		if got := aws.SilentHours(time.Duration(minutes) * time.Minute); got != want || got > 7*24 {
			t.Errorf("every %d minutes: got %d hours, want %d", minutes, got, want)
		}
	}
}

// TestAnAlarmSaysWhatAnOperatorNeeds: whether viewers are safe, and its section of the runbook, which has the alarm's name.
func TestAnAlarmSaysWhatAnOperatorNeeds(t *testing.T) {
	stack := stack(t)
	for _, r := range stack.all("AWS::CloudWatch::Alarm") {
		title := strings.TrimPrefix(stack.say(r.Properties["AlarmName"]), name+"-")
		text := stack.say(r.Properties["AlarmDescription"])
		const most = 1024 // CloudWatch API Reference, PutMetricAlarm
		if len(text) > most {
			t.Errorf("%s: the description has %d characters", title, len(text))
		}
		for _, want := range []string{"iewers", "docs/runbook.md#" + title + "."} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", title, want, text)
			}
		}
		for _, group := range regexp.MustCompile(`--log-group-name (\S+)`).FindAllStringSubmatch(text, -1) {
			names := []string{group[1]}
			if list := regexp.MustCompile(`for w in ([a-z ]+);`).FindStringSubmatch(text); list != nil {
				names = nil
				for workflow := range strings.FieldsSeq(list[1]) {
					names = append(names, strings.Replace(group[1], "$w", workflow, 1))
				}
			}
			for _, wanted := range names {
				if !slices.ContainsFunc(stack.all("AWS::Logs::LogGroup"), func(l *resource) bool { return stack.say(l.Properties["LogGroupName"]) == wanted }) {
					t.Errorf("%s: the command reads the log group %s, which does not exist", title, wanted)
				}
			}
		}
	}
}

// TestTheCauseOfAnOperatorsCaseIsMailed by Step Functions' own event, once: not again whenever the schedule has tried.
func TestTheCauseOfAnOperatorsCaseIsMailed(t *testing.T) {
	stack := stack(t)
	rule := stack.one(t, "AWS::Events::Rule", "Causes").Properties
	pattern, target := rule["EventPattern"], list(rule["Targets"])[0]
	template := stack.say(at(target, "InputTransformer", "InputTemplate"))
	for path, pair := range map[string][2]string{
		"name":        {stack.say(rule["Name"]), "cloudfront-cd-needs-operator"},
		"state":       {stack.say(rule["State"]), "ENABLED"},
		"detail-type": {stack.say(at(pattern, "detail-type")), "Step Functions Execution Status Change"},
		"error":       {stack.say(at(pattern, "detail", "error")), "Needs Operator"},
		"stateMachineArn": {
			stack.say(at(pattern, "detail", "stateMachineArn")),
			"${WorkflowreleaseStateMachine} ${WorkflowenrollStateMachine} ${WorkflowmaintenanceStateMachine} ${WorkflowrecoverStateMachine} " +
				"${WorkflowretireStateMachine} ${WorkflowcleanupStateMachine}",
		},
		"target":       {stack.say(at(target, "Arn")), "${Notifications}"},
		"cause":        {stack.say(at(target, "InputTransformer", "InputPathsMap", "detail-cause")), "$.detail.cause"},
		"execution":    {stack.say(at(target, "InputTransformer", "InputPathsMap", "detail-executionArn")), "$.detail.executionArn"},
		"dead letters": {stack.say(at(target, "DeadLetterConfig", "Arn")), "${Undelivered}"},
	} {
		if got, want := pair[0], pair[1]; got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	// EventBridge writes a value that stands alone as JSON, and one in quotes as it is: the cause, which has quotes in it,
	// must stand alone.
	if !strings.Contains(template, `"cause":<detail-cause>`) {
		t.Errorf("the message is %s", template)
	}
	message := strings.NewReplacer("<detail-cause>", `"it said \"no\""`, ":<detail-executionArn>", `:"arn"`, "<detail-executionArn>", "arn").Replace(template)
	if !json.Valid([]byte(message)) {
		t.Errorf("the message is no JSON: %s", message)
	}
	suffix := stack.say(at(list(at(pattern, "detail", "input"))[0], "anything-but", "suffix"))
	for _, s := range stack.all("AWS::Scheduler::Schedule") {
		// Recover fails every time until somebody has acted; of cleanup, once a day, the cause is wanted.
		mailed := s == stack.one(t, "AWS::Scheduler::Schedule", "CleanupSchedule")
		if input := stack.say(at(s.Properties["Target"], "Input")); suffix == "" || strings.HasSuffix(input, suffix) == mailed {
			t.Errorf("the schedule's input is %s, the suffix that is left out %s", input, suffix)
		}
	}
	role := stack.one(t, "AWS::IAM::Role", "CausesRole")
	var allowed []string
	for _, s := range stack.statements(role) {
		if !slices.Contains(s.actions, "sts:AssumeRole") {
			allowed = append(allowed, strings.Join(s.actions, " ")+" on "+strings.Join(s.resources, " "))
		}
	}
	if want := []string{"sns:Publish on ${Notifications}", "kms:Decrypt kms:GenerateDataKey on ${NotificationsKey}"}; !slices.Equal(allowed, want) {
		t.Errorf("the rule may %v, want %v", allowed, want)
	}
}
