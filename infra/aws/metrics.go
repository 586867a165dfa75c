package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/release"
)

// namespace is that of the metrics that are made from logs.
const namespace = stackName

// The metrics that are made from logs, with their dimensions.
const (
	metricEnds     = "Ends"         // executions, by Workflow and End
	metricPhases   = "PhaseSeconds" // of each release, by Phase
	metricWeight   = "Weight"       // of the policy, whenever it is set, by Primary
	metricFailures = "Failures"     // of Lambdas, by Fault

	metricNeedsOperator = "NeedsOperator"  // executions that end so
	metricReleasesDied  = "ReleasesDied"   // executions of release that ended in none of the ends
	metricRecoverDied   = "RecoveriesDied" // the same of recover

	dimensionWorkflow = "Workflow"
	dimensionEnd      = "End"
	dimensionPhase    = "Phase"
	dimensionPrimary  = "Primary"
	dimensionFault    = "Fault"
)

// logMetric is a metric that CloudWatch makes from the lines of a log group that match a pattern
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html).
//
// A metric has at most three dimensions, whose values are fields of the line, and then no default value; each different
// value is a metric of its own, of which 1,000 within an hour switch the filter off (CloudWatch Logs API Reference,
// PutMetricFilter). So there is no dimension for executions. A Lambda that is called again after a lost answer is counted
// again: these numbers are for dashboards, and alarms only where any number above zero is one too many.
type logMetric struct {
	name    string
	group   awslogs.LogGroup
	pattern string
	// value is a number, or the path of the field that has it.
	value      string
	dimensions map[string]string
	unit       awscloudwatch.Unit
}

// addMetrics makes the metrics from the logs.
func (p *parts) addMetrics() {
	for _, m := range append(p.functionMetrics(), p.machineMetrics()...) {
		props := &awslogs.MetricFilterProps{
			LogGroup: m.group, FilterPattern: awslogs.FilterPattern_Literal(&m.pattern),
			MetricNamespace: jsii.String(namespace), MetricName: &m.name, MetricValue: &m.value, Unit: m.unit,
		}
		if len(m.dimensions) > 0 {
			fields := map[string]*string{}
			for name, path := range m.dimensions {
				fields[name] = &path
			}
			props.Dimensions = &fields
		}
		awslogs.NewMetricFilter(m.group, &m.name, props)
	}
}

// Lines of the log of a Lambda, as fault.Handler writes them; a handler writes no other but "phase ended".
const (
	whenDone   = `{ $.message = "step done" }`
	whenFailed = `{ $.message = "step failed" }`
)

func (p *parts) functionMetrics() []logMetric {
	count := awscloudwatch.Unit_COUNT
	byPrimary := map[string]string{dimensionPrimary: "$.primary"}
	metrics := []logMetric{
		{
			metricEnds, p.logs["finish"], whenDone, "1",
			map[string]string{dimensionWorkflow: "$.workflow", dimensionEnd: "$.end"},
			count,
		},
		{
			metricPhases, p.logs["finish"], `{ $.message = "phase ended" }`, "$.seconds",
			map[string]string{dimensionPhase: "$.phase"},
			awscloudwatch.Unit_SECONDS,
		},
		{metricWeight, p.logs["shifttraffic"], whenDone, "$.weight", byPrimary, awscloudwatch.Unit_NONE},
		{metricWeight, p.logs["stoptraffic"], whenDone, "0", byPrimary, awscloudwatch.Unit_NONE},
		{metricWeight, p.logs["recover"], `{ $.message = "step done" && $.needed IS TRUE }`, "0", byPrimary, awscloudwatch.Unit_NONE},
	}
	for _, f := range functions() {
		metrics = append(metrics, logMetric{
			metricFailures, p.logs[f.folder], whenFailed, "1", map[string]string{dimensionFault: "$.fault"}, count,
		})
	}
	return metrics
}

// machineMetrics are made from the logs of the executions, which Step Functions writes: they do not depend on any Lambda.
// An event in the log has its type, its details, and execution_arn (as in https://github.com/linz/geostore/pull/2300); the
// details are those of the API's HistoryEvent. Delivery is by best effort, so that the mail of an operator's case
// (mailCauses) goes another way.
func (p *parts) machineMetrics() []logMetric {
	var metrics []logMetric
	for _, workflow := range release.Workflows() {
		metrics = append(metrics,
			logMetric{metricNeedsOperator, p.machineLogs[workflow], filter(operatorNeeded()), "1", nil, awscloudwatch.Unit_COUNT})
		// What another workflow leaves when it dies, recover makes safe, or the next cleanup finds (docs/design.md).
		name := map[string]string{release.Release: metricReleasesDied, release.Recover: metricRecoverDied}[workflow]
		if name != "" {
			metrics = append(metrics, logMetric{name, p.machineLogs[workflow], filter(died()), "1", nil, awscloudwatch.Unit_COUNT})
		}
	}
	return metrics
}

// operatorNeeded is the entry into the end of that name. The entry and not the failure that follows it: a Fail state whose
// cause cannot be found in the document fails as States.Runtime.
func operatorNeeded() string {
	return fmt.Sprintf(`$.type = "FailStateEntered" && $.details.name = %q`, release.NeedsOperator)
}

// died is a failure that is none of the ends: Step Functions itself gave up, as on States.Runtime, which no Catch sees.
func died() string {
	conditions := []string{`$.type = "ExecutionFailed"`}
	for _, end := range []string{release.Rejected, release.RolledBack, release.NeedsOperator} {
		conditions = append(conditions, fmt.Sprintf(`$.details.error != %q`, end))
	}
	return strings.Join(conditions, " && ")
}

// filter is a condition as a filter's pattern; && binds closer than ||.
func filter(condition string) string { return "{ " + condition + " }" }

// ours is a metric that is made from logs; dimensions are name, value, name, value.
func ours(name, statistic string, period awscdk.Duration, dimensions ...string) awscloudwatch.Metric {
	return metric(namespace, name, statistic, period, dimensions...)
}

// metric is one of AWS's, or of ours.
func metric(namespace, name, statistic string, period awscdk.Duration, dimensions ...string) awscloudwatch.Metric {
	values := map[string]*string{}
	for d := range slices.Chunk(dimensions, 2) {
		values[d[0]] = &d[1]
	}
	props := &awscloudwatch.MetricProps{Namespace: &namespace, MetricName: &name, Statistic: &statistic, Period: period}
	if len(values) > 0 {
		props.DimensionsMap = &values
	}
	return awscloudwatch.NewMetric(props)
}
