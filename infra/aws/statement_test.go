package main_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// statement is one of the statements of any policy in the template.
type statement struct {
	owner     *resource
	sid       string
	effect    string
	actions   []string
	resources []string
	condition any
}

func (s statement) String() string { return fmt.Sprintf("%s %s %v", s.owner.id, s.sid, s.actions) }

// statements are those of the policies in a resource, trust policies included.
func (t *template) statements(of *resource) []statement {
	var found []statement
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, element := range v {
				walk(element)
			}
		case map[string]any:
			if v["Effect"] == nil {
				for _, element := range v {
					walk(element)
				}
				return
			}
			found = append(found, t.statement(of, v))
		}
	}
	walk(of.Properties)
	return found
}

func (t *template) statement(of *resource, v map[string]any) statement {
	s := statement{owner: of, sid: fmt.Sprint(v["Sid"]), effect: fmt.Sprint(v["Effect"]), condition: v["Condition"]}
	for _, action := range list(v["Action"]) {
		s.actions = append(s.actions, fmt.Sprint(action))
	}
	for _, r := range list(v["Resource"]) {
		s.resources = append(s.resources, t.say(r))
	}
	return s
}

func (t *template) everyStatement() []statement {
	var found []statement
	for _, r := range t.Resources {
		found = append(found, t.statements(r)...)
	}
	return found
}

// TestStatementsNameTheirActionsOneByOne: nothing is allowed by a pattern. What is denied without TLS is denied whole, or
// the next action that AWS invents would be let in.
func TestStatementsNameTheirActionsOneByOne(t *testing.T) {
	stack := stack(t)
	action := regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`)
	for _, s := range stack.everyStatement() {
		if s.effect == "Deny" && stack.say(at(s.condition, "Bool", "aws:SecureTransport")) == "false" {
			continue
		}
		if s.effect != "Allow" || len(s.actions) == 0 {
			t.Errorf("%s: got effect %s", s, s.effect)
		}
		for _, a := range s.actions {
			if !action.MatchString(a) {
				t.Errorf("%s: action %q is not one action", s, a)
			}
		}
	}
}

// TestEveryWildcardHasAReason: a role's metadata says why a resource has a * in it, and nothing but that.
func TestEveryWildcardHasAReason(t *testing.T) {
	stack := stack(t)
	for _, role := range stack.all("AWS::IAM::Role") {
		reasons, _ := role.Metadata["WhyWildcards"].(map[string]any)
		for _, s := range stack.statements(role) {
			if reason := fmt.Sprint(reasons[s.sid]); strings.Contains(strings.Join(s.resources, " "), "*") == (len(reason) < len("some reason")) {
				t.Errorf("%s is on %v: got the reason %q", s, s.resources, reason)
			}
		}
	}
	for _, s := range stack.everyStatement() {
		// In the policy of a key, * is that key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
		ours := s.owner.Type == "AWS::IAM::Role" || s.owner.Type == "AWS::KMS::Key" || s.effect == "Deny"
		if !ours && strings.Contains(strings.Join(s.resources, " "), "*") {
			t.Errorf("%s is on %v", s, s.resources)
		}
	}
}

// TestPoliciesAreInlineInRoles: CDK has added no policy of its own, and nobody one of AWS's.
func TestPoliciesAreInlineInRoles(t *testing.T) {
	stack := stack(t)
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		if got := stack.all(kind); len(got) > 0 {
			t.Errorf("got %s %s", kind, got[0].id)
		}
	}
	for _, role := range stack.all("AWS::IAM::Role") {
		if got := role.Properties["ManagedPolicyArns"]; got != nil {
			t.Errorf("%s has managed policies %v", role.id, got)
		}
	}
}

// TestServicesActForThisAccountOnly. Whether Lambda sends the account when it assumes a function's role is unverified.
func TestServicesActForThisAccountOnly(t *testing.T) {
	stack := stack(t)
	for _, role := range stack.all("AWS::IAM::Role") {
		for _, s := range stack.statements(role) {
			if !slices.Equal(s.actions, []string{"sts:AssumeRole"}) || strings.HasPrefix(role.id, "Lambda") {
				continue
			}
			if got := stack.say(at(s.condition, "StringEquals", "aws:SourceAccount")); got != account {
				t.Errorf("%s may be assumed for account %q", role.id, got)
			}
		}
	}
}

// TestNothingIsReachedWithoutTLS is about whatever has a policy of its own.
func TestNothingIsReachedWithoutTLS(t *testing.T) {
	stack := stack(t)
	for kind, want := range map[string]string{
		"AWS::S3::BucketPolicy": "s3:*",
		"AWS::SQS::QueuePolicy": "sqs:*",
		"AWS::SNS::TopicPolicy": "sns:Publish",
	} {
		policies := stack.all(kind)
		if len(policies) != 1 {
			t.Fatalf("got %d %s, want 1", len(policies), kind)
		}
		if !slices.ContainsFunc(stack.statements(policies[0]), func(s statement) bool {
			return s.effect == "Deny" && slices.Contains(s.actions, want) && stack.say(at(s.condition, "Bool", "aws:SecureTransport")) == "false"
		}) {
			t.Errorf("%s does not deny %s without TLS", kind, want)
		}
	}
}
