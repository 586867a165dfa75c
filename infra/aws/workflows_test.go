package main_test

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// TestTheGoldensAreWhatIsDeployed: with each function's ARN as ${folder}, the definitions are, to the byte, those that the
// local engine runs and the structural rules were checked on.
func TestTheGoldensAreWhatIsDeployed(t *testing.T) {
	stack := stack(t)
	for workflow, want := range golden.All() {
		machine := stack.one(t, "AWS::StepFunctions::StateMachine", "Workflow"+workflow)
		got, err := golden.Format([]byte(stack.say(machine.Properties["DefinitionString"])))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("the definition of %s is not its golden: run \"make golden\" and look at the diff", workflow)
		}
	}
	if got := len(stack.all("AWS::StepFunctions::StateMachine")); got != len(golden.All()) {
		t.Errorf("got %d state machines, want %d", got, len(golden.All()))
	}
}

// TestAWorkflowIsNamedLoggedAndTraced.
func TestAWorkflowIsNamedLoggedAndTraced(t *testing.T) {
	stack := stack(t)
	for workflow := range golden.All() {
		id := "Workflow" + workflow
		machine := stack.one(t, "AWS::StepFunctions::StateMachine", id)
		for key, want := range map[string]string{
			"StateMachineName":     "cloudfront-cd-" + workflow,
			"StateMachineType":     "STANDARD",
			"TracingConfiguration": "map[Enabled:true]",
			"RoleArn":              "${" + id + "Role}",
		} {
			if got := stack.say(machine.Properties[key]); got != want {
				t.Errorf("%s: %s is %s, want %s", workflow, key, got, want)
			}
		}
		logging := machine.Properties["LoggingConfiguration"]
		if level, data := stack.say(at(logging, "Level")), stack.say(at(logging, "IncludeExecutionData")); level != "ALL" || data != "true" {
			t.Errorf("%s logs %s, with data: %s", workflow, level, data)
		}
		destinations := list(at(logging, "Destinations"))
		if got := stack.say(at(destinations[0], "CloudWatchLogsLogGroup", "LogGroupArn")); len(destinations) != 1 || got != "${"+id+"Logs}" {
			t.Errorf("%s logs to %s", workflow, got)
		}
	}
}

// TestAWorkflowInvokesTheFunctionsInItsBoxes and no other, and no version of them but the one that is deployed.
func TestAWorkflowInvokesTheFunctionsInItsBoxes(t *testing.T) {
	stack := stack(t)
	for workflow, definition := range golden.All() {
		var want []string
		for _, text := range regexp.MustCompile(`"Resource": "(\$\{[a-z]+\})"`).FindAllSubmatch(definition, -1) {
			want = append(want, string(text[1]))
		}
		var got []string
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Workflow"+workflow+"Role")) {
			if slices.Contains(s.actions, "lambda:InvokeFunction") {
				got = append(got, s.resources...)
			}
		}
		slices.Sort(got)
		if want := unique(want); !slices.Equal(got, want) {
			t.Errorf("%s may invoke %s\nits boxes are %s", workflow, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}

// TestTheRoleOfAWorkflowAllowsNoMore than to invoke functions, to log and to trace.
func TestTheRoleOfAWorkflowAllowsNoMore(t *testing.T) {
	stack := stack(t)
	want := map[string]string{
		"Functions": "lambda:InvokeFunction",
		"LogDelivery": "logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries " +
			"logs:PutResourcePolicy logs:DescribeResourcePolicies logs:DescribeLogGroups",
		"Traces": "xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets",
	}
	for _, workflow := range release.Workflows() {
		got := map[string]string{}
		for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Workflow"+workflow+"Role")) {
			if !slices.Contains(s.actions, "sts:AssumeRole") {
				got[s.sid] += strings.Join(s.actions, " ")
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got  %v\nwant %v", workflow, got, want)
		}
	}
}
