package preflight_test

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

const (
	staged     = `{"primary": "EPRIMARY1", "change": {"kind": "staged"}}`
	alarmed    = `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "gates": {"alarms": ["` + alarm + `"]}}`
	fast       = `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "gates": {"latency": {"p95": 30}}}`
	otherSite  = `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "domain": "other-site.s3.eu-west-1.amazonaws.com"}}`
	function   = "arn:aws:cloudfront::111122223333:function/rewrite"
	lambdaEdge = "arn:aws:lambda:us-east-1:111122223333:function:edge:7"
)

// stackIs is a release of what the stack of staging, which has that status, has deployed.
func stackIs(status cftypes.StackStatus) func(*world) {
	return func(w *world) {
		w.request(staged)
		w.stacks[0].StackStatus = status
	}
}

// findingCase makes one thing of a clean world worth a finding.
type findingCase struct {
	change func(*world)
	name   string
	level  string
	says   []string // in fact, why or what to do
	beside []string // further findings that follow from the same change; the estimate of traffic is expected always
}

func findingCases() map[string]findingCase {
	return map[string]findingCase{
		"HTTP/3 on the primary": {
			func(w *world) { w.primary().HttpVersion = types.HttpVersionHttp2and3 },
			release.HTTP3Enabled, release.Block,
			[]string{"primary EPRIMARY1", "http2and3", "HttpVersion to http2"},
			nil,
		},
		"HTTP/3 on staging": {
			func(w *world) { w.staging().HttpVersion = types.HttpVersionHttp3 },
			release.HTTP3Enabled, release.Block,
			[]string{"staging ESTAGING1", "http3"},
			nil,
		},
		"a multi-tenant distribution": {
			func(w *world) {
				w.both(func(c *types.DistributionConfig) { c.ConnectionMode = types.ConnectionModeTenantOnly })
			},
			release.MultiTenant, release.Block,
			[]string{"primary EPRIMARY1", "tenant-only"},
			nil,
		},
		"a request that names a staging distribution": {
			func(w *world) { w.primary().Staging, w.primary().ContinuousDeploymentPolicyId = aws.Bool(true), nil },
			release.PrimaryIsStaging, release.Block,
			[]string{primaryID, primaryID + domain},
			nil,
		},
		"a policy that names a distribution without the staging flag": {
			func(w *world) { w.staging().Staging = aws.Bool(false) },
			release.StagingFlagMissing, release.Block,
			[]string{policyID, stagingID, stagingID + domain},
			nil,
		},
		"a disabled staging distribution": {
			func(w *world) { w.staging().Enabled = aws.Bool(false) },
			release.StagingDisabled, release.Block,
			[]string{stagingID},
			nil,
		},
		"a disabled primary": {
			func(w *world) { w.primary().Enabled = aws.Bool(false) },
			release.PrimaryDisabled, release.Block,
			[]string{primaryID},
			nil,
		},
		"no policy": {
			func(w *world) { w.primary().ContinuousDeploymentPolicyId = aws.String("") },
			release.PolicyNotAttached, release.Block,
			[]string{primaryID},
			nil,
		},
		"a policy that does not exist": {
			func(w *world) { w.fail["GetContinuousDeploymentPolicy"] = answer("NoSuchContinuousDeploymentPolicy") },
			release.PolicyMissing, release.Block,
			[]string{primaryID, policyID},
			nil,
		},
		"a policy that someone else enabled": {
			func(w *world) { w.policy.Enabled = aws.Bool(true) },
			release.PolicyEnabled, release.Block,
			[]string{
				policyID, "a weight of 0.05", "someone else",
				"aws cloudfront update-continuous-deployment-policy --id POLICY1 --if-match \"$etag\" --continuous-deployment-policy-config file://policy.json",
			},
			nil,
		},
		"a staging distribution that no distribution is": {
			func(w *world) { w.listed = []string{"EOTHER1", "EOTHER2", primaryID} },
			release.StagingUnknown, release.Block,
			[]string{policyID, stagingID + domain},
			nil,
		},
		"a policy that names two staging distributions": {
			func(w *world) {
				w.policy.StagingDistributionDnsNames.Items = []string{"a.cloudfront.net", "b.cloudfront.net"}
			},
			release.StagingUnknown, release.Block,
			[]string{"2 staging distributions", "a.cloudfront.net", "b.cloudfront.net"},
			nil,
		},
		"a staging distribution deleted since it was listed": {
			func(w *world) { delete(w.configs, stagingID) },
			release.StagingUnknown, release.Block,
			[]string{stagingID + domain},
			nil,
		},
		"someone else's change on its way": {
			func(w *world) { w.status[stagingID] = "InProgress" },
			release.InProgress, release.Block,
			[]string{"staging ESTAGING1 is InProgress", "2026-11-23T12:30:30Z"},
			nil,
		},
		"a field that must not differ": {
			func(w *world) { w.staging().PriceClass = types.PriceClassPriceClass100 },
			release.IllegalDifference, release.Block,
			[]string{"PriceClass: PriceClass_All → PriceClass_100", "CacheBehaviors, Comment"},
			nil,
		},
		"an alias on staging": {
			func(w *world) { w.staging().Aliases = &types.Aliases{Items: []string{"new.example.com"}} },
			release.IllegalDifference, release.Block,
			[]string{"Aliases", "new.example.com"},
			nil,
		},
		"staging with more than the origin's change": {
			func(w *world) { w.staging().DefaultRootObject = aws.String("home.html") },
			release.StagingCarriesOtherChanges, release.Block,
			[]string{"DefaultRootObject: index.html → home.html", "origin site", "staged"},
			nil,
		},
		"an origin that the primary does not have": {
			func(w *world) { w.doc.Plan.Change.Origin = "sites" },
			release.OriginUnknown, release.Block,
			[]string{`"sites"`, "site"},
			nil,
		},
		"a web ACL on the primary only": {
			func(w *world) { w.primary().WebACLId = aws.String("arn:aws:wafv2:acl/shop") },
			release.WebACLDiffers, release.Block,
			[]string{"primary EPRIMARY1 has the web ACL arn:aws:wafv2:acl/shop", "staging ESTAGING1 has no web ACL"},
			nil,
		},
		"another web ACL on staging": {
			func(w *world) {
				w.primary().WebACLId, w.staging().WebACLId = aws.String("arn:aws:wafv2:acl/shop"), aws.String("arn:aws:wafv2:acl/new")
			},
			release.IllegalDifference, release.Block,
			[]string{"WebACLId: arn:aws:wafv2:acl/shop → arn:aws:wafv2:acl/new"},
			nil,
		},
		"custom error responses": {
			func(w *world) {
				w.both(func(c *types.DistributionConfig) {
					c.CustomErrorResponses = &types.CustomErrorResponses{Items: []types.CustomErrorResponse{
						{ErrorCode: aws.Int32(404)},
						{ErrorCode: aws.Int32(403)},
					}}
				})
			},
			release.CustomErrorResponses, release.Warn,
			[]string{"403, 404", "M. Borgmeier"},
			nil,
		},
		"a function on staging only": {
			func(w *world) {
				w.request(staged)
				w.staging().DefaultCacheBehavior.LambdaFunctionAssociations = &types.LambdaFunctionAssociations{Items: []types.LambdaFunctionAssociation{
					{EventType: types.EventTypeOriginRequest, LambdaFunctionARN: aws.String(lambdaEdge)},
				}}
			},
			release.EdgeFunctionDiffers, release.Warn,
			[]string{lambdaEdge, "DefaultCacheBehavior.LambdaFunctionAssociations[origin-request]"},
			[]string{release.StagedDifferences},
		},
		"a CloudFront Function on both": {
			func(w *world) {
				w.both(func(c *types.DistributionConfig) {
					c.DefaultCacheBehavior.FunctionAssociations = &types.FunctionAssociations{Items: []types.FunctionAssociation{
						{EventType: types.EventTypeViewerRequest, FunctionARN: aws.String(function)},
					}}
				})
			},
			release.EdgeFunctionShared, release.Note,
			[]string{function},
			nil,
		},
		"a path pattern on staging only": {
			func(w *world) {
				w.request(staged)
				w.staging().CacheBehaviors = &types.CacheBehaviors{Items: []types.CacheBehavior{{PathPattern: aws.String("/beta/*")}}}
			},
			release.PathPatternOnlyOnStaging, release.Warn,
			[]string{`"/beta/*"`},
			[]string{release.StagedDifferences},
		},
		"a policy without stickiness": {
			func(w *world) { w.policy.TrafficConfig.SingleWeightConfig.SessionStickinessConfig = nil },
			release.StickinessOff, release.Warn,
			[]string{policyID},
			nil,
		},
		"a policy that routes by header": {
			func(w *world) {
				w.policy.TrafficConfig = &types.TrafficConfig{
					Type:               types.ContinuousDeploymentPolicyTypeSingleHeader,
					SingleHeaderConfig: &types.ContinuousDeploymentSingleHeaderConfig{Header: aws.String("aws-cf-cd-qa"), Value: aws.String("yes")},
				}
			},
			release.HeaderRouting, release.Note,
			[]string{policyID, "aws-cf-cd-qa: yes"},
			[]string{release.StickinessOff},
		},
		"metrics that may not be read": {
			func(w *world) { w.fail["GetMetricData"] = answer("AccessDenied") },
			release.MetricsUnreadable, release.Block,
			[]string{"AccessDenied", "cloudwatch:GetMetricData"},
			nil,
		},
		"too few viewers": {
			func(w *world) { w.perMinute = 1000 },
			release.TrafficTooLow, release.Block,
			[]string{"1000 requests a minute", "too few to tell 5xx", "step 1 (weight 0.05", "ramp[0].deadline", "between 11:27 and 11:57 UTC"},
			nil,
		},
		"no viewers": {
			func(w *world) { w.perMinute = 0 },
			release.TrafficTooLow, release.Block,
			[]string{"no datapoint", primaryID + domain},
			nil,
		},
		"an alarm in ALARM": {
			func(w *world) { w.request(alarmed); w.alarms[alarm] = cwtypes.StateValueAlarm },
			release.AlarmUnusable, release.Block,
			[]string{"site-5xx", "ALARM already"},
			nil,
		},
		"an alarm that does not exist": {
			func(w *world) { w.request(alarmed) },
			release.AlarmUnusable, release.Block,
			[]string{alarm},
			nil,
		},
		"alarms that may not be read": {
			func(w *world) { w.request(alarmed); w.fail["DescribeAlarms"] = answer("AccessDenied") },
			release.AlarmUnusable, release.Block,
			[]string{"site-5xx", "AccessDenied"},
			nil,
		},
		"an alarm without data": {
			func(w *world) { w.request(alarmed); w.alarms[alarm] = cwtypes.StateValueInsufficientData },
			release.AlarmUnusable, release.Note,
			[]string{"site-5xx", "INSUFFICIENT_DATA"},
			nil,
		},
		"additional metrics that are off on staging, where a gate needs them": {
			func(w *world) { w.request(fast); delete(w.metrics, stagingID) },
			release.AdditionalMetricsOff, release.Block,
			[]string{
				"off on staging ESTAGING1", "charges", "aws cloudfront create-monitoring-subscription --distribution-id ESTAGING1 " +
					"--monitoring-subscription RealtimeMetricsSubscriptionConfig={RealtimeMetricsSubscriptionStatus=Enabled}",
			},
			nil,
		},
		"additional metrics that are switched off on both": {
			func(w *world) { w.request(fast); w.metrics[primaryID], w.metrics[stagingID] = off, off },
			release.AdditionalMetricsOff, release.Block,
			[]string{
				"off on primary EPRIMARY1 and staging ESTAGING1",
				"aws cloudfront delete-monitoring-subscription --distribution-id EPRIMARY1 && aws cloudfront create-monitoring-subscription --distribution-id EPRIMARY1",
			},
			nil,
		},
		"additional metrics of which nobody may know": {
			func(w *world) { w.request(fast); w.fail["GetMonitoringSubscription"] = answer("AccessDenied") },
			release.CannotVerify, release.Warn,
			[]string{"additional metrics", "primary EPRIMARY1 and staging ESTAGING1", "AccessDenied", "cloudfront:GetMonitoringSubscription"},
			nil,
		},
		"a step too short for the latency gate": {
			func(w *world) {
				w.perMinute = 600_000
				w.request(`{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "path": "/green"},
					"ramp": [{"weight": 0.1, "observe": "1m", "deadline": "11m"}, {"weight": 0.15, "observe": "10m"}], "gates": {"latency": {"p95": 30}}}`)
			},
			release.LatencyMinutesTooFew, release.Block,
			[]string{"fewer than 7 minutes, and step 1 (deadline 11m) can judge 6", `ramp[0].deadline of at least "12m"`},
			nil,
		},
		"a bucket policy that names the primary only": {
			func(w *world) { w.policies[siteBucket] = bucketPolicy(siteBucket+"/*", primaryARN) },
			release.BucketPolicyRefusesStaging, release.Block,
			[]string{
				"origin site", siteBucket, "staging ESTAGING1",
				`"Resource": "arn:aws:s3:::example-site/green/*"`, `{"AWS:SourceArn": "` + stagingARN + `"}`,
			},
			nil,
		},
		"another bucket, which lets staging in but not the primary": {
			func(w *world) {
				w.request(otherSite)
				w.policies["other-site"] = bucketPolicy("other-site/*", stagingARN)
			},
			"bucket-policy-refuses-primary", release.Block,
			[]string{"origin site", "other-site", "primary EPRIMARY1", primaryARN, "after the promotion"},
			nil,
		},
		"a bucket policy that may not be read": {
			func(w *world) { w.fail["GetBucketPolicy"] = answer("AccessDenied") },
			release.CannotVerify, release.Warn,
			[]string{"origin site", "AccessDenied", stagingARN},
			nil,
		},
		"an S3 origin whose bucket cannot be told": {
			func(w *world) {
				w.both(func(c *types.DistributionConfig) {
					c.Origins.Items[0].DomainName = aws.String("site-111122223333.s3-accesspoint.eu-west-1.amazonaws.com")
				})
			},
			release.CannotVerify, release.Warn,
			[]string{"origin site", "site-111122223333.s3-accesspoint"},
			nil,
		},
		"a hold": {
			func(w *world) {
				body, _ := json.Marshal(record.Hold{Execution: release.Execution{Name: "x0"}, Cause: "The policy could not be switched off."})
				w.objects[record.HoldKey(primaryID)] = body
			},
			release.OnHold, release.Block,
			[]string{"x0", "The policy could not be switched off", "s3://records-bucket/holds/EPRIMARY1.json", `{"primary":"EPRIMARY1","clearHold":true`},
			nil,
		},
		"a hold that an operator wrote by hand": {
			func(w *world) { w.objects[record.HoldKey(primaryID)] = []byte("audit until Friday") },
			release.OnHold, release.Block,
			[]string{"someone", "s3://records-bucket/holds/EPRIMARY1.json", `{"primary":"EPRIMARY1","clearHold":true`},
			nil,
		},
		"a difference that was deployed to staging": {
			func(w *world) { w.request(staged); w.staging().DefaultRootObject = aws.String("home.html") },
			release.StagedDifferences, release.Note,
			[]string{"DefaultRootObject: index.html → home.html", "in the record"},
			nil,
		},
		"an older place of the content on staging": {
			func(w *world) {
				w.request(staged)
				w.staging().Origins.Items[0].OriginPath = aws.String("/red")
			},
			release.StagedContentMoves, release.Warn,
			[]string{"origin site reads example-site.s3.eu-central-1.amazonaws.com/red on staging", "example-site.s3.eu-central-1.amazonaws.com/blue on the primary"},
			[]string{release.StagedDifferences},
		},
		"a stack of staging that is being updated": {
			stackIs(cftypes.StackStatusUpdateInProgress),
			release.StagingStackUnfinished, release.Block,
			[]string{"SiteStaging", stagingID, "UPDATE_IN_PROGRESS", "--stack-name SiteStaging"},
			nil,
		},
		"a stack of staging that still removes what it replaced": {
			stackIs(cftypes.StackStatusUpdateCompleteCleanupInProgress),
			release.StagingStackUnfinished, release.Block,
			[]string{"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"},
			nil,
		},
		"a stack of staging whose update failed": {
			func(w *world) {
				stackIs(cftypes.StackStatusUpdateRollbackFailed)(w)
				w.stacks[0].StackStatusReason = aws.String("The following resource(s) failed to update: [Distribution].")
			},
			release.StagingStackUnfinished, release.Block,
			[]string{"UPDATE_ROLLBACK_FAILED", "failed to update: [Distribution]"},
			nil,
		},
		"a stack of staging that was rolled back": {
			func(w *world) {
				stackIs(cftypes.StackStatusUpdateRollbackComplete)(w)
				w.staging().DefaultRootObject = aws.String("home.html")
			},
			release.StagingStackRolledBack, release.Warn,
			[]string{"SiteStaging", "UPDATE_ROLLBACK_COMPLETE", "the one before it"},
			[]string{release.StagedDifferences},
		},
		"a stack of staging that was rolled back to what the primary has": {
			stackIs(cftypes.StackStatusUpdateRollbackComplete),
			release.StagingStackRolledBack, release.Note,
			[]string{"UPDATE_ROLLBACK_COMPLETE"},
			nil,
		},
		"a nested stack of staging, whose root is not through": {
			func(w *world) {
				stackIs(cftypes.StackStatusUpdateComplete)(w)
				w.stacks[0].RootId = aws.String("arn:Site")
				w.stacks = append(w.stacks, stack("Site", cftypes.StackStatusUpdateInProgress))
			},
			release.StagingStackUnfinished, release.Block,
			[]string{"the stack Site of", "UPDATE_IN_PROGRESS"},
			nil,
		},
		"a staging distribution of no stack": {
			func(w *world) { w.request(staged); w.stacks = nil },
			release.StagingStackUnknown, release.Warn,
			[]string{"no stack of this region has " + stagingID, "Terraform"},
			nil,
		},
		"a staging distribution whose stack was deleted": {
			stackIs(cftypes.StackStatusDeleteComplete),
			release.StagingStackUnknown, release.Warn,
			[]string{"SiteStaging was deleted"},
			nil,
		},
		"a staging distribution whose stack has just gone": {
			func(w *world) { w.request(staged); w.fail["DescribeStacks"] = answer("ValidationError") },
			release.StagingStackUnknown, release.Warn,
			[]string{"arn:SiteStaging does not exist any more"},
			nil,
		},
		"stacks that may not be read": {
			func(w *world) { w.request(staged); w.fail["DescribeStackResources"] = answer("AccessDenied") },
			release.StagingStackUnknown, release.Warn,
			[]string{"AccessDenied", "cloudformation:DescribeStacks"},
			nil,
		},
		"a lock taken over": {
			func(w *world) {
				w.doc.Lock.TakenOverFrom = "arn:aws:states:us-east-1:111122223333:execution:release:x0"
				w.doc.Recovery.Note = "the policy was switched off."
			},
			release.PreviousReleaseUnfinished, release.Note,
			[]string{"execution:release:x0", "the policy was switched off"},
			nil,
		},
	}
}
