package preflight

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

// named is a side with what it is called in a sentence.
type named struct {
	name string
	side
}

func (f facts) sides() []named {
	sides := []named{{"primary " + f.primary.id, f.primary}}
	if f.staging != nil {
		sides = append(sides, named{"staging " + f.staging.id, *f.staging})
	}
	return sides
}

func primaryFindings(f facts) []release.Finding {
	var all []release.Finding
	id := f.primary.id
	if aws.ToBool(f.primary.config.Staging) {
		all = append(all, finding(release.Block, release.PrimaryIsStaging,
			id+" is a staging distribution (its Staging flag is set)",
			"viewers are served by a primary distribution; a staging one has no viewers and no policy of its own",
			"name the primary distribution in the request; it is the one whose policy names "+f.primary.domain))
	}
	if !aws.ToBool(f.primary.config.Enabled) {
		all = append(all, finding(release.Block, release.PrimaryDisabled,
			"primary "+id+" is disabled (Enabled is false)",
			"it serves nobody, so nothing can be judged",
			"enable it, or name another primary"))
	}
	return all
}

func policyFindings(f facts) []release.Finding {
	switch {
	case !f.routable():
		return nil
	case f.policyID == "":
		return []release.Finding{finding(release.Block, release.PolicyNotAttached,
			"primary "+f.primary.id+" has no continuous deployment policy attached (ContinuousDeploymentPolicyId is empty)",
			"the policy is what names the staging distribution and sends it viewers",
			"make a staging distribution and a policy and attach it (CloudFront Developer Guide, \"Use CloudFront continuous deployment"+
				" to safely test CDN configuration changes\"); then start again")}
	case f.policyMissing:
		return []release.Finding{finding(release.Block, release.PolicyMissing,
			fmt.Sprintf("primary %s refers to the continuous deployment policy %s, which does not exist", f.primary.id, f.policyID),
			"without the policy there is neither a staging distribution nor a way to send it viewers",
			"see which policies there are: aws cloudfront list-continuous-deployment-policies; then attach one to the primary")}
	}
	var all []release.Finding
	if aws.ToBool(f.policy.Enabled) {
		all = append(all, finding(release.Block, release.PolicyEnabled,
			fmt.Sprintf("the continuous deployment policy %s is enabled, by someone else: it sends %s to staging", f.policyID, routed(f.policy)),
			"viewers would see staging's changes before anything is judged",
			"find out who is testing on this pair; then switch the policy off:\n"+release.SwitchOffCommand(f.policyID)))
	}
	if h := live.HeaderOf(f.policy); h != nil {
		all = append(all, finding(release.Note, release.HeaderRouting,
			fmt.Sprintf("the policy %s routes requests with the header %s: %s", f.policyID, h.Name, h.Value),
			"a release shifts traffic by weight, and a policy has either a weight or a header",
			"nothing: the header is put back, with the policy disabled, at every end"))
	}
	if stickiness(f.policy) == 0 {
		all = append(all, stickinessOff(f))
	}
	return all
}

// stickinessOff is a warning where something changes: what a page of staging then asks for is mostly answered by the primary,
// so that the errors of a bad page count against the primary, and the judge finds nothing wrong with staging.
func stickinessOff(f facts) release.Finding {
	level, do := release.Warn, "give the policy a SessionStickinessConfig (300 to 3600 seconds) while it is disabled, or acknowledge "+release.StickinessOff
	switch f.plan.Change.Kind {
	case release.KindNone:
		level, do = release.Note, "nothing: both sides are equal"
	case "": // no release
		level, do = release.Note, "give the policy a SessionStickinessConfig (300 to 3600 seconds) before the first release, while it is disabled"
	}
	return finding(level, release.StickinessOff,
		fmt.Sprintf("the policy %s has no session stickiness", f.policyID),
		"a viewer may get a page from staging and what the page asks for from the primary: pages and assets are mixed, and errors that a new page causes count against the primary, where no gate sees them", do)
}

func routed(policy *types.ContinuousDeploymentPolicyConfig) string {
	if h := live.HeaderOf(policy); h != nil {
		return fmt.Sprintf("requests with the header %s: %s", h.Name, h.Value)
	}
	if t := policy.TrafficConfig; t != nil && t.SingleWeightConfig != nil {
		return fmt.Sprintf("a weight of %v of the requests", aws.ToFloat32(t.SingleWeightConfig.Weight))
	}
	return "requests"
}

// stickiness is for how many seconds a session keeps to its side at most; 0 when sessions do not stick.
func stickiness(policy *types.ContinuousDeploymentPolicyConfig) int32 {
	t := policy.TrafficConfig
	if t == nil || t.SingleWeightConfig == nil || t.SingleWeightConfig.SessionStickinessConfig == nil {
		return 0
	}
	return aws.ToInt32(t.SingleWeightConfig.SessionStickinessConfig.MaximumTTL)
}

func stagingFindings(f facts) []release.Finding {
	if f.policy == nil {
		return nil
	}
	if f.staging == nil {
		return []release.Finding{stagingUnknown(f)}
	}
	var all []release.Finding
	id := f.staging.id
	if !aws.ToBool(f.staging.config.Staging) {
		all = append(all, finding(release.Block, release.StagingFlagMissing,
			fmt.Sprintf("the policy %s names %s (%s), which is not a staging distribution (its Staging flag is not set)", f.policyID, id, f.staging.domain),
			"only a staging distribution can receive a part of the primary's viewers and be promoted",
			"let the policy name a distribution that was made as a staging distribution, such as by aws cloudfront copy-distribution --staging"))
	}
	if !aws.ToBool(f.staging.config.Enabled) {
		all = append(all, finding(release.Block, release.StagingDisabled,
			"staging "+id+" is disabled (Enabled is false)",
			"it answers nobody, and a promotion copies its config over the primary's: whether Enabled too is not documented",
			"enable staging "+id+", wait until it is deployed, then start again"))
	}
	return all
}

func stagingUnknown(f facts) release.Finding {
	const why = "the policy is what says which distribution is staging"
	names := stagingNames(f.policy)
	if len(names) != 1 {
		return finding(release.Block, release.StagingUnknown,
			fmt.Sprintf("the policy %s names %d staging distributions: %s", f.policyID, len(names), listed(names, ", ", mostNamed)), why,
			"let the policy name exactly one in StagingDistributionDnsNames")
	}
	return finding(release.Block, release.StagingUnknown,
		fmt.Sprintf("the policy %s names the staging distribution %s, which no distribution in this account has for its domain name", f.policyID, names[0]), why,
		"let the policy name a staging distribution that exists: aws cloudfront list-distributions --query"+
			" 'DistributionList.Items[?Staging].[Id,DomainName]' --output text")
}
