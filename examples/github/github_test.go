// Package github_test holds the workflow and its role against what they call.
package github_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTheStepsAreShell that calls what there is, in the order of the pipeline.
func TestTheStepsAreShell(t *testing.T) {
	t.Parallel()
	var called []string
	for _, m := range regexp.MustCompile(`(?m)^ +run: (.+)$`).FindAllStringSubmatch(read(t, "release.yml"), -1) {
		shell := exec.CommandContext(t.Context(), "sh", "-n")
		shell.Stdin = strings.NewReader(m[1])
		if said, err := shell.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", m[1], said)
		}
		command, _, _ := strings.Cut(m[1], " ")
		called = append(called, command)
		if strings.HasPrefix(command, "examples/") {
			if info, err := os.Stat(filepath.Join("../..", command)); err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("%s cannot be run: %v", command, err)
			}
		}
	}
	want := []string{"make", "examples/site/prepare", "examples/site/deploy-staging", "build/operate", "build/operate"}
	if !slices.Equal(called, want) {
		t.Errorf("got %q, want %q", called, want)
	}
}

// TestTheRoleLastsAsLongAsTheJob: credentials that end before would end the following.
func TestTheRoleLastsAsLongAsTheJob(t *testing.T) {
	t.Parallel()
	workflow, role := read(t, "release.yml"), read(t, "role.json")
	for _, want := range []string{"timeout-minutes: 360", "role-duration-seconds: 21600", "id-token: write"} {
		if !strings.Contains(workflow, want) {
			t.Errorf("the workflow has no %q", want)
		}
	}
	if !strings.Contains(role, `"MaxSessionDuration": 21600`) {
		t.Error("the role's sessions are shorter")
	}
}

// TestTheRoleIsForOneBranchAndCanStartOneMachine: what it may do, in full.
func TestTheRoleIsForOneBranchAndCanStartOneMachine(t *testing.T) {
	t.Parallel()
	type statement struct {
		Sid, Effect string
		Action      any
		Resource    any
		Condition   map[string]map[string]any
	}
	var template struct {
		Resources struct {
			Role struct {
				Properties struct {
					AssumeRolePolicyDocument struct{ Statement []statement }
					ManagedPolicyArns        []string
					Policies                 []struct {
						PolicyDocument struct{ Statement []statement }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(read(t, "role.json")), &template); err != nil { //nolint:musttag // the fields have CloudFormation's and IAM's names
		t.Fatal(err)
	}
	p := template.Resources.Role.Properties
	if len(p.AssumeRolePolicyDocument.Statement) != 1 || len(p.Policies) != 1 || p.ManagedPolicyArns != nil {
		t.Fatalf("got %+v", p)
	}
	const token = "token.actions.githubusercontent.com:"
	equals := p.AssumeRolePolicyDocument.Statement[0].Condition["StringEquals"]
	if equals[token+"aud"] != "sts.amazonaws.com" || fmt.Sprint(equals[token+"sub"]) != "map[Fn::Sub:repo:${Repository}:ref:refs/heads/${Branch}]" {
		t.Errorf("it may be assumed by %v", equals)
	}
	var got []string
	for _, s := range p.Policies[0].PolicyDocument.Statement {
		for a := range strings.FieldsSeq(strings.Trim(fmt.Sprint(s.Action), "[]")) {
			got = append(got, a+" "+s.Sid)
		}
		if on := fmt.Sprint(s.Resource); s.Effect != "Allow" || strings.Contains(on, "[*]") || !strings.Contains(on, "Fn::Sub:arn:") {
			t.Errorf("%s is on %s", s.Sid, on)
		}
		if s.Sid == "Start" && !strings.Contains(fmt.Sprint(s.Resource), ":stateMachine:cloudfront-cd-release]") {
			t.Errorf("it may start %v", s.Resource)
		}
		if strings.HasSuffix(s.Sid, "Staging") && strings.Contains(fmt.Sprint(s.Resource), "Primary") {
			t.Errorf("%s is on the primary", s.Sid)
		}
	}
	want := []string{
		"states:StartExecution Start", "states:DescribeExecution Follow", "states:GetExecutionHistory Follow",
		"cloudformation:DescribeStacks FindTheWorkflow", "cloudformation:CreateChangeSet DeployStaging", "cloudformation:DescribeChangeSet DeployStaging",
		"cloudformation:DescribeStacks DeployStaging", "cloudformation:ExecuteChangeSet DeployStaging",
		"cloudfront:GetDistribution ChangeStaging", "cloudfront:GetDistributionConfig ChangeStaging", "cloudfront:UpdateDistribution ChangeStaging",
		"cloudfront:ListTagsForResource ChangeStaging", "cloudfront:TagResource ChangeStaging", "cloudfront:UntagResource ChangeStaging",
		"cloudfront:GetDistributionConfig ReadWhatIsLive", "lambda:InvokeFunction AskForTheIdleSide", "s3:PutObject Upload",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if lint, err := exec.LookPath("cfn-lint"); err == nil {
		if said, err := exec.CommandContext(t.Context(), lint, "--", "role.json").CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
	}
}
