package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/watch"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// demo runs one scenario and shows it.
func demo(args []string, out io.Writer) (int, error) {
	s, err := parseFlags(args, out)
	if err != nil {
		return exitUsage, err
	}
	if s.list {
		for _, sc := range scenario.All() {
			fmt.Fprintf(out, "%-30s %s\n", sc.Name, sc.Story)
		}
		return exitOK, nil
	}
	stage, err := s.scenario.Build(s.inputs)
	if err != nil {
		return exitUsage, err
	}
	introduce(out, s, stage)
	show(out, stage)
	play(stage, s.speed)
	main := stage.Main()
	conclude(out, stage)
	if err := s.keep(stage, main); err != nil {
		return exitFailure, err
	}
	if s.expected {
		if err := stage.Expected(); err != nil {
			return exitFailure, fmt.Errorf("scenario %s: %w", s.scenario.Name, err)
		}
		return exitOK, nil
	}
	return exitCode(scenario.End(main)), nil
}

func introduce(out io.Writer, s settings, stage *scenario.Stage) {
	pace := fmt.Sprintf("a simulated minute takes %s", time.Duration(float64(time.Minute)/s.speed).Round(time.Millisecond))
	if s.speed > 1e6 {
		pace = "as fast as it goes"
	}
	fmt.Fprintf(out, "Scenario %s (seed %d, %s): %s\n", s.scenario.Name, s.inputs.Seed, pace, s.scenario.Story)
	fmt.Fprintf(out, "Primary %s, staging %s, %d points of presence. Everything below happens on this machine, against stand-ins for AWS.\n\n",
		stage.World.Pair.PrimaryID, stage.World.Pair.StagingID, len(stage.World.CloudFront.POPs()))
}

func show(out io.Writer, stage *scenario.Stage) {
	w := stage.World
	printer := &watch.Printer{Out: out, Terminal: isTerminal(out), Progress: w.CloudFront.Progress}
	if len(stage.Ends) > 1 {
		printer.Name = func(x *asl.Execution) string { return "[" + x.Name() + "] " }
	}
	w.Watch(printer.Event)
	w.CloudFront.OnFlip = func(distribution, _ string, _, _ int) {
		for _, x := range w.Executions {
			printer.Flip(x, w.Clock.Now(), distribution)
		}
	}
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

func conclude(out io.Writer, stage *scenario.Stage) {
	w := stage.World
	for _, x := range w.Executions {
		took := release.Duration(x.StopDate().Sub(x.StartDate()).Round(time.Second))
		fmt.Fprintf(out, "\n%s  %s: %s after %s, %d history events\n", x.StopDate().Format(time.TimeOnly), x.Name(), scenario.End(x), took, len(x.History()))
		if cause := causeOf(x); cause != "" {
			fmt.Fprintln(out, "  "+cause)
		}
		if key, _, found := w.Evidence(x); found {
			fmt.Fprintf(out, "  evidence: %s in the record bucket (RECORD=file keeps a copy)\n", key)
		}
	}
	total := w.Viewers.Total(w.Pair.PrimaryID)
	all := total.Primary.Requests + total.Staging.Requests
	fmt.Fprintf(out, "\n%d requests in all, %d of them by staging; %d were answered 5xx.\n", all, total.Staging.Requests, total.Harmed())
}

func causeOf(x *asl.Execution) string {
	if x.Cause() != "" {
		return x.Cause()
	}
	var doc release.Document
	if json.Unmarshal(x.Output(), &doc) != nil {
		return ""
	}
	return doc.Outcome.Cause
}

// keep writes the files that were asked for.
func (s settings) keep(stage *scenario.Stage, x *asl.Execution) error {
	if s.history != "" {
		data, err := json.MarshalIndent(asl.History{Events: x.History()}, "", "    ")
		if err != nil {
			return fmt.Errorf("--history: %w", err)
		}
		if err := os.WriteFile(s.history, append(data, '\n'), 0o600); err != nil {
			return fmt.Errorf("--history: %w", err)
		}
	}
	if s.record == "" {
		return nil
	}
	_, data, found := stage.World.Evidence(x)
	if !found {
		return fmt.Errorf("--record: the execution %s left no record: its request was refused", x.Name())
	}
	if err := os.WriteFile(s.record, data, 0o600); err != nil {
		return fmt.Errorf("--record: %w", err)
	}
	return nil
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

// isTerminal reports whether a person is watching.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
