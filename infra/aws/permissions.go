package main

// target is what a method is called on; its name is the Sid of the statement that allows it. statements.go has the ARNs.
type target string

const (
	primaries     target = "PrimaryDistributions"
	stagings      target = "StagingDistributions"
	distributions target = "Distributions" // of both kinds
	policies      target = "ContinuousDeploymentPolicies"
	executions    target = "Executions"
	locks         target = "Locks"
	holds         target = "Holds"
	evidence      target = "Evidence"
	recordBucket  target = "RecordBucket"
	originBuckets target = "OriginBuckets"
	carried       target = "Carried" // what content releases have carried, in the record bucket
	objects       target = "ContentObjects"
	buckets       target = "ContentBuckets"
	eventBus      target = "EventBus"
	stacks        target = "Stacks"
	anything      target = "Anything" // for methods whose actions.go says that nothing can be named
)

// function is a folder below lambdas/ with what its Lambda calls.
type function struct {
	folder string
	calls  []calls
}

// calls are methods as actions.go names them, and what they are called on.
type calls struct {
	on      target
	methods []string
}

// functions is every Lambda with its permissions. A test compares the actions with the handlers' interfaces, in both
// directions: what a handler cannot call its role does not allow.
func functions() []function { //nolint:funlen // a table
	const (
		getConfig         = "cloudfront.GetDistributionConfig"
		getDistribution   = "cloudfront.GetDistribution"
		update            = "cloudfront.UpdateDistribution"
		updateFromStaging = "cloudfront.UpdateDistributionWithStagingConfig"
		list              = "cloudfront.ListDistributions"
		getPolicy         = "cloudfront.GetContinuousDeploymentPolicy"
		monitoring        = "cloudfront.GetMonitoringSubscription"
		updatePolicy      = "cloudfront.UpdateContinuousDeploymentPolicy"
		metrics           = "cloudwatch.GetMetricData"
		alarms            = "cloudwatch.DescribeAlarms"
		read              = "s3.GetObject"
		write             = "s3.PutObject"
		remove            = "s3.DeleteObject"
		bucketPolicy      = "s3.GetBucketPolicy"
		head              = "s3.HeadObject"
		listObjects       = "s3.ListObjectsV2"
		copyObject        = "s3.CopyObject"
		invalidate        = "cloudfront.CreateInvalidation"
		getInvalidation   = "cloudfront.GetInvalidation"
		describe          = "sfn.DescribeExecution"
		history           = "sfn.GetExecutionHistory"
		putEvents         = "eventbridge.PutEvents"
		stackOf           = "cloudformation.DescribeStackResources"
		stack             = "cloudformation.DescribeStacks"
	)
	on := func(on target, methods ...string) calls { return calls{on, methods} }
	lambda := func(folder string, calls ...calls) function { return function{folder, calls} }
	// Every step that writes reads the lock first, and writes nothing without it.
	fence := on(locks, read)
	return []function{
		lambda("acquirelock", on(locks, read, write), on(executions, describe)),
		lambda("announce", on(eventBus, putEvents)),
		lambda("carryassets", fence, on(carried, read, write), on(buckets, listObjects), on(objects, read, copyObject)),
		lambda("changestaging", fence, on(distributions, getConfig), on(policies, getPolicy), on(stagings, update)),
		lambda("checkcontent", on(primaries, getConfig), on(buckets, listObjects), on(objects, read, head)),
		lambda("checkdeployed", on(distributions, getDistribution), on(policies, getPolicy)),
		lambda("checkinvalidation", on(distributions, getInvalidation)),
		lambda("checkpair", on(distributions, getConfig)),
		lambda("clearhold", on(holds, read, remove), on(primaries, getDistribution), on(policies, getPolicy)),
		lambda("confirmpromotion", on(primaries, getConfig)),
		lambda("examinepair", fence, on(evidence, read), on(primaries, getConfig), on(executions, history)),
		lambda("finddeadrun", fence, on(executions, describe)),
		lambda("finish", on(evidence, read, write)),
		lambda("idleside", on(distributions, getConfig), on(locks, read), on(evidence, read)),
		lambda("invalidate", fence, on(distributions, invalidate)),
		lambda("judgehealth", on(anything, alarms)),
		lambda("judgeprimary", on(primaries, getConfig), on(anything, alarms)),
		lambda("observe", on(anything, metrics)),
		lambda("placehold", fence, on(holds, write)),
		lambda("preflight",
			on(distributions, getDistribution, monitoring), on(policies, getPolicy), on(originBuckets, bucketPolicy),
			on(anything, list, metrics, alarms, stackOf), on(stacks, stack), on(holds, read), on(evidence, write)),
		lambda("promote", fence, on(distributions, getConfig, updateFromStaging)),
		lambda("provetraffic", on(policies, getPolicy), on(anything, metrics)),
		lambda("recover", fence, on(evidence, read), on(primaries, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("releaselock", on(locks, read, write, remove)),
		lambda("restoreprimary", fence, on(evidence, read), on(primaries, getConfig, update)),
		lambda("routeheader", fence, on(stagings, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("shifttraffic", fence, on(stagings, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("smoketest", on(distributions, getConfig), on(policies, getPolicy), on(objects, read)),
		lambda("stoptraffic", fence, on(policies, getPolicy, updatePolicy)),
		lambda("validaterequest"),
	}
}
