package main

import (
	"fmt"
	"math"
	"slices"
	"time"

	"cloudfront-cd/internal/release"
)

// A gigabyte of logs is taken as 10⁹ bytes, so that it is never fewer than AWS's.
const gigabyte = 1e9

// functionLog is how much an invocation writes into its function's log, in bytes: a line of the handler, which is 200 bytes
// long on the average of a healthy release and at most 500, the execution that it is about, and Lambda's own two or three
// lines. An estimate.
const functionLog = 1500

// month is AWS's own for calculations, 730 hours.
const month = 730 * time.Hour

// logRetention is how long the stack keeps logs unless it is told otherwise (infra/aws, logRetentionDays).
const logRetention = 90 * 24 * time.Hour

// releaseMetrics are the metrics that infra/aws makes of a release's log lines: its end, its weight, and the seconds of six
// phases. A metric is billed by the hour in which it is sent (https://aws.amazon.com/cloudwatch/pricing/, unverified here).
const releaseMetrics = 8

// memory is what each Lambda has, in GB.
const memory = release.LambdaMemory / 1024.0

// bill is what an execution has used.
func bill(x execution) amounts {
	var a amounts
	a[transitions] = float64(x.transitions())
	a[lambdaRequests] = float64(len(x.invocations))
	known := uses()
	for _, call := range x.invocations {
		a[lambdaTime] += call.billed.Seconds() * memory
		u := known[folderOf(call.resource)]
		a[s3Puts] += float64(u.puts)
		a[s3Gets] += float64(u.gets)
		a[metricsRead] += float64(u.metrics)
		a[busEvents] += float64(u.events)
		if x.alarms {
			a[metricRequests] += float64(u.alarms)
		}
	}
	a[logsIngested] = float64(x.logged+functionLog*len(x.invocations)) / gigabyte
	a[logsStored] = a[logsIngested] * logRetention.Hours() / month.Hours()
	a[customMetrics] = releaseMetrics / month.Hours()
	// One trace for the execution and the functions that it calls, unless X-Ray does not sample it; unverified
	// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html).
	a[traces] = 1
	return a
}

// unknown are the resources of invocations whose function is none of ours, each once.
func unknown(x execution) []string {
	var all []string
	for _, call := range x.invocations {
		if folderOf(call.resource) == "" && !slices.Contains(all, call.resource) {
			all = append(all, call.resource)
		}
	}
	return all
}

// times is n times as much.
func (a amounts) times(n float64) amounts {
	for i := range a {
		a[i] *= n
	}
	return a
}

// alternative is another way to wait for as long as the execution took.
type alternative struct {
	name, amount string
	dollars      float64
}

// lambdaLimit is the longest timeout that a Lambda can have
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const lambdaLimit = 15 * time.Minute

// alternatives do nothing but wait. The first is the waiting in this workflow: a transition into every Wait state, and
// nothing for the time in it.
func alternatives(x execution) []alternative {
	p, wall := prices(), x.length()
	waits, asleep, minutes := float64(x.waits), wall.Seconds()*memory, math.Ceil(wall.Minutes())
	chain := int(math.Ceil(float64(wall) / float64(lambdaLimit)))
	all := []alternative{
		{"Wait states of this execution", p[transitions].amount(waits), p[transitions].of(waits)},
		{fmt.Sprintf("%d MB of Lambda, %d in a row", release.LambdaMemory, chain), p[lambdaTime].amount(asleep), p[lambdaTime].of(asleep)},
	}
	for _, b := range builds() {
		all = append(all, alternative{"CodeBuild on Linux, " + b.name, plural(int(minutes), "minute", "minutes"), minutes * b.dollars})
	}
	return all
}
