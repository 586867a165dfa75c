package release

// Words that handlers, state machine, records and runbook share.

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
	NothingToRelease = "Nothing To Release"
	Rejected         = "Rejected"
	RolledBack       = "Rolled Back"
	NeedsOperator    = "Needs Operator"
)

// What a propagation is about: the which of Check Deployed.
const (
	OfRecovery  = "recovery"
	OfStaging   = "staging"
	OfTraffic   = "traffic"
	OfPromotion = "promotion"
	OfRestore   = "restore"
	OfStop      = "stop"
)

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
)
