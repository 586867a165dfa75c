package release

// Parse reads a request as Validate Request of the named workflow does.
func Parse(workflow string, request []byte) (Plan, error) {
	switch workflow {
	case Recover:
		return ParseRecovery(request)
	case Enroll:
		return ParseEnrollment(request)
	case Maintenance:
		return ParseMaintenance(request)
	case Retire:
		return ParseRetire(request)
	case Cleanup:
		return ParseCleanup(request)
	}
	return ParsePlan(request)
}
