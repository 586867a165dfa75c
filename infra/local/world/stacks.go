package world

import "cloudfront-cd/internal/standin/cloudformation"

// StagingStack is the name of the stack that the staging distribution belongs to.
const StagingStack = "SiteStaging"

// SetStagingStack says what the last deployment of staging's stack has come to, as a StackStatus. Of one that was deleted
// nothing is remembered: it is as if there never was a stack.
func (w *World) SetStagingStack(status string) {
	w.CloudFormation.Put(cloudformation.Stack{
		Name: StagingStack, Status: status, Created: w.Clock.Now(),
		Resources: []cloudformation.Resource{
			{Logical: "Distribution", Physical: w.Pair.StagingID, Type: "AWS::CloudFront::Distribution", Status: "UPDATE_COMPLETE"},
		},
	})
}
