package world

import (
	"time"

	"cloudfront-cd/internal/standin/cloudformation"
)

// StagingStack is the name of the stack that the staging distribution belongs to.
const StagingStack = "SiteStaging"

// SetStagingStack says what the last deployment of staging's stack has come to, as a StackStatus. One that is deleted is
// deleted now, and remembered unless CloudFormation.ForgetsDeleted.
func (w *World) SetStagingStack(status string) {
	var deleted time.Time
	if status == "DELETE_COMPLETE" {
		deleted = w.Clock.Now()
	}
	w.CloudFormation.Put(cloudformation.Stack{
		Name: StagingStack, Status: status, Created: w.Clock.Now(), Deleted: deleted,
		Resources: []cloudformation.Resource{
			{Logical: "Distribution", Physical: w.Pair.StagingID, Type: "AWS::CloudFront::Distribution", Status: "UPDATE_COMPLETE"},
		},
	})
}
