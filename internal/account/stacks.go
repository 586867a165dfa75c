package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cloudfront-cd/internal/fault"
)

// StackReader is CloudFormation in one region.
type StackReader interface {
	DescribeStackResources(context.Context, *cloudformation.DescribeStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error)
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// Stack is the CloudFormation stack that a resource belongs to.
type Stack struct {
	// ID is empty where CloudFormation knows none.
	ID string
	// Deleted is true where the stack, or the resource in it, was deleted.
	Deleted bool
	Status  string
}

// StackOf asks CloudFormation for the stack of a physical resource. A policy has no tags that could tell, and those of a
// distribution that was torn down are gone with it.
//
// "For deleted stacks, DescribeStackResources returns resource information for up to 90 days" (API Reference); whether that
// holds for a question by PhysicalResourceId is unverified. Where it does not, the stack is not known, and nothing is
// concluded from that.
func StackOf(ctx context.Context, api StackReader, physicalID string) (Stack, error) {
	got, err := api.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: &physicalID})
	if missing(err) {
		return Stack{}, nil
	}
	if err != nil {
		return Stack{}, fmt.Errorf("ask CloudFormation for the stack of %s: %w", physicalID, err)
	}
	for _, resource := range got.StackResources {
		if aws.ToString(resource.PhysicalResourceId) != physicalID {
			continue
		}
		id := aws.ToString(resource.StackId)
		stacks, err := api.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &id})
		if err != nil {
			return Stack{}, fmt.Errorf("ask CloudFormation for the status of the stack %s: %w", id, err)
		}
		for _, s := range stacks.Stacks {
			return Stack{ID: id, Status: string(s.StackStatus), Deleted: s.StackStatus == types.StackStatusDeleteComplete}, nil
		}
		return Stack{}, fault.Errorf(fault.Unavailable, "CloudFormation names the stack %s of %s, and does not know it", id, physicalID)
	}
	return Stack{}, nil
}

// missing tells the answer to a resource of no stack, "Stack for … does not exist", from other validation errors.
func missing(err error) bool {
	return fault.Code(err) == "ValidationError" && strings.Contains(err.Error(), "does not exist")
}
