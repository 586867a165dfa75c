package preflight

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

type stacks interface {
	cloudformation.DescribeStacksAPIClient
	DescribeStackResources(context.Context, *cloudformation.DescribeStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error)
}

// deployment is how the stack that the staging distribution belongs to stands.
type deployment struct {
	// stacks are that stack and, where it is a nested one, the outermost: an update of the whole can still roll back when
	// the part of it is complete.
	stacks []types.Stack
	// unknown is why nothing can be said, in a clause.
	unknown string
}

// noSuchStack is the code of CloudFormation's answer for a stack that does not exist: "If the stack doesn't exist, a
// ValidationError is returned" (API Reference, DescribeStacks). That a resource of no stack is answered likewise is what
// people report; it is not documented.
const noSuchStack = "ValidationError"

// readDeployment finds the stack by the distribution's id. CloudFormation answers for one region, ours.
func (h Handler) readDeployment(ctx context.Context, stagingID string) (*deployment, error) {
	out, err := h.Stacks.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: &stagingID})
	if unknown, err := unreadable(err, "no stack of this region has "+stagingID); unknown != "" || err != nil {
		return &deployment{unknown: unknown}, err
	}
	for _, r := range out.StackResources {
		if aws.ToString(r.PhysicalResourceId) == stagingID {
			return h.readStacks(ctx, aws.ToString(r.StackId))
		}
	}
	return &deployment{unknown: "no stack of this region has " + stagingID}, nil
}

// readStacks reads a stack and its root.
func (h Handler) readStacks(ctx context.Context, id string) (*deployment, error) {
	var d deployment
	for id != "" {
		out, err := h.Stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &id})
		if unknown, err := unreadable(err, "the stack "+id+" does not exist any more"); unknown != "" || err != nil {
			return &deployment{unknown: unknown}, err
		}
		if len(out.Stacks) != 1 {
			return nil, fault.Errorf(fault.Unavailable, "read the stack %s: the answer has %d stacks", id, len(out.Stacks))
		}
		stack := out.Stacks[0]
		d.stacks = append(d.stacks, stack)
		if root := aws.ToString(stack.RootId); len(d.stacks) == 1 && root != id {
			id = root
			continue
		}
		id = ""
	}
	return &d, nil
}

// unreadable says why CloudFormation tells nothing, where asking again would not help.
func unreadable(err error, missing string) (unknown string, again error) {
	switch {
	case err == nil:
		return "", nil
	case fault.Code(err) == noSuchStack:
		return missing, nil
	case gaveUp(err):
		return "CloudFormation cannot be read: " + distribution.Shorten(err.Error(), mostOfOne), nil
	}
	return "", fmt.Errorf("find the stack of the staging distribution: %w", err)
}

// standing is what a stack's status means to a release of what it has deployed.
type standing int

const (
	finished standing = iota
	rolledBack
	deleted
	unfinished // under way, or failed somewhere in between; also every status that is not known here
)

func standingOf(status types.StackStatus) standing {
	switch status { //nolint:exhaustive // whatever is not named is not finished
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusImportComplete:
		return finished
	case types.StackStatusRollbackComplete, types.StackStatusUpdateRollbackComplete, types.StackStatusImportRollbackComplete:
		return rolledBack
	case types.StackStatusDeleteComplete:
		return deleted
	}
	return unfinished
}

// stackFindings are about whether somebody is still putting something on staging.
func stackFindings(f facts) []release.Finding {
	if f.deployment.unknown != "" {
		return []release.Finding{stackUnknown(f.staging.id, f.deployment.unknown)}
	}
	var all []release.Finding
	for _, s := range f.deployment.stacks {
		name, status := aws.ToString(s.StackName), string(s.StackStatus)
		fact := fmt.Sprintf("the stack %s of staging %s is %s", name, f.staging.id, status)
		if reason := aws.ToString(s.StackStatusReason); reason != "" {
			fact += ": " + strings.TrimSuffix(distribution.Shorten(reason, mostOfOne), ".")
		}
		switch standingOf(s.StackStatus) {
		case finished:
		case deleted:
			all = append(all, stackUnknown(f.staging.id, "its stack "+name+" was deleted and left it behind"))
		case rolledBack:
			level := release.Warn
			if len(distribution.Diff(f.primary.config, f.staging.config)) == 0 {
				level = release.Note // there is nothing to release
			}
			all = append(all, finding(level, release.StagingStackRolledBack, fact,
				"the last deployment did not succeed, so staging has what the one before it deployed, and that may be what the primary has",
				"deploy the stack again; if what staging has now is meant, acknowledge "+release.StagingStackRolledBack+
					" (a deployment without a change leaves the status as it is)"))
		case unfinished:
			all = append(all, finding(release.Block, release.StagingStackUnfinished, fact,
				"staging may still change, or have a part of what was meant: what is judged would not be what somebody deployed",
				"wait until the deployment has ended, or mend it, then start again: aws cloudformation describe-stacks --stack-name "+name+
					" --query 'Stacks[0].[StackStatus,StackStatusReason]'"))
		}
	}
	return all
}

func stackUnknown(stagingID, why string) release.Finding {
	return finding(release.Warn, release.StagingStackUnknown,
		fmt.Sprintf("it cannot be proved that the deployment of staging %s has ended: %s", stagingID, why),
		"a release of what is on staging must not begin while somebody is still putting it there",
		"where Terraform, SST or a stack of another region deploys staging, have the pipeline wait for its end and acknowledge "+
			release.StagingStackUnknown+"; else let the workflow's role call cloudformation:DescribeStackResources and cloudformation:DescribeStacks")
}
