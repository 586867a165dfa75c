package preflight

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// changeFindings are about what this release would bring to viewers.
func changeFindings(f facts) []release.Finding {
	all := originUnknown(f)
	if f.staging == nil {
		return all
	}
	return slices.Concat(all, otherChanges(f), errorResponses(f), edgeFunctions(f), pathPatterns(f))
}

func originUnknown(f facts) []release.Finding {
	change := f.plan.Change
	if !change.Repoints() {
		return nil
	}
	var ids []string
	if f.primary.config.Origins != nil {
		for _, o := range f.primary.config.Origins.Items {
			ids = append(ids, aws.ToString(o.Id))
		}
	}
	if slices.Contains(ids, change.Origin) {
		return nil
	}
	return []release.Finding{finding(release.Block, release.OriginUnknown,
		fmt.Sprintf("primary %s has no origin with the Id %q; it has %s", f.primary.id, change.Origin, listed(ids, ", ", mostNamed)),
		"the change repoints one origin of the live config", "correct change.origin in the request")}
}

// otherChanges guards what is on staging and would be thrown away: an origin release puts the primary's config plus its one
// change there, a calibration the primary's config alone.
func otherChanges(f facts) []release.Finding {
	change := f.plan.Change
	if change.Kind == release.KindStaged {
		return nil
	}
	diff := distribution.OnlyOriginDiffers(distribution.Diff(f.primary.config, f.staging.config), change.Origin)
	illegal := distribution.Illegal(diff) // these have a finding of their own
	texts := fields(slices.DeleteFunc(diff, func(d distribution.Difference) bool { return slices.Contains(illegal, d) }))
	if len(texts) == 0 {
		return nil
	}
	than, rebuilt := "in more than origin "+change.Origin, "the primary plus this change"
	if change.Kind == release.KindNone {
		than, rebuilt = "although this release changes nothing", "the primary"
	}
	return []release.Finding{finding(release.Block, release.StagingCarriesOtherChanges,
		fmt.Sprintf("staging %s differs from the primary (primary → staging) %s: %s", f.staging.id, than, listed(texts, "; ", mostNamed)),
		"someone's work may be there, or a config that was rolled back; this release would not carry it",
		fmt.Sprintf("to release what is on staging, use change.kind %q; to throw it away, acknowledge %s: staging is then rebuilt from %s",
			release.KindStaged, release.StagingCarriesOtherChanges, rebuilt))}
}

func errorResponses(f facts) []release.Finding {
	numbers := slices.Concat(distribution.CustomErrorCodes(f.primary.config), distribution.CustomErrorCodes(f.wanted))
	slices.Sort(numbers)
	var codes []string
	for _, code := range slices.Compact(numbers) {
		codes = append(codes, strconv.Itoa(int(code)))
	}
	if len(codes) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Warn, release.CustomErrorResponses,
		"there are custom error responses for "+listed(codes, ", ", mostNamed)+", and the release shifts traffic by weight",
		"together they gave one user intermittent 500s (M. Borgmeier, 2025-09, at a weight of 0.15; with header routing they did not);"+
			" whether that is mended is not known",
		"take them off for the release, or acknowledge "+release.CustomErrorResponses+": the gate on 5xx watches for it")}
}

func edgeFunctions(f facts) []release.Finding {
	var all []release.Finding
	if texts := fields(distribution.DifferingFunctions(f.primary.config, f.wanted)); len(texts) > 0 {
		all = append(all, finding(release.Warn, release.EdgeFunctionDiffers,
			"the release calls other functions than the primary (primary → staging): "+listed(texts, "; ", mostNamed),
			"a function can change every request and answer of its behavior, and one user saw Lambda@Edge behave subtly differently"+
				" on a staging distribution",
			"watch the functions' own error metrics as alarms in gates.alarms, then acknowledge "+release.EdgeFunctionDiffers))
	}
	var shared []string
	for _, s := range distribution.SharedFunctions(f.primary.config, f.wanted) {
		if !s.Lambda { // a version of a Lambda function never changes
			shared = append(shared, s.ARN)
		}
	}
	if len(shared) > 0 {
		all = append(all, finding(release.Note, release.EdgeFunctionShared,
			"primary and staging call the same CloudFront Functions: "+listed(shared, ", ", mostNamed),
			"publishing one of them changes it for all viewers at once, the primary's included, whatever the weight",
			"nothing; to release a change of a function gradually, give staging a function of its own"))
	}
	return all
}

func pathPatterns(f facts) []release.Finding {
	patterns := distribution.PathPatternsOnlyOnStaging(f.primary.config, f.wanted)
	if len(patterns) == 0 {
		return nil
	}
	for i, p := range patterns {
		patterns[i] = fmt.Sprintf("%q", p)
	}
	return []release.Finding{finding(release.Warn, release.PathPatternOnlyOnStaging,
		"the primary has no cache behavior for these path patterns of staging: "+listed(patterns, ", ", mostNamed),
		"the CloudFront Developer Guide of 2023 warned that viewers might then get errors; later editions do not say",
		"add the patterns to the primary first, with the behavior that these paths have there now, or acknowledge "+
			release.PathPatternOnlyOnStaging)}
}
