package main

import (
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine"
)

const (
	stackName = "cloudfront-cd"
	// prefix of the names of whatever people look up by name: functions, state machines, log groups.
	prefix = stackName + "-"
)

// parts are what the stack is made of, in the order in which it is made.
type parts struct {
	settings settings
	stack    awscdk.Stack
	// partition and account are those of ARNs; the account is a reference unless the settings name it.
	partition, account string

	records awss3.Bucket
	// functions and logs have a Lambda and its log group for each folder below lambdas/, machineLogs one for each workflow.
	functions   map[string]awslambda.Function
	logs        map[string]awslogs.LogGroup
	machineLogs map[string]awslogs.LogGroup

	releaseMachine sfn.StateMachine
	recoverMachine sfn.StateMachine
	// pairMachines put pairs together, by workflow.
	pairMachines   map[string]sfn.StateMachine
	retireMachine  sfn.StateMachine
	cleanupMachine sfn.StateMachine

	// unsafeEnds starts recover; what neither it nor the schedules can deliver is undelivered.
	unsafeEnds  awsevents.Rule
	undelivered awssqs.Queue

	notifications awssns.Topic
}

// newApp is an app whose synthesis fails on whatever CDK's own validation finds in a template, warnings included: it has
// CloudFormation's schemas, and needs nothing installed.
func newApp(out string, context map[string]any) awscdk.App {
	all := map[string]any{"@aws-cdk/core:strictCfnValidateErrors": true}
	maps.Copy(all, context)
	return awscdk.NewApp(&awscdk.AppProps{Outdir: &out, Context: &all, AnalyticsReporting: jsii.Bool(false)})
}

// addStack makes the one stack. The code of a function is asked for by its folder, so that tests need no build.
func addStack(app awscdk.App, s settings, code func(folder string) awslambda.Code) {
	env := &awscdk.Environment{Region: jsii.String(bootstrap.Region)}
	if s.account != "" {
		env.Account = &s.account
	}
	p := &parts{
		settings: s,
		stack: awscdk.NewStack(app, jsii.String(stackName), &awscdk.StackProps{
			Env:         env,
			Description: jsii.String("Releases CloudFront configs by continuous deployment, and recovers from releases that died."),
		}),
		machineLogs: map[string]awslogs.LogGroup{},
	}
	p.partition, p.account = *p.stack.Partition(), *p.stack.Account()
	p.addRecords()
	p.addFunctions(code)
	p.releaseMachine = p.addWorkflow(release.Release, statemachine.Release)
	p.recoverMachine = p.addWorkflow(release.Recover, statemachine.Recover)
	p.pairMachines = map[string]sfn.StateMachine{
		release.Enroll:      p.addWorkflow(release.Enroll, statemachine.Enroll),
		release.Maintenance: p.addWorkflow(release.Maintenance, statemachine.Maintenance),
	}
	p.retireMachine = p.addWorkflow(release.Retire, statemachine.Retire)
	p.cleanupMachine = p.addWorkflow(release.Cleanup, statemachine.Cleanup)
	p.addRecovery()
	p.addCleanup()
	p.addNotifications()
	p.addMonitoring()
	p.addOutputs()
}

// addOutputs names what people and pipelines need to know.
func (p *parts) addOutputs() {
	output := func(name, does string, value *string) {
		awscdk.NewCfnOutput(p.stack, &name, &awscdk.CfnOutputProps{Description: &does, Value: value})
	}
	output("ReleaseStateMachineArn", "Start an execution of it to release", p.releaseMachine.StateMachineArn())
	output("RecoverStateMachineArn", "Start an execution of it to make a pair safe, or to clear a hold", p.recoverMachine.StateMachineArn())
	output("EnrollStateMachineArn", "Start an execution of it to give a primary its pair", p.pairMachines[release.Enroll].StateMachineArn())
	output("MaintenanceStateMachineArn", "Start an execution of it to change what a policy freezes", p.pairMachines[release.Maintenance].StateMachineArn())
	output("RetireStateMachineArn", "Start an execution of it to take a pair apart", p.retireMachine.StateMachineArn())
	output("CleanupStateMachineArn", "Start an execution of it to find orphans, or to take them apart", p.cleanupMachine.StateMachineArn())
	output("RecordBucketName", "Has the locks, the holds and the evidence", p.records.BucketName())
	output("NotificationTopicArn", "Subscribe to it to hear of alarms", p.notifications.TopicArn())
	var pairs []string
	for _, d := range p.settings.pairs {
		pairs = append(pairs, d.primary+":"+d.staging)
	}
	output("Pairs", "The primary distributions that may be released, each with its staging distribution", new(strings.Join(pairs, ",")))
	output("DashboardName", "Shows in CloudWatch how releases do", jsii.String(stackName))
}
