package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
	"cloudfront-cd/internal/release"
)

// What the roles of two pairs are on.
const (
	distribution = "arn:aws:cloudfront::" + account + ":distribution/"
	anyPolicy    = "arn:aws:cloudfront::" + account + ":continuous-deployment-policy/*"
)

// TestWritesAreOnExactlyTheirResources: which Lambda may change what, in full. Whatever is not here only reads.
func TestWritesAreOnExactlyTheirResources(t *testing.T) {
	stack := stack(t)
	primaries := []string{distribution + "E1PRIMARY", distribution + "E3PRIMARY"}
	stagings := []string{distribution + "E2STAGING", distribution + "E4STAGING"}
	both := []string{distribution + "E1PRIMARY", distribution + "E2STAGING", distribution + "E3PRIMARY", distribution + "E4STAGING"}
	want := map[string][]string{
		"acquirelock s3:PutObject":                                  {"${Records}/locks/*"},
		"announce events:PutEvents":                                 {"arn:aws:events:us-east-1:" + account + ":event-bus/default"},
		"carryassets s3:PutObject":                                  {"${Records}/content/*", "arn:aws:s3:::example-site/*"},
		"carryassets s3:PutObjectTagging":                           {"arn:aws:s3:::example-site/*"},
		"changestaging cloudfront:UpdateDistribution":               stagings,
		"clearhold s3:DeleteObject":                                 {"${Records}/holds/*"},
		"deletepolicy cloudfront:DeleteContinuousDeploymentPolicy":  {anyPolicy},
		"deletestaging cloudfront:DeleteDistribution":               {distribution + "*"},
		"detachpolicy cloudfront:UpdateDistribution":                {distribution + "*"},
		"disablepolicy cloudfront:UpdateContinuousDeploymentPolicy": {anyPolicy},
		"disablestaging cloudfront:UpdateDistribution":              {distribution + "*"},
		"findorphans s3:PutObject":                                  {"${Records}/cleanups/*"},
		"findpair s3:PutObject":                                     {"${Records}/releases/*"},
		"lookaround s3:PutObject":                                   {"${Records}/cleanups/*"},
		"noteresult s3:PutObject":                                   {"${Records}/cleanups/*"},
		"report s3:PutObject":                                       {"${Records}/cleanups/*"},
		"finish s3:PutObject":                                       {"${Records}/releases/*"},
		"invalidate cloudfront:CreateInvalidation":                  both,
		"routeheader cloudfront:UpdateContinuousDeploymentPolicy":   {anyPolicy},
		"placehold s3:PutObject":                                    {"${Records}/holds/*"},
		"preflight s3:PutObject":                                    {"${Records}/releases/*"},
		"promote cloudfront:UpdateDistribution":                     both,
		"promote cloudfront:UpdateDistributionWithStagingConfig":    both,
		"recover cloudfront:UpdateContinuousDeploymentPolicy":       {anyPolicy},
		"releaselock s3:DeleteObject":                               {"${Records}/locks/*"},
		"releaselock s3:PutObject":                                  {"${Records}/locks/*"},
		"restoreprimary cloudfront:UpdateDistribution":              primaries,
		"alignstaging cloudfront:UpdateDistribution":                stagings,
		"attachpolicy cloudfront:UpdateDistribution":                primaries,
		"copyprimary cloudfront:CopyDistribution":                   primaries,
		"copyprimary cloudfront:CreateDistribution":                 {distribution + "*"},
		"createpolicy cloudfront:CreateContinuousDeploymentPolicy":  {anyPolicy},
		"createpolicy cloudfront:UpdateContinuousDeploymentPolicy":  {anyPolicy},
		"opendoor s3:PutObject":                                     {"${Records}/maintenance/*"},
		"shifttraffic cloudfront:UpdateContinuousDeploymentPolicy": {
			anyPolicy,
		},
		"stoptraffic cloudfront:UpdateContinuousDeploymentPolicy": {anyPolicy},
	}
	got := map[string][]string{}
	for _, folder := range aws.Folders() {
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role")) {
			for _, action := range s.actions {
				_, verb, _ := strings.Cut(action, ":")
				if slices.ContainsFunc([]string{"Get", "List", "Describe"}, func(v string) bool { return strings.HasPrefix(verb, v) }) ||
					slices.Contains([]string{"Logs", "Traces"}, s.sid) || verb == "AssumeRole" {
					continue
				}
				got[folder+" "+action] = append(got[folder+" "+action], s.resources...)
			}
		}
	}
	for key := range want {
		if !slices.Equal(got[key], want[key]) {
			t.Errorf("%s is on %v, want %v", key, got[key], want[key])
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("nobody expects %v", got)
	}
}

