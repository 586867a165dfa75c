package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestTheDashboardShowsOnlyMetricsThatThereAre: those of the stack's filters, with their dimensions, and AWS's.
func TestTheDashboardShowsOnlyMetricsThatThereAre(t *testing.T) {
	stack := stack(t)
	ours := map[string]string{}
	for _, f := range stack.all("AWS::Logs::MetricFilter") {
		m := list(f.Properties["MetricTransformations"])[0]
		var dimensions []string
		for _, d := range list(at(m, "Dimensions")) {
			dimensions = append(dimensions, stack.say(at(d, "Key")))
		}
		slices.Sort(dimensions)
		ours[stack.say(at(m, "MetricName"))] = strings.Join(dimensions, " ")
	}
	aws := map[string]string{
		"AWS/CloudFront 5xxErrorRate": "DistributionId Region", "AWS/CloudFront 4xxErrorRate": "DistributionId Region", "AWS/CloudFront Requests": "DistributionId Region",
		"AWS/States ExecutionsStarted": "StateMachineArn", "AWS/States ExecutionsFailed": "StateMachineArn",
		"AWS/States ExecutionsTimedOut": "StateMachineArn", "AWS/States ExecutionsAborted": "StateMachineArn",
		"AWS/SQS ApproximateNumberOfMessagesVisible": "QueueName",
	}
	shown := map[string]bool{}
	for _, m := range widgetMetrics(t, stack) {
		want, known := aws[m.namespace+" "+m.name]
		if m.namespace == name {
			want, known = ours[m.name]
		}
		var dimensions []string
		for _, d := range m.dimensions {
			dimension, _, _ := strings.Cut(d, "=")
			dimensions = append(dimensions, dimension)
		}
		if got := strings.Join(dimensions, " "); !known || got != want {
			t.Errorf("%s %s has the dimensions %s, want %s", m.namespace, m.name, got, want)
		}
		shown[fmt.Sprintf("%s%v", m.name, m.dimensions)] = true
	}
	for _, want := range []string{
		"Ends[End=Rolled Back Workflow=release]", "Ends[End=Recovered Workflow=recover]", "PhaseSeconds[Phase=Step 3]", "PhaseSeconds[Phase=Go Back]",
		"Weight[Primary=E3PRIMARY]", "Failures[Fault=Throttled]", "5xxErrorRate[DistributionId=E1PRIMARY Region=Global]",
		"5xxErrorRate[DistributionId=E4STAGING Region=Global]", "Requests[DistributionId=E2STAGING Region=Global]",
	} {
		if !shown[want] {
			t.Errorf("%s is not shown", want)
		}
	}
}

// TestTheDashboardOfOnePairIsFree: one with up to 50 metrics is (https://aws.amazon.com/cloudwatch/pricing/). Whether those
// of the alarms that it shows are counted is not documented; seven are not shown otherwise.
func TestTheDashboardOfOnePairIsFree(t *testing.T) {
	const (
		free     = 50
		ofAlarms = 7
	)
	var got int
	for _, m := range widgetMetrics(t, stack(t)) {
		if text := fmt.Sprint(m.dimensions); strings.Contains(text, "E3PRIMARY") || strings.Contains(text, "E4STAGING") {
			continue
		}
		got++
		if slices.Contains(m.dimensions, "End=Nothing To Recover") {
			t.Errorf("%v is never counted", m.dimensions)
		}
	}
	if got == 0 || got+ofAlarms > free {
		t.Errorf("got %d metrics, and %d of alarms; free are %d", got, ofAlarms, free)
	}
}

type shownMetric struct {
	namespace, name string
	dimensions      []string
}

// widgetMetrics are the metrics of all widgets. A metric in a widget is a list of namespace, name, dimension, value, …, and
// options (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
func widgetMetrics(t *testing.T, stack *template) []shownMetric {
	t.Helper()
	var body struct {
		Widgets []struct {
			Type       string `json:"type"`
			Properties struct {
				Title   string   `json:"title"`
				Region  string   `json:"region"`
				Alarms  []string `json:"alarms"`
				Metrics [][]any  `json:"metrics"`
			} `json:"properties"`
		} `json:"widgets"`
	}
	text := stack.say(stack.one(t, "AWS::CloudWatch::Dashboard", "Dashboard").Properties["DashboardBody"])
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatalf("the dashboard is no JSON: %v", err)
	}
	var all []shownMetric
	for _, w := range body.Widgets {
		if w.Type == "metric" && (w.Properties.Region == "" || w.Properties.Title == "") {
			t.Errorf("the widget %q is of region %q", w.Properties.Title, w.Properties.Region)
		}
		if w.Type == "alarm" && len(w.Properties.Alarms) != len(stack.all("AWS::CloudWatch::Alarm")) {
			t.Errorf("the dashboard shows %d alarms", len(w.Properties.Alarms))
		}
		for _, parts := range w.Properties.Metrics {
			var words []string
			for _, p := range parts {
				if word, ok := p.(string); ok {
					words = append(words, word)
				}
			}
			if len(words) == 0 { // an expression, which is all options
				continue
			}
			m := shownMetric{namespace: words[0], name: words[1]}
			for d := range slices.Chunk(words[2:], 2) {
				m.dimensions = append(m.dimensions, strings.Join(d, "="))
			}
			slices.Sort(m.dimensions)
			all = append(all, m)
		}
	}
	return all
}
