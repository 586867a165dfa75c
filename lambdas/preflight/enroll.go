package preflight

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// enrollFindings are about a primary that is to get its pair.
func enrollFindings(f facts) []release.Finding {
	alone := f
	alone.staging = nil // what staging must have in common with the primary it gets from there
	return slices.Concat(
		historyFindings(f), primaryFindings(f), http3(alone), multiTenant(alone), unknownFields(f), inProgress(f),
		foundPolicy(f), givenStaging(f), quotaFindings(f), lossFindings(f), asNotes(access(f)),
	)
}

// maintenanceFindings are about a pair that is to be taken apart for a while.
func maintenanceFindings(f facts) []release.Finding {
	all := slices.Concat(historyFindings(f), primaryFindings(f), unknownFields(f), inProgress(f))
	switch {
	case f.staging != nil && !f.policyAttached():
		return append(all, doorLeftOpen(f))
	default:
		return slices.Concat(all, policyFindings(f), tolerating(release.StagingDisabled, stagingFindings(f)))
	}
}

// finishedFindings are what a release would be told about the finished pair. What only others can mend is no failure of
// this execution; its end says it.
func finishedFindings(f facts) []release.Finding {
	all := slices.Concat(primaryFindings(f), policyFindings(f), stagingFindings(f), http3(f), multiTenant(f), webACL(f), illegal(f))
	return slices.Concat(all, asNotes(errorResponses(f)), asNotes(access(f)))
}

// access is bucketFindings, also about a copy that is not made yet.
func access(f facts) []release.Finding {
	if f.staging == nil {
		f.staging = notMadeYet(f.primary)
	}
	return bucketFindings(f)
}

func asNotes(all []release.Finding) []release.Finding {
	for i := range all {
		all[i].Level = release.Note
	}
	return all
}

// tolerating makes a note of what is put right by this execution.
func tolerating(name string, all []release.Finding) []release.Finding {
	for i := range all {
		if all[i].Name == name {
			all[i].Level = release.Note
		}
	}
	return all
}

func (f facts) policyAttached() bool {
	return f.policyID != "" && f.policyID == aws.ToString(f.primary.config.ContinuousDeploymentPolicyId)
}

// foundPolicy is about a policy that is there already. One that is on and not attached to this primary may be another
// team's: CloudFront does not tell whose.
func foundPolicy(f facts) []release.Finding {
	switch {
	case f.policyAttached() && (f.policy == nil || len(stagingNames(f.policy)) != 1):
		return policyOrStagingMissing(f)
	case f.policy == nil:
		return nil
	case !f.policyAttached() && f.policyExists && aws.ToBool(f.policy.Enabled):
		return []release.Finding{finding(release.Block, release.PolicyEnabled,
			fmt.Sprintf("the policy %s of staging %s is enabled, and is not attached to %s", f.policyID, f.staging.id, f.primary.id),
			"it may be attached to another primary, whose viewers it then sends to staging",
			"find out whose it is; if nobody's, switch it off:\n"+release.SwitchOffCommand(f.policyID))}
	case aws.ToBool(f.policy.Enabled) && f.policyAttached():
		return []release.Finding{finding(release.Warn, release.PolicyInUse,
			fmt.Sprintf("the policy %s is attached to %s and enabled, by someone else: it sends %s to staging", f.policyID, f.primary.id, routed(f.policy)),
			"a pair is enrolled with its policy off; these viewers get the primary then",
			"find out who is testing on this pair; then acknowledge "+release.PolicyInUse+" to have the policy switched off")}
	}
	return nil
}

func policyOrStagingMissing(f facts) []release.Finding {
	if f.policyMissing {
		return retireFirst(policyFindings(f)...)
	}
	return retireFirst(stagingUnknown(f))
}

// retireFirst is the way out of what an orphaned policy leaves attached.
func retireFirst(all ...release.Finding) []release.Finding {
	for i := range all {
		all[i].Do = "have what is left of the pair taken apart, by retire of this primary; then start enroll again"
	}
	return all
}

// givenStaging is about the staging distribution that is there already: the one of the request, or of an earlier run.
func givenStaging(f facts) []release.Finding {
	given := f.plan.Staging
	switch {
	case f.policyAttached() && f.staging == nil && f.policy != nil && len(stagingNames(f.policy)) == 1:
		return retireFirst(stagingUnknown(f))
	case f.staging == nil && given != "" && f.policyID == "":
		return []release.Finding{finding(release.Block, release.StagingUnknown,
			"there is no distribution "+given+" in this account", "it was to become the staging distribution",
			"correct staging in the request, or leave it out: enroll then copies the primary")}
	case f.staging == nil:
		return nil
	case given != "" && given != f.staging.id:
		return []release.Finding{finding(release.Block, release.StagingMismatch,
			fmt.Sprintf("the policy %s of %s names the staging distribution %s, and the request %s", f.policyID, f.primary.id, f.staging.id, given),
			"a policy has one staging distribution", "leave staging out of the request, or take the pair apart with retire first")}
	case !aws.ToBool(f.staging.config.Staging):
		return []release.Finding{finding(release.Block, release.StagingFlagMissing,
			f.staging.id+" is not a staging distribution (its Staging flag is not set)",
			"only a staging distribution can receive a part of the primary's viewers and be promoted",
			"leave staging out of the request: enroll then copies the primary")}
	}
	return slices.Concat(asNotes(disabledStaging(f)), toBeAligned(f), carried(f))
}

