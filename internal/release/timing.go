package release

import "time"

// The workflow's own clockwork. The state machine, the handlers and the arithmetic on plans take it from here, so that a
// Wait state and the code that counts on it cannot part.
const (
	// PollEvery is how often a propagation is looked at. AWS gives no rate limit for CloudFront's control plane; its own
	// waiter polls once a minute (botocore waiters-2.json, distribution_deployed).
	PollEvery = 30 * time.Second
	// LookEvery is how often viewers are looked at: CloudFront's metrics have one point a minute.
	LookEvery = time.Minute
	// WarmUp is excluded from judging after a step has deployed: staging's cache starts cold.
	WarmUp = 2 * time.Minute
	// MetricDelay is how old a minute must be before it is read. AWS gives no figure.
	MetricDelay = 3 * time.Minute
	// RoutingWithin is how long after Deployed a policy may take to route viewers. One user measured about ten minutes
	// (developer.mamezou-tech.com, 2024-01-28).
	RoutingWithin = 15 * time.Minute
	// ProofFreshFor is how old a proof of traffic may be when the promotion is sent.
	ProofFreshFor = 5 * time.Minute
	// DecideWithin is how long a promotion may stay in doubt before an operator is called.
	DecideWithin = 15 * time.Minute
	// AskAgainAfter is the pause between two tries while a promotion is in doubt.
	AskAgainAfter = 15 * time.Second
	// PreflightWaits is how long Preflight waits for someone else's change to deploy.
	PreflightWaits = 30 * time.Minute
	// SettleAfter is the age of a write from which a report of Deployed is believed even though it shows no trace of the
	// write: it is unverified whether a policy update moves its primary's LastModifiedTime.
	SettleAfter = 2 * time.Minute
	// LambdaTimeout is the longest that any of our Lambdas may run.
	LambdaTimeout = time.Minute
	// LambdaMemory is what each of them gets, in MB: the least there is, and with it the smallest share of a CPU. A handler
	// waits for AWS most of the time.
	LambdaMemory = 128
	// MachineTimeout is the TimeoutSeconds of the release workflow.
	MachineTimeout = 36 * time.Hour
	// RecoverTimeout is the TimeoutSeconds of the recover workflow: an hour of propagation, and long outages. After it the
	// schedule starts the next one.
	RecoverTimeout = 6 * time.Hour
	// EnrollTimeout is the TimeoutSeconds of the enroll workflow: an hour for each of the propagations that Rounds allows for,
	// and long outages.
	EnrollTimeout = 16 * time.Hour
	// MaintenanceTimeout is that of the maintenance workflow, whose door may be open for a day.
	MaintenanceTimeout = 42 * time.Hour
	// Rounds is how often a distribution is written at most before somebody else must be at work on it.
	Rounds = 5
	// RetireTimeout is the TimeoutSeconds of the retire workflow: three propagations and the refusals after them.
	RetireTimeout = 12 * time.Hour
	// CleanupTimeout is the TimeoutSeconds of the cleanup workflow: until the next one.
	CleanupTimeout = 24 * time.Hour
	// CleanupWithin is how long a cleanup begins with further orphans. One at a time, each ended by the deadlines of three
	// propagations, they stay far below the 25,000 events of a history: it grows by nine every PollEvery.
	CleanupWithin = 6 * time.Hour
	// LookOnAfter is the pause in a look through all distributions that CloudFront has asked to slow down.
	LookOnAfter = 5 * time.Second
	// KnownWithin is how long Step Functions may take to show an end that its event has announced (DescribeExecution is
	// eventually consistent). An execution that is still shown as running then was redriven.
	KnownWithin = 2 * time.Minute
	// ProofMinutes is the length of the window in which traffic is proven.
	ProofMinutes = 5
	// PastMinutes is how much of the primary's past says how its errors come: in bursts or one by one. Three hours, because
	// a step of some minutes is too short to show a burst.
	PastMinutes = 180
	// BaselineMinutes is how much of the primary's past the bake compares with.
	BaselineMinutes = 60
)

// StaleAfter is how long after its holder's end a lock may be taken over: until then a Lambda of the stopped execution
// may still be writing.
const StaleAfter = LambdaTimeout + time.Minute

// OrphanLockAge is the age from which a lock is stale whose holder does not exist (DescribeExecution is eventually
// consistent, so a younger one may only be invisible yet).
const OrphanLockAge = 15 * time.Minute
