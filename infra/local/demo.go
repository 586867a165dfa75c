package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// demo runs one scenario and shows it.
func demo(args []string, out io.Writer) (int, error) {
	s, err := parseFlags(args, out)
	switch {
	case errors.Is(err, errNotStarted):
		return exitcode.Rejected, err
	case err != nil:
		return exitcode.Usage, err
	}
	screen := watch.NewScreen(out)
	if s.list {
		list(screen)
		return exitcode.OK, nil
	}
	stage, err := s.scenario.Build(s.inputs)
	if err != nil {
		return exitcode.Usage, fmt.Errorf("build the world of scenario %s: %w", s.scenario.Name, err)
	}
	allAlarmsOK(stage)
	introduce(screen, s, stage)
	show(screen, stage)
	play(stage, s.speed)
	for _, x := range stage.World.Executions {
		if !stage.Lists(x) && scenario.End(x) == release.NothingToRecover {
			screen.Field("Recover", "started by the rule, as at every failed end: nothing to recover")
			continue
		}
		conclude(screen, s, stage, x)
	}
	screen.Blank()
	screen.Field("Viewers", viewers(stage))
	if accepted, err := plan(stage); err == nil && accepted.Change.Kind == release.KindContent {
		screen.Field("Site", site(stage))
	}
	kept, err := s.keep(stage)
	for _, file := range kept {
		screen.Field("Kept", file)
	}
	if err != nil {
		return exitcode.Failure, err
	}
	return exit(screen, s, stage)
}

func list(screen *watch.Screen) {
	for _, sc := range scenario.All() {
		head := fmt.Sprintf("%-30s", sc.Name)
		if screen.Terminal {
			screen.Print(head, len(head)+1, sc.Story, watch.Plain)
		} else {
			screen.Whole(head, len(head)+1, sc.Story, watch.Plain) // one line each, for other programs
		}
	}
}

// plan is what the scenario's first execution was asked for, if the workflow will accept that.
func plan(stage *scenario.Stage) (release.Plan, error) {
	return release.Parse(stage.Workflow, stage.World.Executions[0].Input())
}

// allAlarmsOK makes up the alarms that the request names, as the viewers are made up: a rehearsal has no account.
func allAlarmsOK(stage *scenario.Stage) {
	accepted, err := plan(stage)
	if err != nil {
		return // the workflow will say so
	}
	for _, arn := range accepted.Gates.Alarms {
		stage.World.CloudWatch.SetAlarm(arn, "OK", "made up by the demo")
	}
}

func show(screen *watch.Screen, stage *scenario.Stage) {
	w := stage.World
	printer := &watch.Printer{Screen: screen, Progress: w.CloudFront.Progress}
	for _, e := range stage.Ends {
		printer.Names = append(printer.Names, e.Execution)
	}
	w.Watch(func(x *asl.Execution, e asl.Event) { printer.Event(x, e) })
	w.CloudFront.OnFlip = func(distribution, _ string, _, _ int) { printer.Flip(w.Clock.Now(), distribution) }
}

// play runs the world until every execution of the scenario has ended, at the speed that was asked for.
func play(stage *scenario.Stage, speed float64) {
	clock := stage.World.Clock
	for !stage.Done() {
		next, ok := clock.Next()
		if !ok {
			return
		}
		time.Sleep(time.Duration(float64(next.Sub(clock.Now())) / speed)) //nolint:forbidigo // the demo is watched by a person
		clock.Step()
	}
}

// outcome is the document's last word on an execution that came to an end of the workflow.
func outcome(x *asl.Execution) release.Document {
	var doc release.Document
	history := x.History()
	for i := len(history) - 1; i >= 0; i-- {
		if entered := history[i].StateEntered; entered != nil {
			if json.Unmarshal([]byte(entered.Input), &doc) != nil {
				return release.Document{}
			}
			return doc
		}
	}
	return doc
}
