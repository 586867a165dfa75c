package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodepipeline"
	actions "github.com/aws/aws-cdk-go/awscdk/v2/awscodepipelineactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/bootstrap"
)

// What the build leaves for the later stages; examples/site/prepare writes all but the template.
const (
	stagingTemplate   = stagingStack + ".template.json"
	stagingParameters = "staging.parameters.json"
	stagedRequest     = "staged.json"
	contentRequest    = "content.json"
)

// Prefixes of the executions' names. CodePipeline appends a hyphen and the id of the action execution, 36 characters, and a
// name has 80 at most: a prefix has 43 at most. The id is new for each try, so that these names keep nothing from being
// started twice; the workflow's lock does, and Nothing To Release makes a repeated stage a green one.
const (
	configPrefix  = "pipeline-config"
	contentPrefix = "pipeline-content"
)

// releaseMachine is the state machine that infra/aws makes.
const releaseMachine = "cloudfront-cd-release"

// idleSide is the function, made there as well, that says where nobody is served from.
const idleSide = "cloudfront-cd-idleside"

// pipeline is made of parts that know each other.
type pipeline struct {
	settings settings
	stack    awscdk.Stack
	source   awscodepipeline.Artifact
	built    awscodepipeline.Artifact
}

// addPipeline makes the pipeline: source → build and upload → deploy staging → release what staging was given → release the
// content. A change of either kind has one way, whether a commit has one or both: the release that finds nothing to do ends
// as Nothing To Release, within a minute or two. SitePrimary is in none of its stages.
func addPipeline(app awscdk.App, s settings) {
	p := pipeline{
		settings: s, stack: newStack(app, s, pipelineStack, "Builds the site, deploys its staging distribution, and releases.", false),
		source: awscodepipeline.NewArtifact(jsii.String("Source"), nil), built: awscodepipeline.NewArtifact(jsii.String("Built"), nil),
	}
	artifacts := awss3.NewBucket(p.stack, jsii.String("Artifacts"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true), Encryption: awss3.BucketEncryption_S3_MANAGED,
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(30))}},
		RemovalPolicy:  awscdk.RemovalPolicy_RETAIN,
	})
	stage := func(name string, of ...awscodepipeline.IAction) *awscodepipeline.StageProps {
		return &awscodepipeline.StageProps{StageName: &name, Actions: &of}
	}
	made := awscodepipeline.NewPipeline(p.stack, jsii.String("Pipeline"), &awscodepipeline.PipelineProps{
		PipelineType: awscodepipeline.PipelineType_V2, ArtifactBucket: artifacts, CrossAccountKeys: jsii.Bool(false),
		// One run after the other: a later one must read where the primary's content is only when an earlier one has moved it.
		ExecutionMode: awscodepipeline.ExecutionMode_QUEUED,
		Stages: &[]*awscodepipeline.StageProps{
			stage("Source", p.fetch()),
			stage("Build", p.build()),
			stage("DeployStaging", p.deploy()),
			stage("ReleaseConfig", p.release("Config", configPrefix, stagedRequest)),
			stage("ReleaseContent", p.release("Content", contentPrefix, contentRequest)),
		},
	})
	nameInputs(made, map[string]string{"Stages.3": stagedRequest, "Stages.4": contentRequest})
}

// nameInputs writes the input files of the Step Functions actions as CodePipeline's reference has them, by their path in the
// artifact ("assets/input.json"). CDK puts the artifact's name before it, as other actions want it (CodePipeline User Guide,
// "AWS Step Functions" action reference; neither was tried on live AWS).
func nameInputs(made awscodepipeline.Pipeline, files map[string]string) {
	resource, ok := made.Node().DefaultChild().(awscodepipeline.CfnPipeline)
	if !ok {
		panic("infra/aws/site: a pipeline is not made of a CfnPipeline")
	}
	for stage, file := range files {
		resource.AddPropertyOverride(jsii.String(stage+".Actions.0.Configuration.Input"), file)
	}
}

func (p pipeline) fetch() awscodepipeline.IAction {
	owner, repository, _ := strings.Cut(p.settings.Repository, "/")
	role := awsiam.NewRole(p.stack, jsii.String("Source"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewAccountRootPrincipal(), Description: jsii.String("Fetches the source of the site, for the pipeline"),
	})
	// CDK allows the action of the service's old name alone; a connection with an ARN of the new one needs the new one
	// (awslabs/landing-zone-accelerator-on-aws#828).
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("Connection"), Actions: jsii.Strings("codeconnections:UseConnection"), Resources: &[]*string{&p.settings.Connection},
	}))
	return actions.NewCodeStarConnectionsSourceAction(&actions.CodeStarConnectionsSourceActionProps{
		ActionName: jsii.String("Fetch"), ConnectionArn: &p.settings.Connection,
		Owner: &owner, Repo: &repository, Branch: &p.settings.Branch, Output: p.source, Role: role,
	})
}

