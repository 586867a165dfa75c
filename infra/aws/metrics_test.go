package main_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/release"
)

// scenarioVar tells this test's own binary to be the functions of a scenario, with the logger that they have on AWS.
const scenarioVar = "BE_THE_FUNCTIONS_OF"

func TestMain(m *testing.M) {
	if name := os.Getenv(scenarioVar); name != "" { //nolint:forbidigo // the child's role comes by environment, as a Lambda's settings do
		bootstrap.Log()
		os.Exit(beFunctions(name))
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// beFunctions writes the log of every function, each invocation under a line with its folder.
func beFunctions(name string) int {
	stage, err := play(name, func(folder string) { _, _ = fmt.Fprintln(os.Stdout, "# "+folder) })
	if err != nil || stage.Expected() != nil {
		return 1
	}
	return 0
}

// play runs a scenario; invoking is told the folder of each function that is about to run.
func play(name string, invoking func(folder string)) (*scenario.Stage, error) {
	s, ok := scenario.Find(name)
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q", name)
	}
	stage, err := s.Build(scenario.Inputs{Seed: 1})
	if err != nil {
		return nil, err
	}
	before := stage.World.Intercept
	stage.World.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		marked := func() asl.Result {
			invoking(strings.Trim(call.Resource, "${}"))
			return run()
		}
		if before != nil {
			return before(call, marked)
		}
		return marked()
	}
	stage.World.Clock.RunUntil(stage.Done)
	return stage, nil
}

// TestMetricsAreInTheLogsOfTheFunctions: the stack's filters find in what the real functions write what a release has done.
func TestMetricsAreInTheLogsOfTheFunctions(t *testing.T) {
	for name, tc := range map[string]struct {
		scenario string
		want     map[string]string
	}{
		"a release that is promoted": {"healthy", map[string]string{
			"Ends{End=Promoted,Workflow=release}": "1", "Weight{Primary=E1PRIMARY}": "0.05 0.15 0",
			"PhaseSeconds{Phase=Prepare}": "1", "PhaseSeconds{Phase=Stage}": "1", "PhaseSeconds{Phase=Step 1}": "1",
			"PhaseSeconds{Phase=Step 2}": "1", "PhaseSeconds{Phase=Promote}": "1", "PhaseSeconds{Phase=Bake}": "1",
		}},
		"a release that goes back": {"bad-release", map[string]string{
			"Ends{End=Rolled Back,Workflow=release}": "1", "Weight{Primary=E1PRIMARY}": "0.05 0",
			"PhaseSeconds{Phase=Prepare}": "1", "PhaseSeconds{Phase=Stage}": "1", "PhaseSeconds{Phase=Step 1}": "1", "PhaseSeconds{Phase=Go Back}": "1",
		}},
		"a run that died, and its recovery": {"runtime-error", map[string]string{
			"Ends{End=Recovered,Workflow=recover}": "1", "Weight{Primary=E1PRIMARY}": "0.05 0 0",
		}},
		"calls that CloudFront throttles": {"throttled", map[string]string{"Failures{Fault=Throttled}": "some"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := points(t, stack(t), functionLines(t, tc.scenario))
			for metric, values := range got {
				// How long a phase took, and how often a throttled call was repeated, is the scenario's affair.
				switch {
				case strings.HasPrefix(metric, "PhaseSeconds") && !strings.HasPrefix(values, "-"):
					got[metric] = strconv.Itoa(len(strings.Fields(values)))
				case strings.HasPrefix(metric, "Failures"):
					got[metric] = "some"
				}
			}
			if tc.scenario == "throttled" {
				maps.DeleteFunc(got, func(metric, _ string) bool { return !strings.HasPrefix(metric, "Failures") })
			}
			if !maps.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
		})
	}
}

// TestMetricsAreInTheLogsOfTheExecutions: the filters that alarms rest on find the right ends in events as Step Functions
// logs them.
func TestMetricsAreInTheLogsOfTheExecutions(t *testing.T) {
	for name, tc := range map[string]struct {
		scenario string
		want     map[string]string
	}{
		"both workflows need an operator": {"edit-during-bake", map[string]string{"NeedsOperator{}": "1 1"}},
		"given up by Step Functions":      {"runtime-error", map[string]string{"ReleasesDied{}": "1"}},
		"rolled back":                     {"bad-release", map[string]string{}},
		"rejected":                        {"http3", map[string]string{}},
		"promoted":                        {"healthy", map[string]string{}},
		"stopped, by whoever knows why":   {"aborted", map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			stage, err := play(tc.scenario, func(string) {})
			if err != nil {
				t.Fatal(err)
			}
			got := points(t, stack(t), executionLines(t, stage))
			if !maps.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
		})
	}
}

