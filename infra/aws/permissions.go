package main

// target is what a call is made on. Its name is the Sid of the statement that allows it.
type target string

const (
	primaries     target = "PrimaryDistributions"
	stagings      target = "StagingDistributions"
	distributions target = "Distributions" // of both kinds
	policies      target = "ContinuousDeploymentPolicies"
	locks         target = "Locks"
	holds         target = "Holds"
	evidence      target = "Evidence"
	recordBucket  target = "RecordBucket"
	originBuckets target = "OriginBuckets"
	executions    target = "Executions"
	eventBus      target = "EventBus"
	anything      target = "" // for methods whose resource cannot be named
)

// function is a folder below lambdas/ with the calls that its Lambda makes.
type function struct {
	folder string
	does   string
	calls  []calls
}

// calls are methods of the SDK, named as in needs, and what they are called on.
type calls struct {
	on      target
	methods []string
}

// functions is the permission table: every Lambda with what it calls on what. A test compares the methods with the
// handlers' interfaces, in both directions.
func functions() []function {
	const (
		getConfig    = "cloudfront.GetDistributionConfig"
		getDist      = "cloudfront.GetDistribution"
		updateDist   = "cloudfront.UpdateDistribution"
		getPolicy    = "cloudfront.GetContinuousDeploymentPolicy"
		updatePolicy = "cloudfront.UpdateContinuousDeploymentPolicy"
		getObject    = "s3.GetObject"
		putObject    = "s3.PutObject"
		deleteObject = "s3.DeleteObject"
		metricData   = "cloudwatch.GetMetricData"
		describe     = "cloudwatch.DescribeAlarms"
	)
	on := func(on target, methods ...string) calls { return calls{on, methods} }
	fence := on(locks, getObject)
	return []function{
		{"acquirelock", "Takes the lock on the primary.", []calls{on(locks, getObject, putObject), on(executions, "sfn.DescribeExecution")}},
		{"announce", "Puts an event on the event bus.", []calls{on(eventBus, "eventbridge.PutEvents")}},
		{"changestaging", "Makes the requested change to the staging distribution.", []calls{fence, on(distributions, getConfig), on(stagings, updateDist), on(policies, getPolicy)}},
		{"checkdeployed", "Asks whether a write is deployed everywhere.", []calls{on(distributions, getDist), on(policies, getPolicy)}},
		{"checkpair", "Checks that nobody has changed either config.", []calls{on(distributions, getConfig)}},
		{"clearhold", "Lets releases go on after an operator has looked.", []calls{on(holds, getObject, deleteObject), on(primaries, getDist), on(policies, getPolicy)}},
		{"confirmpromotion", "Finds out whether a promotion happened.", []calls{on(primaries, getConfig)}},
		{"examinepair", "Finds out what a dead run had done.", []calls{fence, on(evidence, getObject), on(primaries, getConfig), on(executions, "sfn.GetExecutionHistory")}},
		{"finddeadrun", "Finds the dead run that holds the lock.", []calls{fence, on(executions, "sfn.DescribeExecution")}},
		{"finish", "Decides the end and writes the evidence.", []calls{on(evidence, getObject, putObject)}},
		{"judgehealth", "Decides whether staging is healthy.", []calls{on(anything, describe)}},
		{"judgeprimary", "Decides whether the primary is healthy.", []calls{on(primaries, getConfig), on(anything, describe)}},
		{"observe", "Reads requests and errors.", []calls{on(anything, metricData)}},
		{"placehold", "Keeps the next releases away.", []calls{fence, on(holds, putObject)}},
		{"preflight", "Looks at the pair before anything is touched.", []calls{
			on(distributions, getDist), on(policies, getPolicy), on(anything, "cloudfront.ListDistributions", metricData, describe),
			on(originBuckets, "s3.GetBucketPolicy"), on(holds, getObject), on(evidence, putObject),
		}},
		{"promote", "Copies the judged staging config to the primary.", []calls{fence, on(distributions, getConfig, "cloudfront.UpdateDistributionWithStagingConfig")}},
		{"provetraffic", "Measures the share that staging receives.", []calls{on(policies, getPolicy), on(anything, metricData)}},
		{"recover", "Switches off the policy that a dead run left on.", []calls{fence, on(evidence, getObject), on(primaries, getConfig), on(policies, getPolicy, updatePolicy)}},
		{"releaselock", "Frees the lock on the primary.", []calls{on(locks, getObject, putObject, deleteObject)}},
		{"restoreprimary", "Puts the primary's config from before back.", []calls{fence, on(evidence, getObject), on(primaries, getConfig, updateDist)}},
		{"shifttraffic", "Sends the next step's share to staging.", []calls{fence, on(stagings, getConfig), on(policies, getPolicy, updatePolicy)}},
		{"stoptraffic", "Switches the policy off.", []calls{fence, on(policies, getPolicy, updatePolicy)}},
		{"validaterequest", "Checks every rule of the request.", nil},
	}
}
