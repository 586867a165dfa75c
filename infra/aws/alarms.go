package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/release"
)

// addMonitoring makes whatever tells people how the workflows do.
func (p *parts) addMonitoring() {
	p.addMetrics()
	p.mailCauses()
	p.addDashboard(p.addAlarms())
}

// alarm is one that a person has to act on. There is none for releases that were Rejected or Rolled Back, whose pipeline
// has turned red; none for errors of Lambdas, because every refusal is one; and none for long executions, because every
// wait has a deadline.
type alarm struct {
	// title is that of its section in the runbook; the alarm's name is made of it.
	title string
	// says is what has happened, and whether viewers are safe.
	says string
	// shows is a command that prints why; empty where there is nothing to print.
	shows  string
	metric awscloudwatch.IMetric
	// periods of the metric are looked at. The alarm is on when one of them is above zero, or with onSilence when none is.
	periods   int
	onSilence bool
}

const (
	// shortly is the period, in minutes, of alarms on what happens once.
	shortly = 5
	// late is how many periods are looked at of metrics that are made from logs: a line may arrive when its period is over.
	late = 3
)

// addAlarms makes the alarms and sends them to the topic. An alarm that is over says nothing: that nothing more has happened
// does not mean that somebody has put it right.
func (p *parts) addAlarms() []awscloudwatch.Alarm {
	var made []awscloudwatch.Alarm
	for _, a := range p.alarmsOf() {
		props := &awscloudwatch.AlarmProps{
			AlarmName:          jsii.String(prefix + slug(a.title)),
			AlarmDescription:   jsii.String(a.description()),
			Metric:             a.metric,
			EvaluationPeriods:  jsii.Number(a.periods),
			DatapointsToAlarm:  jsii.Number(1),
			Threshold:          jsii.Number(0),
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			// These metrics have points only when something has happened.
			TreatMissingData: awscloudwatch.TreatMissingData_NOT_BREACHING,
		}
		if a.onSilence {
			props.DatapointsToAlarm = props.EvaluationPeriods
			props.ComparisonOperator = awscloudwatch.ComparisonOperator_LESS_THAN_OR_EQUAL_TO_THRESHOLD
			props.TreatMissingData = awscloudwatch.TreatMissingData_BREACHING
		}
		alarm := awscloudwatch.NewAlarm(p.stack, jsii.String("Alarm "+slug(a.title)), props)
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(p.notifications))
		made = append(made, alarm)
	}
	return made
}

// description is all that the mail of an alarm has; CloudWatch takes 1,024 characters of it.
func (a alarm) description() string {
	text := fmt.Sprintf("%s Runbook: docs/runbook.md#%s.", a.says, slug(a.title))
	if a.shows != "" {
		text += " Why, from the last day: " + a.shows
	}
	return text
}

// alarmsOf are the alarms. Step Functions' own ExecutionsFailed of the release workflow is not among their metrics: it
// counts Rejected and Rolled Back, too.
func (p *parts) alarmsOf() []alarm {
	period := minutes(shortly)
	return []alarm{
		p.needsOperator(), p.recoverSilent(),
		{
			title: "Recover Did Not Finish",
			says: "A recover execution timed out, was stopped, or was given up by Step Functions. Viewers of its pair may stay on staging " +
				"until the next one, of the schedule, succeeds.",
			shows: lastDay(filter(died()+` || $.type = "ExecutionTimedOut" || $.type = "ExecutionAborted"`), release.Recover),
			metric: sum(ours(metricRecoverDied, sumOf, period),
				p.ofMachine("ExecutionsTimedOut", release.Recover, period), p.ofMachine("ExecutionsAborted", release.Recover, period)),
			periods: late,
		},
		{
			title: "Release Died",
			says: "A release timed out or was given up by Step Functions, which is a bug or a surprise. Recover has been started and switches " +
				"the policy off; viewers are safe when it has ended as Recovered.",
			shows:   lastDay(filter(died()+` || $.type = "ExecutionTimedOut"`), release.Release),
			metric:  sum(ours(metricReleasesDied, sumOf, period), p.ofMachine("ExecutionsTimedOut", release.Release, period)),
			periods: late,
		},
		{
			title: "Undelivered",
			says: "A start of recover, or the mail of a cause, could not be delivered and lies in the queue " + prefix + "undelivered. Viewers of " +
				"a pair whose release died may stay on staging until the schedule's next start. The alarm lasts until the queue is empty.",
			metric:  p.undeliveredMessages(period),
			periods: 1,
		},
		{
			title: "Event Lost",
			says: "A rule could not reach its target nor the queue of what is undelivered. If it was " + prefix + "unsafe-ends, viewers of a pair " +
				"whose release died may stay on staging until the schedule's next start; if it was " + prefix + "needs-operator, nobody was " +
				"told the cause.",
			metric:  sum(p.ofRules(period)...),
			periods: 1,
		},
	}
}

