package main

// target is what a method is called on; its name is the Sid of the statement that allows it. statements.go has the ARNs.
type target string

const (
	primaries       target = "PrimaryDistributions"
	stagings        target = "StagingDistributions"
	distributions   target = "Distributions" // of both kinds
	policies        target = "ContinuousDeploymentPolicies"
	executions      target = "Executions"
	anyDistribution target = "AnyDistribution"          // of the account: orphans and the copies of enroll have no names beforehand
	unkept          target = "DistributionsNotToBeKept" // of the account, but for those that are tagged
	stacks          target = "Stacks"
	locks           target = "Locks"
	holds           target = "Holds"
	doors           target = "Doors"
	evidence        target = "Evidence"
	cleanups        target = "Cleanups"
	keepList        target = "KeepList"
	recordBucket    target = "RecordBucket"
	originBuckets   target = "OriginBuckets"
	carried         target = "Carried" // what content releases have carried, in the record bucket
	objects         target = "ContentObjects"
	buckets         target = "ContentBuckets"
	eventBus        target = "EventBus"
	anything        target = "Anything" // for methods whose actions.go says that nothing can be named
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
		getConfig          = "cloudfront.GetDistributionConfig"
		getDistribution    = "cloudfront.GetDistribution"
		update             = "cloudfront.UpdateDistribution"
		updateFromStaging  = "cloudfront.UpdateDistributionWithStagingConfig"
		list               = "cloudfront.ListDistributions"
		deleteDistribution = "cloudfront.DeleteDistribution"
		tags               = "cloudfront.ListTagsForResource"
		listPolicies       = "cloudfront.ListContinuousDeploymentPolicies"
		deletePolicy       = "cloudfront.DeleteContinuousDeploymentPolicy"
		getPolicy          = "cloudfront.GetContinuousDeploymentPolicy"
		monitoring         = "cloudfront.GetMonitoringSubscription"
		updatePolicy       = "cloudfront.UpdateContinuousDeploymentPolicy"
		metrics            = "cloudwatch.GetMetricData"
		alarms             = "cloudwatch.DescribeAlarms"
		read               = "s3.GetObject"
		write              = "s3.PutObject"
		remove             = "s3.DeleteObject"
		bucketPolicy       = "s3.GetBucketPolicy"
		head               = "s3.HeadObject"
		listObjects        = "s3.ListObjectsV2"
		copyObject         = "s3.CopyObject"
		invalidate         = "cloudfront.CreateInvalidation"
		getInvalidation    = "cloudfront.GetInvalidation"
		describe           = "sfn.DescribeExecution"
		history            = "sfn.GetExecutionHistory"
		putEvents          = "eventbridge.PutEvents"
		stackOf            = "cloudformation.DescribeStackResources"
		stack              = "cloudformation.DescribeStacks"
		copyDistribution   = "cloudfront.CopyDistribution"
		createPolicy       = "cloudfront.CreateContinuousDeploymentPolicy"
	)
	on := func(on target, methods ...string) calls { return calls{on, methods} }
	lambda := func(folder string, calls ...calls) function { return function{folder, calls} }
	// Every step that writes reads the lock first, and writes nothing without it.
	fence := on(locks, read)
	return []function{
		lambda("acquirelock", on(locks, read, write), on(executions, describe)),
		// Only what the stack knows as a staging distribution is written; a copy that was just made has nothing to be aligned.
		lambda("alignstaging", fence, on(anyDistribution, getDistribution), on(stagings, update)),
		lambda("announce", on(eventBus, putEvents)),
		lambda("attachpolicy", fence, on(primaries, getDistribution, update), on(policies, getPolicy)),
		lambda("carryassets", fence, on(carried, read, write), on(buckets, listObjects), on(objects, read, copyObject)),
		lambda("changestaging", fence, on(distributions, getConfig), on(policies, getPolicy), on(stagings, update)),
		lambda("checkcontent", on(primaries, getConfig), on(buckets, listObjects), on(objects, read, head)),
		// Of cleanup as well, whose distributions nobody can name beforehand.
		lambda("checkdeployed", on(anyDistribution, getDistribution), on(policies, getPolicy)),
		lambda("checkinvalidation", on(distributions, getInvalidation)),
		lambda("checkpair", on(distributions, getConfig)),
		lambda("checksignal", on(doors, read)),
		lambda("clearhold", on(holds, read, remove), on(primaries, getDistribution), on(policies, getPolicy)),
		lambda("confirmpromotion", on(primaries, getConfig)),
		lambda("copyprimary", fence, on(anyDistribution, getConfig), on(primaries, copyDistribution), on(anything, list)),
		lambda("createpolicy", fence, on(evidence, read), on(policies, getPolicy, updatePolicy, createPolicy), on(anything, listPolicies)),
		lambda("deletepolicy", fence, on(policies, getPolicy, deletePolicy)),
		lambda("deletestaging", fence, on(anyDistribution, getConfig), on(unkept, deleteDistribution)),
		lambda("detachpolicy", fence, on(anyDistribution, getConfig), on(unkept, update)),
		lambda("disablepolicy", fence, on(policies, getPolicy, updatePolicy)),
		lambda("disablestaging", fence, on(anyDistribution, getConfig), on(unkept, update)),
		lambda("examinepair", fence, on(evidence, read), on(primaries, getConfig), on(executions, history)),
		lambda("finddeadrun", fence, on(executions, describe)),
		lambda("findorphans",
			fence, on(executions, describe), on(evidence, read), on(cleanups, read, write), on(keepList, read), on(doors, read),
			on(recordBucket, listObjects), on(anyDistribution, tags), on(anything, stackOf), on(stacks, stack)),
		lambda("findpair",
			fence, on(evidence, read, write), on(cleanups, read), on(keepList, read), on(recordBucket, listObjects),
			on(anyDistribution, getDistribution, tags), on(policies, getPolicy), on(anything, list, listPolicies)),
		lambda("finish", on(evidence, read, write)),
		lambda("idleside", on(distributions, getConfig), on(locks, read), on(evidence, read)),
		lambda("invalidate", fence, on(distributions, invalidate)),
		lambda("judgehealth", on(anything, alarms)),
		lambda("judgeprimary", on(primaries, getConfig), on(anything, alarms)),
		lambda("lookaround", on(cleanups, read, write), on(anyDistribution, getDistribution), on(anything, list, listPolicies)),
		lambda("noteresult", on(cleanups, read, write)),
		lambda("observe", on(anything, metrics)),
		lambda("opendoor", fence, on(doors, read, write)),
		lambda("placehold", fence, on(holds, write)),
		lambda("preflight",
			on(anyDistribution, getDistribution, getConfig), on(policies, getPolicy), on(originBuckets, bucketPolicy),
			on(anything, list, listPolicies, monitoring, metrics, alarms, stackOf), on(stacks, stack), on(holds, read), on(doors, read),
			on(evidence, read, write)),
		lambda("promote", fence, on(distributions, getConfig, updateFromStaging)),
		lambda("provetraffic", on(policies, getPolicy), on(anything, metrics)),
		lambda("recover", fence, on(evidence, read), on(primaries, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("releaselock", on(locks, read, write, remove)),
		lambda("report", on(cleanups, read, write)),
		lambda("restoreprimary", fence, on(evidence, read), on(primaries, getConfig, update)),
		lambda("routeheader", fence, on(stagings, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("shifttraffic", fence, on(stagings, getConfig), on(policies, getPolicy, updatePolicy)),
		lambda("smoketest", on(distributions, getConfig), on(policies, getPolicy), on(objects, read)),
		lambda("stoptraffic", fence, on(policies, getPolicy, updatePolicy)),
		lambda("validaterequest"),
	}
}
