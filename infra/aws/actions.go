package main

// need is one IAM action that a method of the SDK needs.
type need struct {
	action string
	// on is what the action must be allowed on, where that is not what the call is made on.
	on target
	// everywhere says why AWS makes it impossible to name the resource; empty where it is possible.
	everywhere string
}

// needs is what IAM asks of each method of the SDK: rarely, but sometimes, not the action of the same name. Actions and
// their resource types are those of the Service Authorization Reference,
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
// on the pages that are named here. Methods are written as the Go packages of the SDK name them.
func needs() map[string][]need {
	return map[string][]need{
		// list_amazoncloudfront.html
		"cloudfront.GetDistribution":                  {{action: "cloudfront:GetDistribution"}},
		"cloudfront.GetDistributionConfig":            {{action: "cloudfront:GetDistributionConfig"}},
		"cloudfront.UpdateDistribution":               {{action: "cloudfront:UpdateDistribution"}},
		"cloudfront.GetContinuousDeploymentPolicy":    {{action: "cloudfront:GetContinuousDeploymentPolicy"}},
		"cloudfront.UpdateContinuousDeploymentPolicy": {{action: "cloudfront:UpdateContinuousDeploymentPolicy"}},
		"cloudfront.ListDistributions": {
			{action: "cloudfront:ListDistributions", everywhere: "ListDistributions has no resource type: it lists the account's distributions"},
		},
		// "This API operation requires the following IAM permissions: GetDistribution, UpdateDistribution" (CloudFront API
		// Reference, UpdateDistributionWithStagingConfig); the Service Authorization Reference has an action of the
		// method's own name besides. Which of the two distributions each is checked on is not documented.
		"cloudfront.UpdateDistributionWithStagingConfig": {
			{action: "cloudfront:UpdateDistributionWithStagingConfig"}, {action: "cloudfront:UpdateDistribution"}, {action: "cloudfront:GetDistribution"},
		},

		// list_amazoncloudwatch.html
		"cloudwatch.GetMetricData": {
			{action: "cloudwatch:GetMetricData", everywhere: "GetMetricData has no resource type"},
		},
		"cloudwatch.DescribeAlarms": {
			{action: "cloudwatch:DescribeAlarms", everywhere: "DescribeAlarms leaves composite alarms out unless it is allowed on * (CloudWatch API Reference, DescribeAlarms)"},
		},

		// list_amazons3.html. Whoever reads an object that may be missing needs s3:ListBucket, or S3 answers 403 and not 404
		// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
		"s3.GetObject": {{action: "s3:GetObject"}, {action: "s3:ListBucket", on: recordBucket}},
		"s3.PutObject": {{action: "s3:PutObject"}},
		// With If-Match, s3:GetObject as well (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).
		"s3.DeleteObject":    {{action: "s3:DeleteObject"}, {action: "s3:GetObject"}},
		"s3.GetBucketPolicy": {{action: "s3:GetBucketPolicy"}},

		// list_awsstepfunctions.html
		"sfn.DescribeExecution":   {{action: "states:DescribeExecution"}},
		"sfn.GetExecutionHistory": {{action: "states:GetExecutionHistory"}},

		// list_amazoneventbridge.html
		"eventbridge.PutEvents": {{action: "events:PutEvents"}},
	}
}
