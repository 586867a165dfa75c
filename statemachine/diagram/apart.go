package diagram

// Retire is docs/retire.md for a definition of the retire workflow.
func Retire(definition []byte) ([]byte, error) {
	const keeps = "An error kept in `$.failure` is why the request is refused; one kept in `$.stranded` makes it end as `Needs Operator`."
	return page(definition, "The retire workflow", keeps, []part{
		{"Before anything is touched", "Receive Request", "Any failure here ends as `Rejected`, unless a dead run has left something behind."},
		{"Find the pair", "Find Pair", "From the primary to its policy to its staging distribution; what an earlier retire has detached is in the records."},
		{"Policy off, detached, deleted", "Disable Policy", "Each write is everywhere before the next: CloudFront may keep a policy attached that is on."},
		{"Staging disabled, deleted", "Disable Staging", "CloudFront refuses this as long as a policy names the staging distribution."},
		{"The ends", "Finish", "Where an operator is needed the lock is kept until recover has made sure that the policy is off."},
	})
}

// Cleanup is docs/cleanup.md for a definition of the cleanup workflow.
func Cleanup(definition []byte) ([]byte, error) {
	const keeps = "An error kept in `$.failure` is why the request is refused, or in an iteration why its orphan is left; one kept in `$.stranded` makes the execution end as `Needs Operator`."
	return page(definition, "The cleanup workflow", keeps, []part{
		{"Look and judge", "Receive Request", "Nothing is touched: a dry run goes from here to the report."},
		{"One orphan at a time", "Clean Up", "Each under a lock of its own, looked at again right before it is touched; a failure is noted, and the next orphan has its turn."},
		{"Policy off, detached, deleted", "Disable Policy", "The boxes of retire. A policy that a release has left on is switched off and nothing else."},
		{"Staging disabled, deleted", "Disable Staging", "The boxes of retire."},
		{"The end of an orphan", "Release Lock", "The lock is given back whatever has happened: what is left the next run finds again."},
		{"The ends", "Report", "One record and one event, whatever was found."},
	})
}
