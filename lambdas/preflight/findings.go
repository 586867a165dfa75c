package preflight

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// The document stays far below Step Functions' limit whatever the configs' size: so many findings, each with texts of at
// most so many characters, which name at most so many things.
const (
	mostFindings = 40
	mostNamed    = 20
	mostText     = 4000
	mostOfOne    = 200
)

// findings are what speaks against what the workflow is about to do, and what is worth knowing.
func findings(f facts) []release.Finding {
	switch {
	case f.again:
		return finishedFindings(f)
	case f.workflow == release.Enroll:
		return enrollFindings(f)
	case f.workflow == release.Maintenance:
		return maintenanceFindings(f)
	}
	return slices.Concat(
		historyFindings(f), primaryFindings(f), policyFindings(f), stagingFindings(f), pairFindings(f), changeFindings(f), stagedFindings(f),
		bucketFindings(f), trafficFindings(f), latencyFindings(f), alarmFindings(f),
	)
}

// decide is all findings, the blocking ones first.
func decide(f facts) []release.Finding {
	all := findings(f)
	for i := range all {
		all[i].Acknowledged = acknowledged(f, all[i])
		all[i].Fact = distribution.Shorten(all[i].Fact, mostText)
		all[i].Do = distribution.Shorten(all[i].Do, mostText)
	}
	slices.SortStableFunc(all, func(a, b release.Finding) int { return rank(a) - rank(b) })
	if len(all) > mostFindings {
		all = all[:mostFindings]
	}
	return all
}

func rank(f release.Finding) int {
	switch {
	case f.Blocks():
		return 0
	case f.Level == release.Note:
		return 2
	}
	return 1
}

func acknowledged(f facts, found release.Finding) bool {
	return found.Level != release.Note && slices.Contains(f.plan.Acknowledge, found.Name) &&
		slices.Contains(release.AcknowledgeableBy(f.workflow), found.Name)
}

func finding(level, name, fact, why, do string) release.Finding {
	return release.Finding{Level: level, Name: name, Fact: fact, Why: why, Do: do}
}

// listed joins texts and names at most most of them.
func listed(texts []string, separator string, most int) string {
	if more := len(texts) - most; more > 0 {
		texts = append(slices.Clone(texts[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, separator)
}

// fields lists differences, each short enough for a line. The values of origins' custom headers are left out: they are
// often the secret by which an origin knows CloudFront, and the document is read by many.
func fields(diff []distribution.Difference) []string {
	texts := make([]string, len(diff))
	for i, d := range diff {
		text := d.String()
		if strings.Contains(d.Path, "CustomHeaders") || strings.Contains(d.A+d.B, "CustomHeaders") {
			text = d.Path + ": with custom headers of an origin, which may be secret and are not shown"
		}
		texts[i] = distribution.Shorten(text, mostOfOne)
	}
	return texts
}

// historyFindings are about releases before this one.
// firstSentence is enough of a Cause that was written for another execution.
func firstSentence(cause string) string {
	first, _, _ := strings.Cut(cause, ". ")
	return strings.TrimSuffix(first, ".")
}

func historyFindings(f facts) []release.Finding {
	var all []release.Finding
	if f.hold != nil {
		holder := f.hold.Execution.Name
		if holder == "" {
			holder = "someone"
		}
		all = append(all, finding(release.Block, release.OnHold,
			fmt.Sprintf("%s put a hold on %s: %s", holder, f.plan.Primary, firstSentence(f.hold.Cause)),
			"an earlier run left something behind that a person has to look at; a release now could replace the last known-good config",
			fmt.Sprintf("read the whole cause in s3://%s/%s, do what the runbook's section Needs Operator says, then clear the hold: start the recover workflow with %s",
				f.bucket, record.HoldKey(f.plan.Primary), release.ClearHoldRequest(f.plan.Primary))))
	}
	if f.takenOverFrom != "" {
		fact := "this release took the lock over from " + f.takenOverFrom + ", which ended without giving it back"
		if f.recovered != "" {
			fact += "; Recover says: " + strings.TrimSuffix(f.recovered, ".")
		}
		level := release.Note
		if f.regressed {
			level = release.Block
			fact += "; the primary was found worse after its promotion, and that was not taken back"
		}
		all = append(all, finding(level, release.PreviousReleaseUnfinished, fact,
			"what that release left on staging is overwritten by this one, or released by it where the change is of kind staged",
			"look at why it ended: aws stepfunctions describe-execution --execution-arn "+f.takenOverFrom))
	}
	return all
}
