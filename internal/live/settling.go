package live

import (
	"fmt"
	"slices"

	"cloudfront-cd/internal/fault"
)

// settling are the refusals that CloudFront gives for a while even after it reports Deployed: terraform-provider-aws retries
// DistributionNotDisabled, PreconditionFailed and InvalidIfMatchVersion for minutes ("CloudFront has eventual consistency
// issues even for 'deployed' state", its distribution.go; PR#33578), and its users have met StagingDistributionInUse
// (#33575). IllegalUpdate may mean that the distribution is InProgress (unverified). Each of them can also last, which is
// why the state machine does not retry for ever.
func settling() []string {
	return []string{
		IllegalUpdate, PreconditionFailed, "InvalidIfMatchVersion", "DistributionNotDisabled", "ResourceInUse",
		"StagingDistributionInUse", "ContinuousDeploymentPolicyInUse",
	}
}

// Settling says what could not be done: StillInUse where CloudFront's refusal may pass.
func Settling(err error, format string, args ...any) error {
	did := fmt.Sprintf(format, args...)
	if slices.Contains(settling(), fault.Code(err)) {
		return fault.Errorf(fault.StillInUse, "%s: %w", did, err)
	}
	return fmt.Errorf("%s: %w", did, err)
}
