package main

import (
	"slices"
	"strings"
)

// use is what one invocation of a function asks of services that bill by the request.
type use struct {
	puts    int // S3: PUT, COPY and LIST; DELETE is free
	gets    int // S3: GET and the like
	metrics int // CloudWatch: metrics named in a GetMetricData
	alarms  int // CloudWatch: DescribeAlarms, where the request names alarms
	events  int // EventBridge: events in a PutEvents
}

// uses is what an invocation of each function may ask for, by its folder below lambdas/: the most that any invocation does
// in any scenario of the local engine. A test counts there, so that this table cannot go out of date. Preflight asks for
// one bucket policy more for each further S3 origin, Observe for two metrics more of each distribution with the latency gate; a
// turn of Carry Assets copies up to a thousand objects, and those of the scenarios but content-50000 are few.
//
// Calls of CloudFront's control plane are not in it: CloudFront's pricing page has no price for them. Nor are those of Step
// Functions, which are in the price of the transitions.
func uses() map[string]use {
	return map[string]use{
		"acquirelock":       {puts: 2, gets: 1},
		"alignstaging":      {gets: 1},
		"announce":          {events: 2},
		"attachpolicy":      {gets: 1},
		"carryassets":       {puts: 28, gets: 3},
		"changestaging":     {gets: 1},
		"checkcontent":      {puts: 2, gets: 6},
		"checkdeployed":     {},
		"checkinvalidation": {},
		"checkpair":         {},
		"checksignal":       {gets: 1},
		"clearhold":         {gets: 1},
		"confirmpromotion":  {},
		"copyprimary":       {gets: 1},
		"createpolicy":      {gets: 2},
		"deletepolicy":      {gets: 1},
		"deletestaging":     {gets: 1},
		"detachpolicy":      {gets: 1},
		"disablepolicy":     {gets: 1},
		"disablestaging":    {gets: 1},
		"examinepair":       {gets: 3},
		"finddeadrun":       {gets: 1},
		"findorphans":       {puts: 9, gets: 13},
		"findpair":          {puts: 4, gets: 7},
		"finish":            {puts: 1, gets: 1},
		"idleside":          {gets: 2},
		"invalidate":        {gets: 1},
		"judgehealth":       {alarms: 1},
		"judgeprimary":      {alarms: 1},
		"lookaround":        {puts: 1, gets: 1},
		"noteresult":        {puts: 1, gets: 1},
		"observe":           {metrics: 6},
		"opendoor":          {puts: 1, gets: 2},
		"placehold":         {puts: 1, gets: 1},
		"preflight":         {puts: 1, gets: 5, metrics: 3, alarms: 1},
		"promote":           {gets: 1},
		"provetraffic":      {metrics: 2},
		"recover":           {gets: 4},
		"releaselock":       {gets: 1},
		"report":            {puts: 1, gets: 1},
		"restoreprimary":    {gets: 2},
		"routeheader":       {gets: 1},
		"shifttraffic":      {gets: 1},
		"smoketest":         {gets: 18},
		"stoptraffic":       {gets: 1},
		"validaterequest":   {},
	}
}

// folderOf finds the function of a task's resource: ${folder} in the local engine, on AWS the ARN of a function whose name
// has the folder as one of its words (arn:aws:lambda:us-east-1:123456789012:function:cloudfront-cd-folder:alias). It is
// empty for a function that is none of ours.
func folderOf(resource string) string {
	folder := strings.TrimSuffix(strings.TrimPrefix(resource, "${"), "}")
	if _, name, ok := strings.Cut(resource, ":function:"); ok {
		folder, _, _ = strings.Cut(name, ":")
	}
	known := uses()
	words := strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return r == '-' || r == '_' })
	for _, word := range slices.Backward(words) {
		if _, ok := known[word]; ok {
			return word
		}
	}
	return ""
}
