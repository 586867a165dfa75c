package diagram

const keptOfPairing = "An error kept in `$.failure` is why the request is refused; one kept in `$.stranded` makes it end as `Needs Operator`."

// putTogether are the parts that enroll and maintenance share.
func putTogether() []part {
	return []part{
		{
			"Make staging fit", "Align Staging",
			"Repeated until a look at the deployed distribution finds nothing left to write: what of the pair was there before does not matter.",
		},
		{"Bind the two", "Create Policy", "The policy is off when it is attached, and stays off: no viewer notices."},
		{"The ends", "Finish", "`Finish` decides from the facts in the document how it ended."},
	}
}

// Enroll is docs/enroll.md for a definition of the enroll workflow.
func Enroll(definition []byte) ([]byte, error) {
	return page(definition, "The enroll workflow", keptOfPairing, append([]part{
		{"Before anything is touched", "Receive Request", "Any failure here ends as `Rejected`, unless a dead run has left something behind."},
		{"The staging distribution", "Copy Primary", "One that there is already, of an earlier run or from the request, is taken instead."},
	}, putTogether()...))
}

// Maintenance is docs/maintenance.md for a definition of the maintenance workflow.
func Maintenance(definition []byte) ([]byte, error) {
	return page(definition, "The maintenance workflow", keptOfPairing, append([]part{
		{"Before anything is touched", "Receive Request", "Any failure here ends as `Rejected`, unless a dead run has left something behind."},
		{"Open the door", "Open Door", "The pair is written down first, so that whoever comes after a dead run can put it together."},
		{"Hold it open", "Announce Open Door", "The lock is held, so that no release begins; `make done` says that the primary has what it should have."},
	}, putTogether()...))
}
