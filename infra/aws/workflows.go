package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// workflow is a state machine as package statemachine draws it.
type workflow func(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps

// machineName is the state machine's name. It is fixed: permissions are on the executions' ARNs, and pipelines start it.
func machineName(workflow string) string { return prefix + workflow }

// addWorkflow makes a state machine that may invoke the functions in its boxes and nothing else, and that logs every event
// with its data: metrics and alarms are made of that.
func (p *parts) addWorkflow(name string, draw workflow) sfn.StateMachine {
	scope := constructs.NewConstruct(p.stack, jsii.String("Workflow "+name))
	var arns []string
	props := draw(scope, func(folder string) awslambda.IFunction {
		f := p.functions[folder]
		arns = append(arns, *f.FunctionArn())
		return f
	})
	// Of log groups with this prefix there is one entry in CloudWatch Logs' resource policy, whose size is limited
	// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html).
	logs := p.logGroup(scope, "/aws/vendedlogs/states/"+machineName(name))
	p.machineLogs[name] = logs
	props.StateMachineName = new(machineName(name))
	props.TracingEnabled = jsii.Bool(true)
	props.Logs = &sfn.LogOptions{Destination: logs, Level: sfn.LogLevel_ALL, IncludeExecutionData: jsii.Bool(true)}
	props.Role = role(scope, "Role", p.service("states.amazonaws.com"), "Of the state machine "+machineName(name),
		// Unqualified ARNs, as in the definition: CDK would allow every version and alias.
		statement{sid: "Functions", actions: []string{"lambda:InvokeFunction"}, resources: arns},
		statement{
			// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
			sid: "LogDelivery",
			actions: []string{
				"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
				"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
			},
			resources: []string{"*"},
			wide:      "the CloudWatch Logs API for log delivery has no resource types (list_amazoncloudwatchlogs.html)",
		},
		// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
		traces("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
	)
	return sfn.NewStateMachine(scope, jsii.String("StateMachine"), props)
}