// needsOperator stays on while recover goes on failing: one mail for each case, not one every time the schedule tries.
func (p *parts) needsOperator() alarm {
	every := minutes(int(p.settings.recoverEvery.Minutes()))
	return alarm{
		title: release.NeedsOperator,
		says: "An execution has left something behind that it could not make safe. Viewers may be on staging, or on a config that got worse: " +
			"the cause says which. Recover tries again on its schedule; the alarm lasts as long as it fails.",
		shows:  lastDay(filter(fmt.Sprintf(`$.type = "ExecutionFailed" && $.details.error = %q`, release.NeedsOperator)), release.Workflows()...),
		metric: ours(metricNeedsOperator, sumOf, every), periods: late,
	}
}

// recoverSilent watches the watchman.
func (p *parts) recoverSilent() alarm {
	return alarm{
		title: "Recover Does Not Run",
		says: "The schedule has not started recover for hours. Viewers are safe unless a release dies: then only the rule " + prefix +
			"unsafe-ends makes its pair safe. Expected once, right after the stack was made.",
		metric:  p.ofMachine("ExecutionsStarted", release.Recover, hour()),
		periods: silentHours(p.settings.recoverEvery), onSilence: true,
	}
}

// silentHours are those in which the schedule should have started recover four times. An alarm's periods of an hour may
// span seven days (CloudWatch API Reference, PutMetricAlarm); the schedule's longest interval is a day.
func silentHours(every time.Duration) int { return int(math.Ceil((4 * every).Hours())) }

const sumOf = "Sum"

// ofMachine is one of Step Functions' own metrics
// (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html).
func (p *parts) ofMachine(name, workflow string, period awscdk.Duration) awscloudwatch.Metric {
	machine := p.releaseMachine
	if workflow == release.Recover {
		machine = p.recoverMachine
	}
	return metric("AWS/States", name, sumOf, period, "StateMachineArn", *machine.StateMachineArn())
}

// undeliveredMessages is how many lie in the queue. SQS reports none of a queue that has long been empty
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
func (p *parts) undeliveredMessages(period awscdk.Duration) awscloudwatch.Metric {
	return metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", period, "QueueName", *p.undelivered.QueueName())
}

// ofRules are what neither a target nor a dead-letter queue has got
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html).
func (p *parts) ofRules(period awscdk.Duration) []awscloudwatch.Metric {
	var all []awscloudwatch.Metric
	for _, rule := range []string{"unsafe-ends", causesRule} {
		for _, name := range []string{"FailedInvocations", "InvocationsFailedToBeSentToDlq"} {
			all = append(all, metric("AWS/Events", name, sumOf, period, "RuleName", prefix+rule))
		}
	}
	return all
}

// sum adds metrics of which some have no points: + takes a missing one for 0. FILL, in an alarm, can leave it stuck in a state
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
func sum(metrics ...awscloudwatch.Metric) awscloudwatch.IMetric {
	using := map[string]awscloudwatch.IMetric{}
	var terms []string
	for i, m := range metrics {
		id := fmt.Sprintf("m%d", i+1)
		using[id] = m
		terms = append(terms, id)
	}
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(strings.Join(terms, "+")), UsingMetrics: &using,
		Period: minutes(shortly),
	})
}

// lastDay is the command that prints the events that match a pattern, from the logs of workflows.
func lastDay(pattern string, workflows ...string) string {
	command := "aws logs filter-log-events --region " + bootstrap.Region + " --log-group-name /aws/vendedlogs/states/" + machineName("%s") +
		" --start-time $(($(date +%%s)-86400))000 --filter-pattern '" + pattern + "' --query 'events[].message' --output text"
	if len(workflows) == 1 {
		return fmt.Sprintf(command, workflows[0])
	}
	return "for w in " + strings.Join(workflows, " ") + "; do " + fmt.Sprintf(command, "$w") + "; done"
}

// slug is a title as the anchor of its section.
func slug(title string) string { return strings.ReplaceAll(strings.ToLower(title), " ", "-") }