func disabledStaging(f facts) []release.Finding {
	if aws.ToBool(f.staging.config.Enabled) {
		return nil
	}
	return []release.Finding{finding(release.Note, release.StagingDisabled,
		"staging "+f.staging.id+" is disabled (Enabled is false)", "it would answer nobody", "nothing: it is enabled")}
}

// toBeAligned is the field diff: what of staging is overwritten. Of a distribution that the request names this is somebody's
// decision; one that belongs to the pair already follows its primary.
func toBeAligned(f facts) []release.Finding {
	wanted := distribution.Aligned(f.primary.config, f.staging.config)
	texts := fields(slices.DeleteFunc(distribution.Diff(f.staging.config, wanted), func(d distribution.Difference) bool { return d.Field() == "Enabled" }))
	if len(texts) == 0 {
		return nil
	}
	level := release.Note
	if f.plan.Staging != "" && !f.policyAttached() {
		level = release.Warn
	}
	return []release.Finding{finding(level, release.StagingToBeAligned,
		fmt.Sprintf("staging %s gets these values of the primary (now → then): %s", f.staging.id, listed(texts, "; ", mostNamed)),
		"CloudFront takes only a pair that differs in nothing but "+strings.Join(distribution.AllowedFields(), ", "),
		"make sure that nobody needs the values of today; then acknowledge "+release.StagingToBeAligned)}
}

// carried is what staging keeps and a release of kind staged would bring.
func carried(f facts) []release.Finding {
	diff := distribution.Diff(f.primary.config, distribution.Aligned(f.primary.config, f.staging.config))
	if len(diff) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Note, release.StagingCarriesOtherChanges,
		fmt.Sprintf("staging %s differs from the primary (primary → staging), and stays so: %s", f.staging.id, listed(fields(diff), "; ", mostNamed)),
		"a release of kind "+release.KindStaged+" brings this to viewers", "nothing, if it is meant")}
}

// mostDistributions is AWS's default quota for an account (CloudFront Developer Guide, Quotas), which can be raised as well.
const mostDistributions = 500

const headRoom = 3

func quotaFindings(f facts) []release.Finding {
	var reached, near []string
	count := func(what string, have, most int, needed bool) {
		switch text := fmt.Sprintf("%d %s of %d", have, what, most); {
		case !needed:
		case have >= most:
			reached = append(reached, text)
		case have+headRoom >= most:
			near = append(near, text)
		}
	}
	count("distributions", f.account.distributions, mostDistributions, f.staging == nil)
	count("staging distributions", f.account.staging, release.QuotaStagings, f.staging == nil)
	count("continuous deployment policies", f.account.policies, release.QuotaPolicies, !f.policyExists && !f.policyAttached())
	var all []release.Finding
	if len(reached) > 0 {
		all = append(all, finding(release.Warn, release.QuotaReached, "this account has "+strings.Join(reached, ", "),
			"those are AWS's default quotas: unless yours were raised, CloudFront makes no more",
			"see what is orphaned (start cleanup), or ask AWS for more (Service Quotas); if that was done, acknowledge "+release.QuotaReached))
	}
	if len(near) > 0 {
		all = append(all, finding(release.Note, release.QuotaNearlyReached, "this account has "+strings.Join(near, ", "),
			"those are AWS's default quotas, and enrolling needs one more", "ask AWS for more in time"))
	}
	return all
}

// lossFindings are what a copy does not have, and what can no longer be changed.
func lossFindings(f facts) []release.Finding {
	var all []release.Finding
	c := f.primary.config
	if f.staging == nil {
		aliases := 0
		if c.Aliases != nil {
			aliases = len(c.Aliases.Items)
		}
		all = append(all, finding(release.Note, release.NotCopied,
			fmt.Sprintf("the copy has neither the primary's %d alternate domain names nor its tags nor its subscription to additional metrics", aliases),
			"CopyDistribution copies the config only; viewers reach staging by the primary's names",
			"nothing, unless costs are told by tags or a gate wants the additional metrics: then add them to the copy"))
	}
	if !f.policyAttached() {
		all = append(all, finding(release.Note, release.FrozenWhileAttached,
			fmt.Sprintf("PriceClass %s, HttpVersion %s, IsIPV6Enabled %t, %s, the certificate and the minimum TLS version of %s can then no longer be changed",
				c.PriceClass, c.HttpVersion, aws.ToBool(c.IsIPV6Enabled), acl(c), f.primary.id),
			"while a policy is attached only these can: "+strings.Join(distribution.AllowedFields(), ", "),
			"change what has to be changed first; later, start maintenance"))
	}
	return all
}

// doorLeftOpen is about an earlier maintenance that died: this one goes on.
func doorLeftOpen(f facts) release.Finding {
	return finding(release.Note, release.PolicyNotAttached,
		fmt.Sprintf("an earlier maintenance has taken the policy off %s and has not attached it again", f.primary.id),
		"this one goes on: it opens the door again, and puts the pair together when it is closed", "nothing")
}