// TestReadsAreOnExactlyTheirResources, for the Lambda that reads the most.
func TestReadsAreOnExactlyTheirResources(t *testing.T) {
	stack := stack(t)
	want := map[string]string{
		"cloudfront:GetDistribution":                  distribution + "*",
		"cloudfront:GetDistributionConfig":            distribution + "*",
		"cloudfront:ListContinuousDeploymentPolicies": "*",
		"cloudfront:GetContinuousDeploymentPolicy":    anyPolicy,
		"cloudfront:ListDistributions":                "*",
		"cloudfront:GetMonitoringSubscription":        "*",
		"cloudwatch:GetMetricData":                    "*",
		"cloudformation:DescribeStackResources":       "*",
		"cloudformation:DescribeStacks":               "arn:aws:cloudformation:us-east-1:" + account + ":stack/*",
		"cloudwatch:DescribeAlarms":                   "*",
		"s3:GetBucketPolicy":                          "arn:aws:s3:::example-site",
		"s3:GetObject":                                "${Records}/releases/*",
		"s3:ListBucket":                               "${Records}",
		"s3:PutObject":                                "${Records}/releases/*",
		"logs:CreateLogStream":                        "${LambdapreflightLogs}",
		"logs:PutLogEvents":                           "${LambdapreflightLogs}",
		"xray:PutTraceSegments":                       "*",
		"xray:PutTelemetryRecords":                    "*",
		"sts:AssumeRole":                              "",
	}
	got := map[string]string{}
	for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "LambdapreflightRole")) {
		for _, action := range s.actions {
			got[action] = strings.Join(s.resources, " ")
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestHistoriesAreOfAllWorkflows: a lock may be held by an execution of each.
func TestHistoriesAreOfAllWorkflows(t *testing.T) {
	stack := stack(t)
	var arns []string
	for _, workflow := range release.Workflows() {
		arns = append(arns, "arn:aws:states:us-east-1:"+account+":execution:cloudfront-cd-"+workflow+":*")
	}
	want := strings.Join(arns, " ")
	for folder, action := range map[string]string{
		"acquirelock": "states:DescribeExecution", "findorphans": "states:DescribeExecution", "finddeadrun": "states:DescribeExecution", "examinepair": "states:GetExecutionHistory",
	} {
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role")) {
			if got := strings.Join(s.resources, " "); slices.Contains(s.actions, action) && got != want {
				t.Errorf("%s %s is on %s, want %s", folder, action, got, want)
			}
		}
	}
}

// TestOnlyOurEventsCanBePut keeps others' events from being forged with our role.
func TestOnlyOurEventsCanBePut(t *testing.T) {
	stack := stack(t)
	for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "LambdaannounceRole")) {
		if slices.Contains(s.actions, "events:PutEvents") {
			if got, want := stack.say(s.condition), "map[ForAllValues:StringEquals:map[events:source:cloudfront-cd]]"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

// TestTheMostPairsFitIntoARole counts what IAM counts, a policy's characters without white space
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), and what CloudFormation counts, resources
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
func TestTheMostPairsFitIntoARole(t *testing.T) {
	const (
		mostCharacters = 10240
		mostResources  = 500
		pairs          = 2  // in the template
		longestID      = 14 // of a distribution, as far as CloudFront has made them
	)
	stack := stack(t)
	for _, role := range stack.all("AWS::IAM::Role") {
		var size int
		for _, s := range stack.statements(role) {
			for _, r := range s.resources {
				if strings.HasPrefix(r, distribution) {
					size += len(`"",`+distribution) + longestID
				}
			}
		}
		size = size * aws.MostPairs / pairs
		for _, s := range stack.statements(role) {
			text, err := json.Marshal(map[string]any{
				"Sid": s.sid, "Effect": s.effect, "Action": s.actions, "Resource": s.resources, "Condition": s.condition,
			})
			if err != nil {
				t.Fatal(err)
			}
			size += len(text)
		}
		// A tenth is left for names that CloudFormation makes, which are short here.
		if size > mostCharacters*9/10 {
			t.Errorf("%s: with %d pairs the policy has %d characters, the limit is %d", role.id, aws.MostPairs, size, mostCharacters)
		}
	}
	if got := len(stack.Resources) + aws.MostPairs - pairs; got > mostResources {
		t.Errorf("with %d pairs the stack has %d resources, the limit is %d", aws.MostPairs, got, mostResources)
	}
}
