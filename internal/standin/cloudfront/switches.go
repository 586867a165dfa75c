package cloudfront

import "net/http"

// Detach says which policies an empty ContinuousDeploymentPolicyId detaches from their primary distribution.
type Detach int

// The three reports conflict: aws-sdk-js-v3#7417 (an empty string detached; the policy was disabled at the time),
// terraform-provider-aws#34511 (not even an empty string helped; only disabling and deleting the policy did), and AWS's own
// sample, which passes an empty string without checking.
const (
	DetachDisabledOnly Detach = iota // An enabled policy stays, and the write succeeds all the same.
	DetachAlways                     // Any policy.
	DetachNever                      // None; instead, deleting a disabled policy detaches it.
)

// Omitted says what an UpdateDistribution means that has no ContinuousDeploymentPolicyId at all.
type Omitted int

// Again reports conflict: aws-sdk-js-v3#7417, terraform-provider-aws#33338 with PR#33578, aws-cli#10446.
const (
	OmittedKeeps    Omitted = iota // Nothing changes.
	OmittedRefused                 // IllegalUpdate with AWS's misleading text, if a policy is attached.
	OmittedDetaches                // As the API Reference says of all fields: configs are replaced, not merged.
)

// Separator is what stands between the two ETags of a promotion.
type Separator int

// The API Reference writes comma and space, the AWS CLI's documentation and AWS's sample state machine a bare comma.
const (
	SeparatorEither Separator = iota
	SeparatorComma
	SeparatorCommaSpace
)

// Switches are the behaviours of AWS that nobody could verify against a live account. DefaultSwitches has for each of them
// the reading that is harder for a release workflow; a workflow is to reach a safe end under every other one as well.
type Switches struct {
	// DetachWithEmpty: see Detach.
	DetachWithEmpty Detach
	// OmittedPolicyID: see Omitted.
	OmittedPolicyID Omitted
	// IfMatchSeparator: see Separator.
	IfMatchSeparator Separator
	// PromoteCopiesEnabled: a promotion copies Enabled from staging too, since the API Reference excepts only Aliases and
	// ContinuousDeploymentPolicyId, so that a disabled staging distribution takes the site down.
	PromoteCopiesEnabled bool
	// PromoteWhileInProgress: a promotion is accepted while one of the two distributions is still InProgress; otherwise it
	// is refused with IllegalUpdate.
	PromoteWhileInProgress bool
	// PromoteWithPolicyDisabled: a promotion is accepted although the policy is disabled; otherwise IllegalUpdate.
	PromoteWithPolicyDisabled bool
	// PromoteChecksFields: a promotion that would change a field that continuous deployment does not allow to change is
	// refused with IllegalUpdate, like the same change made by UpdateDistribution.
	PromoteChecksFields bool
	// AttachChecksFields: a policy can be attached only where primary and staging differ in allowed fields alone. One
	// public workflow (GachiSallim) reports that independently made staging distributions could not be attached, AWS's
	// samples attach just these; a difference in such a field would explain both.
	AttachChecksFields bool
	// AliasesWhileAttached: aliases may be changed while a policy is attached. They are not on the documented list, yet
	// AssociateAlias changes them anyway, and so an alias may appear in the middle of a release.
	AliasesWhileAttached bool
	// WeightZeroAccepted: a SingleWeight policy may have weight 0. The API Reference says 0 to 0.15, the Developer Guide's
	// CLI steps .01 to .15.
	WeightZeroAccepted bool
	// PolicyUpdateChangesPrimaryETag: as the write of a policy redeploys its primary distribution, it also gives it a new
	// ETag and LastModifiedTime.
	PolicyUpdateChangesPrimaryETag bool
	// UpdateWhileInProgress: UpdateDistribution is accepted while the distribution is InProgress and queues. The Developer
	// Guide's "Update a distribution" describes successive changes that propagate in order; one practitioner
	// (dhfrost.com, 2026-04) saw follow-ups "fail or queue awkwardly". Otherwise IllegalUpdate.
	UpdateWhileInProgress bool
	// PolicyUpdateWhileInProgress: the same for UpdateContinuousDeploymentPolicy and its primary distribution.
	// UpdateContinuousDeploymentPolicy does not declare IllegalUpdate, and no other code of its own fits better.
	PolicyUpdateWhileInProgress bool
	// EmptyItemsAccepted: a list may have an empty Items element. terraform-provider-aws sends some in every CreateDistribution
	// and UpdateDistribution (5.43.0: of FunctionAssociations, GeoRestriction, CustomErrorResponses and more), and its users'
	// distributions are made. Two older reports have it refused with MalformedInput "Unexpected list element termination"
	// (aws-sdk-ruby#1067 and #1954). That the element does not come back is assumed, as examples of answers never have one.
	EmptyItemsAccepted bool
	// StagingShowsPolicy: as long as a policy is attached, its id is read in the config of its staging distribution as well. One
	// report has seen it there (go-to-k/cdk-real-drift#1674, 2026-07, with the stored answer of Cloud Control); the API Reference
	// speaks of primary distributions only. A write that sends the id back as it was read changes nothing.
	StagingShowsPolicy bool
	// HTTP3ErrorCode is the code, with status 400, where HTTP/3 meets continuous deployment. That it is refused is
	// documented (Developer Guide, "Quotas and other considerations for continuous deployment"), the code is not.
	HTTP3ErrorCode string
}

