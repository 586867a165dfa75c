package preflight

import (
	"fmt"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// alarmFindings are about the alarms that may stop the release: one that cannot be read, or that is up already, would stop
// it at the first look.
func alarmFindings(f facts) []release.Finding {
	var unusable, undecided []string
	for _, a := range f.alarms {
		switch a.State {
		case judge.StateOK:
		case judge.StateAlarm:
			unusable = append(unusable, fmt.Sprintf("the alarm %s is in ALARM already", a.Name))
		case judge.StateInsufficientData:
			undecided = append(undecided, a.Name)
		default:
			unusable = append(unusable, fmt.Sprintf("the alarm %s cannot be used: %s", a.Name, a.Cause))
		}
	}
	var all []release.Finding
	if len(unusable) > 0 {
		all = append(all, finding(release.Block, release.AlarmUnusable, listed(unusable, "; ", mostNamed),
			"an alarm of gates.alarms that is up or cannot be read stops the release, and would do so before it says anything about staging",
			"mend what it alarms about, or correct gates.alarms: "+
				"aws cloudwatch describe-alarms --region us-east-1 --query 'MetricAlarms[].[StateValue,AlarmArn]' --output text"))
	}
	if len(undecided) > 0 {
		all = append(all, finding(release.Note, release.AlarmUnusable,
			"these alarms have INSUFFICIENT_DATA: "+listed(undecided, ", ", mostNamed),
			"an alarm can stop this release only once it has data",
			"nothing, if they watch staging, which has no viewers yet; else look at their metrics"))
	}
	return all
}
