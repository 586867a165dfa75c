package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/release"
)

// addFunctions makes every Lambda with its log group and its role.
func (p *parts) addFunctions(code func(folder string) awslambda.Code) {
	p.functions, p.logs = map[string]awslambda.Function{}, map[string]awslogs.LogGroup{}
	for _, f := range functions() {
		p.addFunction(f, code(f.folder))
	}
}

func (p *parts) addFunction(f function, code awslambda.Code) {
	name := prefix + f.folder
	scope := constructs.NewConstruct(p.stack, jsii.String("Lambda "+f.folder))
	logs := p.logGroup(scope, "/aws/lambda/"+name)
	allowed := append(p.statements(f),
		// The ARN of a log group ends in :*, its streams.
		statement{sid: "Logs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{*logs.LogGroupArn()}},
		// https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
		traces("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
	)
	p.logs[f.folder] = logs
	p.functions[f.folder] = awslambda.NewFunction(scope, jsii.String("Function"), &awslambda.FunctionProps{
		FunctionName:          &name,
		Code:                  code,
		Handler:               jsii.String("bootstrap"),
		Runtime:               awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:          awslambda.Architecture_ARM_64(),
		MemorySize:            jsii.Number(release.LambdaMemory),
		Timeout:               awscdk.Duration_Seconds(jsii.Number(release.LambdaTimeout.Seconds())),
		Environment:           p.environment(f),
		Role:                  role(scope, "Role", awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil), "Of the Lambda "+name, allowed...),
		LogGroup:              logs,
		LoggingFormat:         awslambda.LoggingFormat_JSON,
		ApplicationLogLevelV2: awslambda.ApplicationLogLevel_INFO,
		Tracing:               awslambda.Tracing_ACTIVE,
	})
}

// environment has the record bucket's name for every Lambda that reads or writes records.
func (p *parts) environment(f function) *map[string]*string {
	for _, c := range f.calls {
		if slices.Contains([]target{locks, holds, doors, evidence, carried, cleanups}, c.on) {
			return &map[string]*string{"BUCKET": p.records.BucketName()}
		}
	}
	return nil
}

// logGroup keeps logs for as long as the setting says. It goes with the stack, or a stack that is made again could not
// have the same name; what must outlive the stack is in the record bucket.
func (p *parts) logGroup(scope constructs.Construct, name string) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, jsii.String("Logs"), &awslogs.LogGroupProps{
		LogGroupName:  &name,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// The construct knows retentions by their English names only.
	resource, ok := group.Node().DefaultChild().(awslogs.CfnLogGroup)
	if !ok {
		panic("infra/aws: a log group is not made of a CfnLogGroup")
	}
	resource.SetRetentionInDays(jsii.Number(p.settings.logRetentionDays))
	return group
}
