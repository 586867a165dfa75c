package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	"github.com/aws/jsii-runtime-go"
)

// addCleanup starts the cleanup workflow on a schedule. Scheduler delivers at least once; two cleanups at once do no harm.
// The reason is another than that of recover's schedule, whose causes mailCauses leaves out: here a cause a day is wanted.
func (p *parts) addCleanup() {
	if p.settings.cleanupEvery == 0 {
		return
	}
	every := awscdk.Duration_Hours(jsii.Number(p.settings.cleanupEvery.Hours()))
	may := role(p.stack, "CleanupScheduleRole", p.service("scheduler.amazonaws.com"), "Starts cleanup on a schedule",
		statement{sid: "Start", actions: []string{"states:StartExecution"}, resources: []string{*p.cleanupMachine.StateMachineArn()}},
		statement{sid: "Undelivered", actions: []string{"sqs:SendMessage"}, resources: []string{*p.undelivered.QueueArn()}})
	awsscheduler.NewSchedule(p.stack, jsii.String("CleanupSchedule"), &awsscheduler.ScheduleProps{
		ScheduleName: jsii.String(prefix + "cleanup"),
		Description:  jsii.String("Starts cleanup, which looks for what nobody owns any more."),
		Schedule:     awsscheduler.ScheduleExpression_Rate(every),
		TimeWindow:   awsscheduler.TimeWindow_Off(),
		Target: awsschedulertargets.NewStepFunctionsStartExecution(p.cleanupMachine, &awsschedulertargets.ScheduleTargetBaseProps{
			Input:           awsscheduler.ScheduleTargetInput_FromObject(map[string]any{"apply": p.settings.cleanupApply, "reason": "scheduled"}),
			Role:            may,
			DeadLetterQueue: p.undelivered,
			RetryAttempts:   jsii.Number(tryTimes),
			MaxEventAge:     awscdk.Duration_Hours(jsii.Number(min(tryHours, p.settings.cleanupEvery.Hours()))),
		}),
	})
}
