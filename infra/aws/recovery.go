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

// The most that EventBridge and its Scheduler try: 24 hours and 185 times
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html).
const (
	tryHours = 24
	tryTimes = 185
)

// addRecovery starts the recover workflow whenever a release may have left viewers on staging: at once on the event that
// an execution has not succeeded, because one that is stopped or times out runs no Catch; and on a schedule, in case that
// event was lost. Recover finds nothing to do after an end that left the pair safe. A start that cannot be delivered ends
// in a queue, where an alarm sees it.
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
		Description: jsii.String("Starts recover when a release has not succeeded."),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": p.writing(),
				"status":          release.UnsafeStatuses(),
			},
		},
	})
	p.unsafeEnds.AddTarget(awseventstargets.NewSfnStateMachine(p.recoverMachine, &awseventstargets.SfnStateMachineProps{
		Input:           awsevents.RuleTargetInput_FromEventPath(jsii.String("$.detail")),
		Role:            role(p.stack, "UnsafeEndsRole", p.service("events.amazonaws.com"), "Starts recover on an event", start),
		DeadLetterQueue: p.undelivered,
		RetryAttempts:   jsii.Number(tryTimes),
		MaxEventAge:     awscdk.Duration_Hours(jsii.Number(tryHours)),
	}))
}

// writing are the state machines that write pairs (release.Recoverable), as ARNs.
func (p *parts) writing() []*string {
	return []*string{
		p.releaseMachine.StateMachineArn(),
		p.pairMachines[release.Enroll].StateMachineArn(), p.pairMachines[release.Maintenance].StateMachineArn(),
	}
}

// addSchedules asks recover to look at each pair, and gives up when the next look is due. A rule could have a rate too, but
// AWS calls that its legacy way (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html).
func (p *parts) addSchedules(start statement) {
	every := awscdk.Duration_Minutes(jsii.Number(p.settings.recoverEvery.Minutes()))
	may := role(p.stack, "SchedulesRole", p.service("scheduler.amazonaws.com"), "Starts recover on a schedule", start,
		statement{sid: "Undelivered", actions: []string{"sqs:SendMessage"}, resources: []string{*p.undelivered.QueueArn()}})
	for _, d := range p.settings.pairs {
		awsscheduler.NewSchedule(p.stack, jsii.String("LookAt"+d.primary), &awsscheduler.ScheduleProps{
			ScheduleName: jsii.String(prefix + "recover-" + d.primary),
			Description:  jsii.String("Starts recover in case the event of a dead release was lost."),
			Schedule:     awsscheduler.ScheduleExpression_Rate(every),
			TimeWindow:   awsscheduler.TimeWindow_Off(),
			Target: awsschedulertargets.NewStepFunctionsStartExecution(p.recoverMachine, &awsschedulertargets.ScheduleTargetBaseProps{
				Input:           awsscheduler.ScheduleTargetInput_FromObject(map[string]string{"primary": d.primary, "reason": "schedule"}),
				Role:            may,
				DeadLetterQueue: p.undelivered,
				RetryAttempts:   jsii.Number(tryTimes),
				MaxEventAge:     every,
			}),
		})
	}
}
