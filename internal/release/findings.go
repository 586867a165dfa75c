package release

// Names of Preflight's findings. They are stable: requests acknowledge by them, and the runbook has a section for each.
const (
	HTTP3Enabled               = "http3"
	MultiTenant                = "multi-tenant"
	PrimaryIsStaging           = "primary-is-staging"
	StagingFlagMissing         = "staging-flag-missing"
	StagingDisabled            = "staging-disabled"
	PrimaryDisabled            = "primary-disabled"
	PolicyNotAttached          = "policy-not-attached"
	PolicyMissing              = "policy-missing"
	PolicyEnabled              = "policy-enabled"
	StagingUnknown             = "staging-unknown"
	InProgress                 = "in-progress"
	IllegalDifference          = "illegal-difference"
	StagingCarriesOtherChanges = "staging-carries-other-changes"
	OriginUnknown              = "origin-unknown"
	WebACLDiffers              = "web-acl-differs"
	CustomErrorResponses       = "custom-error-responses"
	EdgeFunctionDiffers        = "edge-function-differs"
	EdgeFunctionShared         = "edge-function-shared"
	PathPatternOnlyOnStaging   = "path-pattern-only-on-staging"
	StickinessOff              = "stickiness-off"
	HeaderRouting              = "header-routing"
	TrafficTooLow              = "traffic-too-low"
	TrafficEstimate            = "traffic-estimate"
	MetricsUnreadable          = "metrics-unreadable"
	BucketPolicyRefusesStaging = "bucket-policy-refuses-staging"
	BucketPolicyRefusesPrimary = "bucket-policy-refuses-primary"
	CannotVerify               = "cannot-verify"
	OnHold                     = "hold"
	PreviousReleaseUnfinished  = "previous-release-unfinished"
	StagedDifferences          = "staged-differences"
	StagedContentMoves         = "staged-content-moves"
	StagingStackUnfinished     = "staging-stack-unfinished"
	StagingStackRolledBack     = "staging-stack-rolled-back"
	StagingStackUnknown        = "staging-stack-unknown"
	UnknownFields              = "unknown-fields"
	AlarmUnusable              = "alarm-unusable"
	AdditionalMetricsOff       = "additional-metrics-off"
	LatencyMinutesTooFew       = "latency-minutes-too-few"

	// PolicyInUse and what follows are of enroll and maintenance.
	PolicyInUse         = "policy-in-use"
	StagingMismatch     = "staging-mismatch"
	StagingToBeAligned  = "staging-to-be-aligned"
	QuotaReached        = "quota-reached"
	QuotaNearlyReached  = "quota-nearly-reached"
	NotCopied           = "not-copied"
	FrozenWhileAttached = "frozen-while-attached"
)

// Acknowledgeable are the findings that the request of a release may accept by name.
func Acknowledgeable() []string {
	return []string{
		CannotVerify, CustomErrorResponses, EdgeFunctionDiffers, PathPatternOnlyOnStaging, StagingCarriesOtherChanges,
		StickinessOff, RootDocumentCached, HashedAssetNotCached, ContentEncrypted, StagedContentMoves, StagingStackRolledBack, StagingStackUnknown,
	}
}

// AcknowledgeableBy are those of a workflow's request.
func AcknowledgeableBy(workflow string) []string {
	switch workflow {
	case Enroll:
		return []string{PolicyInUse, QuotaReached, StagingToBeAligned}
	case Maintenance:
		return nil
	}
	return Acknowledgeable()
}
