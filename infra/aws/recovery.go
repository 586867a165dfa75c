package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/release"
)

// How long a start of recover is tried. The next one of the schedule comes soon, but the event comes once.
const (
	startWithinHours = 24
	startAttempts    = 185 // EventBridge's own most
)

// addRecovery starts the recover workflow whenever a release may have left viewers on staging: at once on the event that
// an execution has ended badly, which runs no Catch when it was stopped or timed out, and every few minutes in case that
// event was lost. A start that cannot be delivered at all ends in a queue.
func (p *parts) addRecovery() {
	p.undelivered = awssqs.NewQueue(p.stack, jsii.String("Undelivered"), &awssqs.QueueProps{
		QueueName:       jsii.String(prefix + "undelivered"),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	start := statement{sid: "Start", actions: []string{"states:StartExecution"}, resources: []string{*p.recoverMachine.StateMachineArn()}}
	p.addRule(start)
	p.addSchedules(start)
}

// addRule hands the detail of the event to recover as it is: it finds the execution and the primary in it.
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html)
func (p *parts) addRule(start statement) {
	p.unsafeEnds = awsevents.NewRule(p.stack, jsii.String("UnsafeEnds"), &awsevents.RuleProps{
		RuleName:    jsii.String(prefix + "unsafe-ends"),
		Description: jsii.String("Starts recover when a release has ended without a word that the pair is safe."),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": []*string{p.releaseMachine.StateMachineArn()},
				"status":          release.UnsafeStatuses(),
			},
		},
	})
	p.unsafeEnds.AddTarget(awseventstargets.NewSfnStateMachine(p.recoverMachine, &awseventstargets.SfnStateMachineProps{
		Input:           awsevents.RuleTargetInput_FromEventPath(jsii.String("$.detail")),
		Role:            role(p.stack, "UnsafeEndsRole", p.service("events.amazonaws.com"), "Starts recover on an event", start),
		DeadLetterQueue: p.undelivered,
		RetryAttempts:   jsii.Number(startAttempts),
		MaxEventAge:     awscdk.Duration_Hours(jsii.Number(startWithinHours)),
	}))
}

// addSchedules asks recover to look at each pair. EventBridge Scheduler, and not a rule with a rate: a schedule has its
// own input, and rules are limited to five targets and 300 in an account.
func (p *parts) addSchedules(start statement) {
	letter := statement{sid: "Undelivered", actions: []string{"sqs:SendMessage"}, resources: []string{*p.undelivered.QueueArn()}}
	may := role(p.stack, "SchedulesRole", p.service("scheduler.amazonaws.com"), "Starts recover on a schedule", start, letter)
	group := awsscheduler.NewScheduleGroup(p.stack, jsii.String("Schedules"), &awsscheduler.ScheduleGroupProps{
		ScheduleGroupName: jsii.String(stackName),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	for _, d := range p.settings.pairs {
		awsscheduler.NewSchedule(p.stack, jsii.String("Look At "+d.primary), &awsscheduler.ScheduleProps{
			ScheduleName:  jsii.String(prefix + "recover-" + d.primary),
			ScheduleGroup: group,
			Description:   jsii.String("Starts recover in case the event of a dead release was lost."),
			Schedule:      awsscheduler.ScheduleExpression_Rate(awscdk.Duration_Minutes(jsii.Number(p.settings.recoverEvery.Minutes()))),
			TimeWindow:    awsscheduler.TimeWindow_Off(),
			Target: awsschedulertargets.NewStepFunctionsStartExecution(p.recoverMachine, &awsschedulertargets.ScheduleTargetBaseProps{
				Input:           awsscheduler.ScheduleTargetInput_FromObject(map[string]string{"primary": d.primary, "reason": "schedule"}),
				Role:            may,
				DeadLetterQueue: p.undelivered,
				RetryAttempts:   jsii.Number(startAttempts),
				MaxEventAge:     awscdk.Duration_Hours(jsii.Number(startWithinHours)),
			}),
		})
	}
}