// TestMetricsAreWhereAlarmsLookForThem, and with at most the three dimensions that CloudWatch takes, and no default value
// beside them.
func TestMetricsAreWhereAlarmsLookForThem(t *testing.T) {
	stack := stack(t)
	for _, f := range stack.all("AWS::Logs::MetricFilter") {
		m := list(f.Properties["MetricTransformations"])[0]
		if got := stack.say(at(m, "MetricNamespace")); got != name {
			t.Errorf("%s is in the namespace %s", f.id, got)
		}
		if n := len(list(at(m, "Dimensions"))); n > 3 || n > 0 && at(m, "DefaultValue") != nil {
			t.Errorf("%s has %d dimensions and the default value %v", f.id, n, at(m, "DefaultValue"))
		}
	}
}

// line is a line of a log group.
type line struct{ group, text string }

// functionLines are the lines of a scenario's functions.
func functionLines(t *testing.T, name string) []line {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), scenarioVar+"="+name, "AWS_LAMBDA_LOG_FORMAT=JSON")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	group := ""
	for text := range strings.Lines(string(out)) {
		if folder, ok := strings.CutPrefix(text, "# "); ok {
			group = "/aws/lambda/cloudfront-cd-" + strings.TrimSpace(folder)
			continue
		}
		lines = append(lines, line{group, text})
	}
	return lines
}

// executionLines are the events of a scenario's executions in Step Functions' logs: type, id, and the details of the API's
// HistoryEvent under one key (as in https://github.com/linz/geostore/pull/2300).
func executionLines(t *testing.T, stage *scenario.Stage) []line {
	t.Helper()
	var lines []line
	for _, x := range stage.World.Executions {
		group := "/aws/vendedlogs/states/cloudfront-cd-release"
		if x.Machine() == stage.World.Machines[release.Recover] {
			group = "/aws/vendedlogs/states/cloudfront-cd-recover"
		}
		for _, e := range x.History() {
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			text = regexp.MustCompile(`"[a-zA-Z]+EventDetails":`).ReplaceAll(text, []byte(`"details":`))
			lines = append(lines, line{group, string(text)})
		}
	}
	return lines
}

// points are the values that the stack's filters make of lines, in their order, by metric with its dimensions.
func points(t *testing.T, stack *template, lines []line) map[string]string {
	t.Helper()
	made := map[string]string{}
	for _, l := range lines {
		var event map[string]any
		if err := json.Unmarshal([]byte(l.text), &event); err != nil {
			t.Fatalf("%s: %s is no JSON: %v", l.group, l.text, err)
		}
		for _, f := range stack.all("AWS::Logs::MetricFilter") {
			if groupOf(t, stack, f) == l.group && matches(t, stack.say(f.Properties["FilterPattern"]), event) {
				metric, value := stack.point(list(f.Properties["MetricTransformations"])[0], event)
				if _, err := strconv.ParseFloat(value, 64); err != nil {
					t.Errorf("%s: %s of %s is no number", f.id, value, l.text)
				}
				made[metric] = strings.TrimSpace(made[metric] + " " + value)
			}
		}
	}
	return made
}

// point is what a filter makes of an event that it matches.
func (t *template) point(transformation any, event map[string]any) (metric, value string) {
	var dimensions []string
	for _, d := range list(at(transformation, "Dimensions")) {
		dimensions = append(dimensions, fmt.Sprintf("%s=%v", at(d, "Key"), field(event, t.say(at(d, "Value")))))
	}
	slices.Sort(dimensions)
	value = t.say(at(transformation, "MetricValue"))
	if strings.HasPrefix(value, "$") {
		value = fmt.Sprint(field(event, value))
	}
	return fmt.Sprintf("%s{%s}", at(transformation, "MetricName"), strings.Join(dimensions, ",")), value
}

func groupOf(t *testing.T, stack *template, filter *resource) string {
	t.Helper()
	id, _ := at(filter.Properties["LogGroupName"], "Ref").(string)
	group := stack.Resources[id]
	if group == nil {
		t.Fatalf("%s is of no log group of the stack", filter.id)
	}
	return stack.say(group.Properties["LogGroupName"])
}

// matches reads as much of the patterns' language as the stack writes:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html.
func matches(t *testing.T, pattern string, event map[string]any) bool {
	t.Helper()
	body, ok := strings.CutPrefix(pattern, "{ ")
	body, closed := strings.CutSuffix(body, " }")
	if !ok || !closed {
		t.Fatalf("the pattern %s is not in braces", pattern)
	}
	condition := regexp.MustCompile(`^(\$[a-z_.]+) (?:(=|!=) "([^"*]*)"|(IS TRUE))$`)
	for text := range strings.SplitSeq(body, " && ") {
		m := condition.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the pattern %s has a condition that this test cannot read: %s", pattern, text)
		}
		value := field(event, m[1])
		switch {
		case value == nil, m[4] != "" && value != true, m[2] == "=" && value != m[3], m[2] == "!=" && value == m[3]:
			return false
		}
	}
	return true
}

// field is the value at a path such as $.details.error.
func field(event map[string]any, path string) any {
	return at(event, strings.Split(strings.TrimPrefix(path, "$."), ".")...)
}