// build makes the templates, uploads the content to a place that nobody is served from, and writes the requests.
func (p pipeline) build() awscodepipeline.IAction {
	project := awscodebuild.NewPipelineProject(p.stack, jsii.String("Build"), &awscodebuild.PipelineProjectProps{
		Environment: &awscodebuild.BuildEnvironment{
			BuildImage: awscodebuild.LinuxArmBuildImage_AMAZON_LINUX_2023_STANDARD_3_0(),
		},
		GrantReportGroupPermissions: jsii.Bool(false),
		Timeout:                     awscdk.Duration_Minutes(jsii.Number(30)),
		BuildSpec: awscodebuild.BuildSpec_FromObject(&map[string]any{
			"version": "0.2",
			"phases": map[string]any{"install": map[string]any{
				"runtime-versions": map[string]any{"golang": "latest", "nodejs": "latest"},
			}, "build": map[string]any{"commands": []string{
				"make site",
				strings.Join([]string{
					"examples/site/prepare", p.settings.Primary, p.settings.Staging, *p.bucket(primarySide), *p.bucket(stagingSide), `"$CODEBUILD_RESOLVED_SOURCE_VERSION"`, "build/site.out",
				}, " "),
			}}},
			"artifacts": map[string]any{
				"base-directory": "build/site.out",
				"files":          []string{stagingTemplate, stagingParameters, stagedRequest, contentRequest},
			},
		}),
	})
	for _, s := range []*awsiam.PolicyStatementProps{
		{
			Sid: jsii.String("ReadWhatIsLive"), Actions: jsii.Strings("cloudfront:GetDistributionConfig"),
			Resources: &[]*string{p.distribution(p.settings.Primary), p.distribution(p.settings.Staging)},
		},
		{
			// Only its origin, which CloudFormation does not see move.
			Sid: jsii.String("TakeStagingBack"), Actions: jsii.Strings("cloudfront:UpdateDistribution"),
			Resources: &[]*string{p.distribution(p.settings.Staging)},
		},
		{
			Sid: jsii.String("Upload"), Actions: jsii.Strings("s3:PutObject"),
			Resources: &[]*string{p.releases(primarySide), p.releases(stagingSide)},
		},
		{
			Sid: jsii.String("AskForTheIdleSide"), Actions: jsii.Strings("lambda:InvokeFunction"),
			Resources: &[]*string{jsii.String("arn:" + *p.stack.Partition() + ":lambda:" + bootstrap.Region + ":" + *p.stack.Account() + ":function:" + idleSide)},
		},
	} {
		project.AddToRolePolicy(awsiam.NewPolicyStatement(s))
	}
	return actions.NewCodeBuildAction(&actions.CodeBuildActionProps{
		ActionName: jsii.String("BuildAndUpload"), Project: project, Input: p.source, Outputs: &[]awscodepipeline.Artifact{p.built},
	})
}

// deploy updates the stack of staging, which exists. What CloudFormation does, it does as a role that can change the staging
// distribution and nothing else.
func (p pipeline) deploy() awscodepipeline.IAction {
	role := awsiam.NewRole(p.stack, jsii.String("Deployment"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("cloudformation.amazonaws.com"), nil),
		Description: jsii.String("Changes the staging distribution of the site, for CloudFormation"),
	})
	// Those of the resource type's update handler (CloudFormation registry, AWS::CloudFront::Distribution), but for the
	// promotion. A change of the bucket is deployed by a person: the pipeline could not even do it.
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("ChangeStaging"),
		Actions: jsii.Strings("cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution",
			"cloudfront:ListTagsForResource", "cloudfront:TagResource", "cloudfront:UntagResource"),
		Resources: &[]*string{p.distribution(p.settings.Staging)},
	}))
	return actions.NewCloudFormationCreateUpdateStackAction(&actions.CloudFormationCreateUpdateStackActionProps{
		ActionName: jsii.String("DeployStaging"), StackName: jsii.String(stagingStack),
		AdminPermissions: jsii.Bool(false), DeploymentRole: role,
		TemplatePath:          p.built.AtPath(jsii.String(stagingTemplate)),
		TemplateConfiguration: p.built.AtPath(jsii.String(stagingParameters)),
	})
}

// release starts a release and waits for its end: an execution that fails, which every end but a success is, fails the stage.
// The action's role can start that one state machine and look at the executions of this name; CDK makes it so.
func (p pipeline) release(name, prefix, request string) awscodepipeline.IAction {
	arn := "arn:" + *p.stack.Partition() + ":states:" + bootstrap.Region + ":" + *p.stack.Account() + ":stateMachine:" + releaseMachine
	return actions.NewStepFunctionInvokeAction(&actions.StepFunctionsInvokeActionProps{
		ActionName:          jsii.String("Release" + name),
		StateMachine:        sfn.StateMachine_FromStateMachineArn(p.stack, jsii.String(name+"Machine"), &arn),
		ExecutionNamePrefix: &prefix,
		StateMachineInput:   actions.StateMachineInput_FilePath(p.built.AtPath(&request)),
	})
}

func (p pipeline) bucket(of string) *string { return p.settings.bucket(p.stack, of) }

func (p pipeline) releases(of string) *string {
	return jsii.String("arn:" + *p.stack.Partition() + ":s3:::" + *p.bucket(of) + "/releases/*")
}

func (p pipeline) distribution(id string) *string {
	return jsii.String("arn:" + *p.stack.Partition() + ":cloudfront::" + *p.stack.Account() + ":distribution/" + id)
}
