package main_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	site "cloudfront-cd/infra/aws/site"
)

// action is one of the pipeline's, with its stage.
type action struct {
	stage string
	of    map[string]any
}

func pipelineActions(t *testing.T) []action {
	t.Helper()
	stages, _ := stacks(t).pipeline.one(t, "AWS::CodePipeline::Pipeline").Properties["Stages"].([]any)
	var all []action
	for _, s := range stages {
		actions, _ := at(s, "Actions").([]any)
		for _, a := range actions {
			of, _ := a.(map[string]any)
			all = append(all, action{fmt.Sprint(at(s, "Name")), of})
		}
	}
	return all
}

// TestThePipelineGoesOneWay: source, build, staging alone, and both kinds of release, in this order.
func TestThePipelineGoesOneWay(t *testing.T) {
	var got []string
	for _, a := range pipelineActions(t) {
		got = append(got, a.stage+" "+fmt.Sprint(at(a.of, "ActionTypeId", "Provider")))
	}
	want := []string{
		"Source CodeStarSourceConnection", "Build CodeBuild", "DeployStaging CloudFormation",
		"ReleaseConfig StepFunctions", "ReleaseContent StepFunctions",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, a := range pipelineActions(t) {
		if a.stage == "DeployStaging" {
			if at(a.of, "Configuration", "StackName") != "SiteStaging" || at(a.of, "Configuration", "TemplateConfiguration") != "Built::staging.parameters.json" {
				t.Errorf("got %v", a.of)
			}
		}
	}
	if strings.Contains(stacks(t).pipeline.text, "SitePrimary") {
		t.Error("the pipeline speaks of SitePrimary, which it must not deploy")
	}
	if got := stacks(t).pipeline.one(t, "AWS::CodePipeline::Pipeline").Properties["ExecutionMode"]; got != "QUEUED" {
		t.Errorf("got the execution mode %v: two runs at once would read the same place of the primary's content", got)
	}
}

// TestReleasesAreStartedAsCodePipelineTakesThem (CodePipeline User Guide, "AWS Step Functions" action reference).
func TestReleasesAreStartedAsCodePipelineTakesThem(t *testing.T) {
	inputs := map[string]string{}
	for _, a := range pipelineActions(t) {
		if at(a.of, "ActionTypeId", "Provider") != "StepFunctions" {
			continue
		}
		c := at(a.of, "Configuration")
		prefix := fmt.Sprint(at(c, "ExecutionNamePrefix"))
		if len(prefix) > 43 || !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(prefix) || !slices.Contains(site.Prefixes(), prefix) {
			t.Errorf("got the prefix %q: with a hyphen and 36 characters the name must have 80 at most", prefix)
		}
		if say(at(c, "StateMachineArn")) != "arn:aws:states:us-east-1:111122223333:stateMachine:cloudfront-cd-release" || at(c, "InputType") != "FilePath" {
			t.Errorf("got %v", c)
		}
		inputs[a.stage] = fmt.Sprint(at(c, "Input"))
	}
	if want := map[string]string{"ReleaseConfig": "staged.json", "ReleaseContent": "content.json"}; !maps.Equal(inputs, want) {
		t.Errorf("got the inputs %v, want %v", inputs, want)
	}
	built := say(at(stacks(t).pipeline.one(t, "AWS::CodeBuild::Project").Properties, "Source", "BuildSpec"))
	for _, file := range append(slices.Collect(maps.Values(inputs)), "staging.parameters.json", "SiteStaging.template.json",
		"examples/site/prepare E1PRIMARY E2STAGING site-primary-111122223333 site-staging-111122223333") {
		if !strings.Contains(built, file) {
			t.Errorf("the build has no %s: %s", file, built)
		}
	}
}

// granted is every action that any role of the pipeline has, with what it is on.
func granted(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, r := range stacks(t).pipeline.Resources {
		if r.Type == "AWS::IAM::Role" && (r.Properties["ManagedPolicyArns"] != nil || r.Properties["Policies"] != nil) {
			t.Errorf("a role has policies that are not looked at here: %v", r.Properties)
		}
		if r.Type != "AWS::IAM::Policy" {
			continue
		}
		statements, _ := at(r.Properties, "PolicyDocument", "Statement").([]any)
		for _, s := range statements {
			if at(s, "Effect") != "Allow" || at(s, "NotAction") != nil || at(s, "NotResource") != nil {
				t.Errorf("got the statement %v", s)
			}
			for a := range strings.SplitSeq(say(at(s, "Action")), " ") {
				for on := range strings.SplitSeq(say(at(s, "Resource")), " ") {
					if !slices.Contains(all[a], on) {
						all[a] = append(all[a], on)
					}
				}
			}
		}
	}
	return all
}

// TestThePipelineCanStartTheReleaseAndNothingElseOfOurs: what its roles may do with the workflows, the pair and the sites,
// in full. It cannot write to the primary, to the records or to a policy, stop a release, or start recover.
func TestThePipelineCanStartTheReleaseAndNothingElseOfOurs(t *testing.T) {
	const (
		states       = "arn:aws:states:us-east-1:111122223333:"
		distribution = "arn:aws:cloudfront::111122223333:distribution/"
		machine      = states + "stateMachine:cloudfront-cd-release"
		execution    = states + "execution:cloudfront-cd-release:"
		askIdleSide  = "lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:cloudfront-cd-idleside"
	)
	want := map[string][]string{
		"states:StartExecution":            {machine},
		"states:DescribeStateMachine":      {machine},
		"states:DescribeExecution":         {execution + "pipeline-config*", execution + "pipeline-content*"},
		"cloudfront:GetDistribution":       {distribution + "E2STAGING"},
		"cloudfront:GetDistributionConfig": {distribution + "E1PRIMARY", distribution + "E2STAGING"},
		"cloudfront:UpdateDistribution":    {distribution + "E2STAGING"},
		"cloudfront:ListTagsForResource":   {distribution + "E2STAGING"},
		"cloudfront:TagResource":           {distribution + "E2STAGING"},
		"cloudfront:UntagResource":         {distribution + "E2STAGING"},
	}
	services := map[string]bool{}
	for a, on := range granted(t) {
		service, _, _ := strings.Cut(a, ":")
		services[service] = true
		if service == "states" || service == "cloudfront" {
			slices.Sort(on)
			if !slices.Equal(on, want[a]) {
				t.Errorf("%s is on %q, want %q", a, on, want[a])
			}
			delete(want, a)
		}
		for _, r := range on {
			ours := strings.Contains(r, "cloudfront-cd") && service != "states" && a+" "+r != askIdleSide
			if ours || r == "*" {
				t.Errorf("%s is allowed on %s", a, r)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("nobody may do %v", want)
	}
	others := []string{"cloudformation", "codebuild", "codeconnections", "codestar-connections", "iam", "lambda", "logs", "s3", "sts", "states", "cloudfront"}
	for service := range services {
		if !slices.Contains(others, service) {
			t.Errorf("somebody may do something with %s", service)
		}
	}
	on := func(action string) []string { return granted(t)[action] }
	if got := on("cloudformation:UpdateStack"); !slices.Equal(got, []string{"arn:aws:cloudformation:us-east-1:111122223333:stack/SiteStaging/*"}) {
		t.Errorf("the pipeline may deploy %q, want staging alone", got)
	}
	for _, r := range on("s3:PutObject") {
		if !strings.HasPrefix(r, "${Artifacts") && !regexp.MustCompile(`^arn:aws:s3:::site-(primary|staging)-111122223333/releases/\*$`).MatchString(r) {
			t.Errorf("the pipeline may upload to %s", r)
		}
	}
	for _, action := range []string{"s3:DeleteObject*", "s3:GetObject*"} {
		for _, r := range on(action) {
			if !strings.HasPrefix(r, "${Artifacts") {
				t.Errorf("%s is on %s, want the artifacts alone", action, r)
			}
		}
	}
}
