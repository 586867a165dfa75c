package main

import (
	"fmt"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/watch"
)

// exit says how the command ends, and what that means for whoever called it.
func exit(screen *watch.Screen, s settings, stage *scenario.Stage) (int, error) {
	end := scenario.End(stage.Main())
	if s.expected {
		if err := stage.Expected(); err != nil {
			screen.Field("Exit", fmt.Sprintf("%d: the scenario did not end as it must", exitcode.Failure))
			return exitcode.Failure, fmt.Errorf("scenario %s: %w", s.scenario.Name, err)
		}
		screen.Field("Exit", fmt.Sprintf("%d: the scenario must end so (without --expected: %d)", exitcode.OK, exitcode.Of(end)))
		return exitcode.OK, nil
	}
	screen.Field("Exit", fmt.Sprintf("%d: %s", exitcode.Of(end), exitcode.Meaning(end)))
	return exitcode.Of(end), nil
}
