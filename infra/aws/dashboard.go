package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// A dashboard's grid is 24 units wide.
const (
	wide = 24
	half = wide / 2
	high = 6
)

// addDashboard shows what an operator asks: is an alarm on, how do releases end, where are they, how are both sides of each
// pair. A dashboard may have 500 widgets and 2,500 metrics
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html). It is free with up to 50 metrics
// (https://aws.amazon.com/cloudwatch/pricing/), which those of one pair must not exceed; each further pair adds seven.
func (p *parts) addDashboard(alarms []awscloudwatch.Alarm) {
	board := awscloudwatch.NewDashboard(p.stack, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: jsii.String(stackName), DefaultInterval: awscdk.Duration_Hours(jsii.Number(12)),
	})
	board.AddWidgets(guide(), statusOf(alarms))
	board.AddWidgets(ends("Releases by end", release.Release), ends("Recoveries by end", release.Recover))
	board.AddWidgets(phases(), p.weights())
	for _, d := range p.settings.pairs {
		if d.staging == "" {
			continue // not enrolled yet
		}
		board.AddWidgets(errorRates(d), requests(d))
	}
	board.AddWidgets(failures(), p.undeliveredNow())
	board.AddWidgets(p.executions("Executions of release", release.Release), p.executions("Executions of recover", release.Recover))
}

func guide() awscloudwatch.IWidget {
	return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{Width: jsii.Number(half), Height: jsii.Number(high), Markdown: jsii.String(`# ` + stackName + `
An alarm is on? Its description says what has happened; its section in docs/runbook.md has the rest.

**Are viewers safe?** No viewer gets staging where the weight is 0 and staging has no requests. The runbook begins with the
commands that make sure.

**Why did a release end so?** The cause of its execution says it; the log line *step done* of each Lambda says what it has
decided on the way. In Logs Insights, over the log groups /aws/lambda/` + prefix + `*:

    fields @timestamp, @log, message, which, verdict, note, end, fault, cause | filter execution = "…" | sort @timestamp`)})
}

func statusOf(alarms []awscloudwatch.Alarm) awscloudwatch.IWidget {
	var all []interfacesawscloudwatch.IAlarmRef
	for _, a := range alarms {
		all = append(all, a)
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title: jsii.String("Alarms"), Alarms: &all, Width: jsii.Number(half), Height: jsii.Number(high),
	})
}

func ends(title, workflow string) awscloudwatch.IWidget {
	// Without Calibrated, which is nobody's daily end, and would be the one metric too many for a free dashboard.
	titles := []string{release.Promoted, release.NothingToRelease, release.Rejected, release.RolledBack, release.NeedsOperator}
	if workflow == release.Recover {
		// Nothing To Recover does not come by Finish, whose log line makes the metric.
		titles = []string{release.Recovered, release.Rejected, release.NeedsOperator}
	}
	var all []awscloudwatch.IMetric
	for _, end := range titles {
		all = append(all, labelled(ours(metricEnds, sumOf, hour(), dimensionWorkflow, workflow, dimensionEnd, end), end))
	}
	return bars(title, all)
}

// shownSteps are those of a release whose time is shown, the first ones.
const shownSteps = 3

func phases() awscloudwatch.IWidget {
	var all []awscloudwatch.IMetric
	var steps int
	for _, phase := range release.PhaseNames() {
		if strings.HasPrefix(phase, release.PhaseStep) {
			steps++
		}
		if strings.HasPrefix(phase, release.PhaseStep) && steps > shownSteps {
			continue
		}
		all = append(all, labelled(ours(metricPhases, "Average", hour(), dimensionPhase, phase), phase))
	}
	return bars(fmt.Sprintf("Average seconds of a release in each phase, of its steps the first %d", shownSteps), all)
}

// weights go on until they are set again. What was set before the time that is shown cannot be seen.
func (p *parts) weights() awscloudwatch.IWidget {
	var all []awscloudwatch.IMetric
	for i, d := range p.settings.pairs {
		id := fmt.Sprintf("weight%d", i+1)
		all = append(all, awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression:   jsii.String("100*FILL(" + id + ",REPEAT)"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{id: ours(metricWeight, "Minimum", minute(), dimensionPrimary, d.primary)},
			Label:        &d.primary, Period: minute(),
		}))
	}
	return lines("Weight: % of the viewers that the policy sends to staging", all)
}

// errorRates and requests are CloudFront's own metrics
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html).
func errorRates(d pair) awscloudwatch.IWidget {
	return lines("Error rates of "+d.primary+" and its staging "+d.staging+", %", []awscloudwatch.IMetric{
		labelled(ofCloudFront("5xxErrorRate", "Average", d.primary), "5xx primary"), labelled(ofCloudFront("5xxErrorRate", "Average", d.staging), "5xx staging"),
		labelled(ofCloudFront("4xxErrorRate", "Average", d.primary), "4xx primary"), labelled(ofCloudFront("4xxErrorRate", "Average", d.staging), "4xx staging"),
	})
}

func requests(d pair) awscloudwatch.IWidget {
	return lines("Requests of "+d.primary+" and its staging "+d.staging+", per minute", []awscloudwatch.IMetric{
		labelled(ofCloudFront("Requests", sumOf, d.primary), "primary"), labelled(ofCloudFront("Requests", sumOf, d.staging), "staging"),
	})
}

// failures are those that the state machine repeats, too: a few of Throttled are no harm. What passes by itself and what was
// asked for wrongly are left out, because the dashboard is free with so many metrics.
func failures() awscloudwatch.IWidget {
	var all []awscloudwatch.IMetric
	for _, name := range fault.Names() {
		if name == fault.StillInUse || name == fault.InvalidRequest {
			continue
		}
		all = append(all, labelled(ours(metricFailures, sumOf, minutes(5), dimensionFault, string(name)), string(name)))
	}
	return bars("Failures of Lambdas by fault, each try", all)
}

func (p *parts) undeliveredNow() awscloudwatch.IWidget {
	return lines("Undelivered events and starts", []awscloudwatch.IMetric{
		labelled(p.undeliveredMessages(minutes(5)), "in the queue"),
	})
}

func (p *parts) executions(title, workflow string) awscloudwatch.IWidget {
	var all []awscloudwatch.IMetric
	for _, how := range []string{"Started", "Failed", "TimedOut", "Aborted"} {
		all = append(all, labelled(p.ofMachine("Executions"+how, workflow, hour()), how))
	}
	return lines(title+", per hour", all)
}

func ofCloudFront(name, statistic, distribution string) awscloudwatch.Metric {
	return metric("AWS/CloudFront", name, statistic, minute(), "DistributionId", distribution, "Region", "Global")
}

func labelled(m awscloudwatch.Metric, label string) awscloudwatch.IMetric {
	return m.With(&awscloudwatch.MetricOptions{Label: &label})
}

func lines(title string, metrics []awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: &title, Left: &metrics, Width: jsii.Number(half), Height: jsii.Number(high),
		LeftYAxis: &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
	})
}

// bars have one value for the whole time that is shown.
func bars(title string, metrics []awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: &title, Left: &metrics, Width: jsii.Number(half), Height: jsii.Number(high),
		View: awscloudwatch.GraphWidgetView_BAR, SetPeriodToTimeRange: jsii.Bool(true),
	})
}

func hour() awscdk.Duration   { return minutes(60) }
func minute() awscdk.Duration { return minutes(1) }

func minutes(n int) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(n)) }
