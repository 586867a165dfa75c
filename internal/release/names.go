package release

// Words that handlers, state machine, records and runbook share.

// Workflows, which are also the names of their state machines' definitions.
const (
	Release     = "release"
	Recover     = "recover"
	Enroll      = "enroll"
	Maintenance = "maintenance"
	Retire      = "retire"
	Cleanup     = "cleanup"
)

// Recoverable are the workflows whose dead runs the recover workflow makes safe: those that write a pair.
func Recoverable() []string { return []string{Release, Enroll, Maintenance} }

// Workflows lists them all.
func Workflows() []string { return []string{Release, Recover, Retire, Cleanup, Enroll, Maintenance} }

// AtOnce is the which of Recover where it must not wait for the lock.
const AtOnce = "at-once"

// Traffic verdicts.
const (
	Flowing       = "flowing"
	NotYetRouting = "not-yet-routing"
	Override      = "override"
	QuietSite     = "quiet-site"
	Unreadable    = "unreadable"
)

// Ends, the titles of the final states.
const (
	Promoted         = "Promoted"
	Calibrated       = "Calibrated"
	NothingToRelease = "Nothing To Release"
	Rejected         = "Rejected"
	RolledBack       = "Rolled Back"
	NeedsOperator    = "Needs Operator"
	Recovered        = "Recovered"
	NothingToRecover = "Nothing To Recover"
	Enrolled         = "Enrolled"
	Maintained       = "Maintained"
	Retired          = "Retired"
	Clean            = "Clean"
	Cleaned          = "Cleaned"
	OrphansFound     = "Orphans Found"
)

// Ends lists every end of every workflow.
func Ends() []string {
	return []string{
		Promoted, Calibrated, NothingToRelease, Rejected, RolledBack, NeedsOperator, Recovered, NothingToRecover,
		Retired, Clean, Cleaned, OrphansFound, Enrolled, Maintained,
	}
}

// UnsafeStatuses are the statuses in which an execution may have left viewers on staging: Step Functions runs no Catch
// when an execution is stopped, times out, or fails of States.Runtime. The rule that starts the recover workflow is on
// these, in the stack and in the local engine.
func UnsafeStatuses() []string { return []string{"FAILED", "TIMED_OUT", "ABORTED"} }

// What a propagation is about: the which of Check Deployed.
const (
	OfRecovery  = "recovery"
	OfStaging   = "staging"
	OfHeader    = "header"
	OfTraffic   = "traffic"
	OfPromotion = "promotion"
	OfRestore   = "restore"
	OfStop      = "stop"
	OfDisable   = "disable"
	OfDetach    = "detach"
	OfNoStaging = "no-staging"

	OfAlignment  = "alignment"
	OfAttachment = "attachment"
)

// Again is the which of Preflight where it looks at the finished pair.
const Again = "again"

// Whose counts Observe reads: its which.
const (
	CountsOfStaging = "staging"
	CountsOfPrimary = "primary"
)

// Detail types of the events on the event bus: the which of Announce.
const (
	EventReleaseStarted   = "release-started"
	EventStepPassed       = "step-passed"
	EventPromoted         = "promoted"
	EventBakeInconclusive = "bake-inconclusive"
	EventReleaseEnded     = "release-ended"
	EventRecoverEnded     = "recover-ended"
	EventEnrollEnded      = "enroll-ended"
	EventMaintenanceOpen  = "maintenance-open"
	EventMaintenanceEnded = "maintenance-ended"
	EventRetireEnded      = "retire-ended"
	EventCleanupEnded     = "cleanup-ended"
)
