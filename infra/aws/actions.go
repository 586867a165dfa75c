package main

// need is one IAM action that a method of the SDK needs.
type need struct {
	action string
	// on is what the action must be allowed on, where that is not what the method is called on.
	on target
	// everywhere is why the resource must be *; empty where AWS lets it be named.
	everywhere string
}

// needs is what IAM asks of each method of the SDK, written as the SDK's Go packages name it; mostly, but not always, it
// is the action of the same name. Actions and their resource types are those of the Service Authorization Reference, on
// the page that is named above each group (https://docs.aws.amazon.com/service-authorization/latest/reference/<page>).
func needs() map[string][]need {
	return map[string][]need{
		// list_amazoncloudfront.html. Whoever associates Lambda@Edge functions or switches standard logging on needs
		// permissions on those functions and on the bucket's ACL besides
		// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html,
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html). Whether that is asked of an
		// update that leaves them as they are is unverified; none is given.
		"cloudfront.GetDistribution":                  {{action: "cloudfront:GetDistribution"}},
		"cloudfront.GetDistributionConfig":            {{action: "cloudfront:GetDistributionConfig"}},
		"cloudfront.UpdateDistribution":               {{action: "cloudfront:UpdateDistribution"}},
		"cloudfront.GetContinuousDeploymentPolicy":    {{action: "cloudfront:GetContinuousDeploymentPolicy"}},
		"cloudfront.UpdateContinuousDeploymentPolicy": {{action: "cloudfront:UpdateContinuousDeploymentPolicy"}},
		"cloudfront.DeleteContinuousDeploymentPolicy": {{action: "cloudfront:DeleteContinuousDeploymentPolicy"}},
		"cloudfront.DeleteDistribution":               {{action: "cloudfront:DeleteDistribution"}},
		"cloudfront.ListTagsForResource":              {{action: "cloudfront:ListTagsForResource"}},
		"cloudfront.ListContinuousDeploymentPolicies": {
			{action: "cloudfront:ListContinuousDeploymentPolicies", everywhere: "ListContinuousDeploymentPolicies has no resource type"},
		},
		"cloudfront.ListDistributions": {
			{action: "cloudfront:ListDistributions", everywhere: "ListDistributions has no resource type"},
		},
		"cloudfront.GetMonitoringSubscription": {
			{action: "cloudfront:GetMonitoringSubscription", everywhere: "GetMonitoringSubscription has no resource type"},
		},
		"cloudfront.CreateInvalidation":               {{action: "cloudfront:CreateInvalidation"}},
		"cloudfront.GetInvalidation":                  {{action: "cloudfront:GetInvalidation"}},
		"cloudfront.CreateContinuousDeploymentPolicy": {{action: "cloudfront:CreateContinuousDeploymentPolicy"}},
		// GetDistribution, CreateDistribution and CopyDistribution are required
		// (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CopyDistribution.html); the copy has no id yet. Whether
		// CopyDistribution itself is checked on the copy as well is not documented: unverified, it is allowed on the primary.
		"cloudfront.CopyDistribution": {
			{action: "cloudfront:CopyDistribution"},
			{action: "cloudfront:GetDistribution"},
			{action: "cloudfront:CreateDistribution", on: anyDistribution},
		},
		// "This API operation requires the following IAM permissions: GetDistribution, UpdateDistribution"
		// (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionWithStagingConfig.html), and the
		// Service Authorization Reference knows an action of the method's own name. Which of them is checked on which of the
		// two distributions is not documented: unverified, so each is allowed on both.
		"cloudfront.UpdateDistributionWithStagingConfig": {
			{action: "cloudfront:UpdateDistributionWithStagingConfig"},
			{action: "cloudfront:UpdateDistribution"},
			{action: "cloudfront:GetDistribution"},
		},

		// list_awscloudformation.html. By the id of a resource no stack can be named, and which one IAM then asks about is
		// not documented.
		"cloudformation.DescribeStackResources": {
			{action: "cloudformation:DescribeStackResources", everywhere: "the stack is what is asked for"},
		},
		"cloudformation.DescribeStacks": {{action: "cloudformation:DescribeStacks"}},

		// list_amazoncloudwatch.html
		"cloudwatch.GetMetricData": {
			{action: "cloudwatch:GetMetricData", everywhere: "GetMetricData has no resource type"},
		},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
		"cloudwatch.DescribeAlarms": {
			{action: "cloudwatch:DescribeAlarms", everywhere: "DescribeAlarms leaves composite alarms out unless it is allowed on *"},
		},

		// list_amazons3.html. Reading an object that is missing answers 403 and not 404 without s3:ListBucket
		// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
		"s3.GetObject": {{action: "s3:GetObject"}, {action: "s3:ListBucket", on: recordBucket}},
		// With If-Match it needs s3:GetObject as well
		// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html); whoever has an ETag to
		// send has read the object, and has that already.
		"s3.PutObject": {{action: "s3:PutObject"}},
		// Likewise (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html).
		"s3.DeleteObject":    {{action: "s3:DeleteObject"}},
		"s3.GetBucketPolicy": {{action: "s3:GetBucketPolicy"}},
		"s3.ListObjectsV2":   {{action: "s3:ListBucket"}},
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
		"s3.HeadObject": {{action: "s3:GetObject"}, {action: "s3:ListBucket", on: recordBucket}},
		// The tags of an object go with it (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).
		"s3.CopyObject": {
			{action: "s3:GetObject"}, {action: "s3:GetObjectTagging"}, {action: "s3:PutObject"}, {action: "s3:PutObjectTagging"},
		},

		// list_awsstepfunctions.html
		"sfn.DescribeExecution":   {{action: "states:DescribeExecution"}},
		"sfn.GetExecutionHistory": {{action: "states:GetExecutionHistory"}},

		// list_amazoneventbridge.html
		"eventbridge.PutEvents": {{action: "events:PutEvents"}},
	}
}
