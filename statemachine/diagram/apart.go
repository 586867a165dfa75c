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