// DefaultSwitches has the harder reading of each behaviour. The two that let updates queue while InProgress follow the
// Developer Guide instead, which is as good as documented.
func DefaultSwitches() Switches {
	return Switches{
		PromoteCopiesEnabled:           true,
		PromoteChecksFields:            true,
		AttachChecksFields:             true,
		AliasesWhileAttached:           true,
		PolicyUpdateChangesPrimaryETag: true,
		UpdateWhileInProgress:          true,
		EmptyItemsAccepted:             true,
		PolicyUpdateWhileInProgress:    true,
		HTTP3ErrorCode:                 "InvalidArgument",
	}
}

// Turn is one switch set to another value than its default.
type Turn struct {
	Name  string
	Apply func(*Switches)
}

// Turns are all single turns away from DefaultSwitches, in a fixed order, for tests that run under each of them.
func Turns() []Turn {
	return []Turn{
		{"empty id detaches any policy", func(s *Switches) { s.DetachWithEmpty = DetachAlways }},
		{"empty id detaches no policy", func(s *Switches) { s.DetachWithEmpty = DetachNever }},
		{"omitted id is refused", func(s *Switches) { s.OmittedPolicyID = OmittedRefused }},
		{"omitted id detaches", func(s *Switches) { s.OmittedPolicyID = OmittedDetaches }},
		{"ETags separated by comma only", func(s *Switches) { s.IfMatchSeparator = SeparatorComma }},
		{"ETags separated by comma and space only", func(s *Switches) { s.IfMatchSeparator = SeparatorCommaSpace }},
		{"promote keeps Enabled", func(s *Switches) { s.PromoteCopiesEnabled = false }},
		{"promote while InProgress", func(s *Switches) { s.PromoteWhileInProgress = true }},
		{"promote with policy disabled", func(s *Switches) { s.PromoteWithPolicyDisabled = true }},
		{"promote checks no fields", func(s *Switches) { s.PromoteChecksFields = false }},
		{"attach checks no fields", func(s *Switches) { s.AttachChecksFields = false }},
		{"aliases frozen while attached", func(s *Switches) { s.AliasesWhileAttached = false }},
		{"weight zero accepted", func(s *Switches) { s.WeightZeroAccepted = true }},
		{"policy update keeps primary's ETag", func(s *Switches) { s.PolicyUpdateChangesPrimaryETag = false }},
		{"no update while InProgress", func(s *Switches) { s.UpdateWhileInProgress = false }},
		{"no policy update while InProgress", func(s *Switches) { s.PolicyUpdateWhileInProgress = false }},
		{"empty Items refused", func(s *Switches) { s.EmptyItemsAccepted = false }},
		{"staging shows the policy", func(s *Switches) { s.StagingShowsPolicy = true }},
		{"HTTP/3 is IllegalUpdate", func(s *Switches) { s.HTTP3ErrorCode = "IllegalUpdate" }},
	}
}

func (s *Switches) http3() error {
	return fail(http.StatusBadRequest, s.HTTP3ErrorCode,
		"You cannot use continuous deployment with a distribution that supports HTTP/3.")
}
