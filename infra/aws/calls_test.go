package main_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/transport"
)

// TestEveryCallOfEveryScenarioIsAllowed: the tests of permissions compare names; this one plays what the demo plays, and
// looks in the role of the Lambda that makes each call for the very distribution, object or bus that it is made on.
func TestEveryCallOfEveryScenarioIsAllowed(t *testing.T) {
	stack := stack(t)
	allowed := map[string][]statement{}
	for _, folder := range aws.Folders() {
		allowed[folder] = stack.statements(stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role"))
	}
	seen := map[string]bool{}
	for _, s := range scenario.All() {
		if s.Name == "content-50000" {
			continue // the calls of content, many times
		}
		stage, err := s.Build(scenario.Inputs{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		w, before := stage.World, stage.World.Intercept
		w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
			noted := func() asl.Result {
				made := len(w.Transport.Log())
				result := run()
				folder := strings.Trim(call.Resource, "${}")
				for _, c := range w.Transport.Log()[made:] {
					for _, wanted := range wants(t, c) {
						seen[folder] = true
						if !slices.ContainsFunc(allowed[folder], wanted.in) {
							t.Errorf("scenario %s: the role of %s does not allow %s on %s", s.Name, folder, wanted.action, wanted.on)
						}
					}
				}
				return result
			}
			if before != nil {
				return before(call, noted)
			}
			return noted()
		}
		w.Clock.RunUntil(stage.Done)
	}
	var silent []string
	for _, folder := range aws.Folders() {
		if !seen[folder] {
			silent = append(silent, folder)
		}
	}
	// Judge Health calls CloudWatch only for alarms that a request names; Validate Request has nobody to call.
	// Idle Side is for pipelines.
	if want := []string{"idleside", "judgehealth", "validaterequest"}; !slices.Equal(silent, want) {
		t.Errorf("in no scenario do %v call AWS, want %v", silent, want)
	}
}

// wanted is an action on one resource, as statements spell it.
type wanted struct{ action, on string }

// in reports whether a statement allows it.
func (w wanted) in(s statement) bool {
	return s.effect == "Allow" && slices.Contains(s.actions, w.action) && slices.ContainsFunc(s.resources, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return pattern == w.on || open && strings.HasPrefix(w.on, prefix)
	})
}

// wants is what a call needs: its actions, each on every resource that the call is about.
func wants(t *testing.T, c transport.Call) []wanted {
	t.Helper()
	if c.Service == "" {
		return nil // the smoke test is a viewer of the site
	}
	service := map[string]string{"CloudFormation": "cloudformation", "CloudFront": "cloudfront", "CloudWatch": "cloudwatch", "EventBridge": "eventbridge", "S3": "s3", "SFN": "sfn"}[c.Service]
	actions := aws.ActionsOf(service + "." + c.Operation)
	if len(actions) == 0 {
		t.Fatalf("actions.go does not have %s %s", c.Service, c.Operation)
	}
	var all []wanted
	for _, action := range actions {
		for _, on := range resourcesOf(t, c, action) {
			all = append(all, wanted{action, on})
		}
	}
	return all
}

func resourcesOf(t *testing.T, c transport.Call, action string) []string {
	t.Helper()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(c.Path, "/"), "/")
	switch {
	case c.Service == "CloudFront" && strings.Contains(c.Path, "/continuous-deployment-policy/"):
		return []string{strings.TrimSuffix(anyPolicy, "*") + c.ID}
	case c.Operation == "CreateContinuousDeploymentPolicy":
		return []string{strings.TrimSuffix(anyPolicy, "*") + "to-be"}
	case c.Operation == "ListTagsForResource":
		query, err := url.ParseQuery(c.Query)
		if err != nil {
			t.Fatal(err)
		}
		_, id, _ := strings.Cut(query.Get("Resource"), ":distribution/")
		return []string{distribution + id}
	case c.Operation == "DescribeStacks":
		return []string{"arn:aws:cloudformation:us-east-1:" + account + ":stack/some"}
	case c.Service == "CloudFront" && c.ID != "":
		query, err := url.ParseQuery(c.Query)
		if err != nil {
			t.Fatal(err)
		}
		both := []string{distribution + c.ID}
		if staging := query.Get("StagingDistributionId"); staging != "" {
			both = append(both, distribution+staging)
		}
		return both
	case action == "s3:ListBucket" && bucket == world.Bucket:
		return []string{"${Records}"}
	case c.Service == "S3" && bucket == world.Bucket:
		return []string{"${Records}/" + key}
	case c.Service == "S3" && (key == "" || action == "s3:ListBucket" || action == "s3:GetBucketPolicy"):
		return []string{"arn:aws:s3:::" + bucket}
	case c.Service == "S3":
		return []string{"arn:aws:s3:::" + bucket + "/" + key}
	case c.Service == "EventBridge":
		return []string{"arn:aws:events:us-east-1:" + account + ":event-bus/default"}
	case action == "cloudformation:DescribeStacks":
		return []string{"arn:aws:cloudformation:us-east-1:" + account + ":stack/" + world.StagingStack + "/1"}
	case c.Service == "SFN":
		return nil // the execution is in the body; TestHistoriesAreOfAllWorkflows has these
	}
	return []string{"any"}
}
