// Package exitcode is how the commands for people and pipelines tell an end of a workflow: one table for the demo and for
// the operators' tool, so that a rehearsal and the real thing mean the same.
package exitcode

import "cloudfront-cd/internal/release"

// The exit codes; the ends of a release in the order in which they get worse.
const (
	OK            = 0
	Failure       = 1 // the command itself could not do its work, or the execution came to none of the workflow's ends
	Usage         = 2
	Rejected      = 3
	RolledBack    = 4
	NeedsOperator = 5
)

// Of is the code for an end of a workflow (release.Ends), or for what an execution came to instead.
func Of(end string) int {
	switch end {
	case release.Promoted, release.Calibrated, release.NothingToRelease, release.Recovered, release.NothingToRecover,
		release.Retired, release.Clean, release.Cleaned, release.OrphansFound, release.Enrolled, release.Maintained:
		return OK
	case release.Rejected:
		return Rejected
	case release.RolledBack:
		return RolledBack
	case release.NeedsOperator:
		return NeedsOperator
	}
	return Failure
}

// Meaning is what an end leaves for people to do.
func Meaning(end string) string {
	switch end {
	case release.Promoted, release.Calibrated, release.NothingToRelease:
		return "a success; a pipeline's stage stays green"
	case release.Enrolled:
		return "the primary has its pair; tell the stack, and see what the cause says before the first release (docs/runbook.md#enrolled)"
	case release.Maintained:
		return "the pair is together again (docs/runbook.md#maintained)"
	case release.Recovered:
		return "no viewer gets staging; the cause says what the dead run had done (docs/runbook.md#recovered)"
	case release.NothingToRecover:
		return "there was nothing to make safe (docs/runbook.md#nothing-to-recover)"
	case release.Retired:
		return "policy and staging distribution are gone (docs/runbook.md#retired)"
	case release.Clean, release.Cleaned:
		return "no orphan is left that could be proven to be one; the record has the rest (docs/runbook.md#cleaned)"
	case release.OrphansFound:
		return "nothing was touched; the record says what would be done (docs/runbook.md#orphans-found)"
	case release.Rejected:
		return "nothing was touched; do what the cause says, then start again (docs/runbook.md#rejected)"
	case release.RolledBack:
		return "viewers are as safe as before the release; the cause says why it went back (docs/runbook.md#rolled-back)"
	case release.NeedsOperator:
		return "something is left behind that the workflow could not make safe (docs/runbook.md#needs-operator)"
	}
	return "the execution came to none of the workflow's ends"
}
