package main

import (
	"fmt"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/watch"
	"cloudfront-cd/internal/release"
)

// exit says how the command ends, and what that means for whoever called it.
func exit(screen *watch.Screen, s settings, stage *scenario.Stage) (int, error) {
	end := scenario.End(stage.Main())
	if s.expected {
		if err := stage.Expected(); err != nil {
			field(screen, "Exit", fmt.Sprintf("%d: the scenario did not end as it must", exitFailure))
			return exitFailure, fmt.Errorf("scenario %s: %w", s.scenario.Name, err)
		}
		field(screen, "Exit", fmt.Sprintf("%d: the scenario must end so (without --expected: %d)", exitOK, exitCode(end)))
		return exitOK, nil
	}
	field(screen, "Exit", fmt.Sprintf("%d: %s", exitCode(end), meaning(end)))
	return exitCode(end), nil
}

func exitCode(end string) int {
	switch end {
	case release.Promoted, release.NothingToRelease:
		return exitOK
	case release.Rejected:
		return exitRejected
	case release.RolledBack:
		return exitRolledBack
	case release.NeedsOperator:
		return exitNeedsOperator
	}
	return exitFailure
}

// meaning is what an end leaves for people to do.
func meaning(end string) string {
	switch end {
	case release.Promoted, release.NothingToRelease:
		return "a success; a pipeline's stage stays green"
	case release.Rejected:
		return "nothing was touched; do what the cause says, then start again (docs/runbook.md#rejected)"
	case release.RolledBack:
		return "viewers are as safe as before the release; the cause says why it went back (docs/runbook.md#rolled-back)"
	case release.NeedsOperator:
		return "something is left behind that the workflow could not make safe (docs/runbook.md#needs-operator)"
	}
	return "the execution came to none of the workflow's ends"
}
