package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// seed is the demo's own.
const seed = 1

// runLocally is the release that make demo shows, and after it what the schedule starts again and again on a pair that is
// well: a recover that finds nothing to do.
func runLocally() (healthy, idle execution, err error) {
	s, ok := scenario.Find("healthy")
	if !ok {
		return execution{}, execution{}, errors.New("the local engine has no scenario healthy")
	}
	stage, err := s.Build(scenario.Inputs{Seed: seed})
	if err != nil {
		return execution{}, execution{}, fmt.Errorf("build the world of scenario healthy: %w", err)
	}
	w := stage.World
	if healthy, err = finish(w, stage.Main(), release.Promoted); err != nil {
		return execution{}, execution{}, err
	}
	x, err := w.StartWorkflow(release.Recover, "scheduled", json.RawMessage(`{"primary":"`+world.PrimaryID+`","reason":"schedule"}`))
	if err != nil {
		return execution{}, execution{}, err
	}
	idle, err = finish(w, x, release.NothingToRecover)
	return healthy, idle, err
}

// finish runs the world until x has ended, and reads its history as if it came from AWS.
func finish(w *world.World, x *asl.Execution, title string) (execution, error) {
	w.Clock.RunUntil(func() bool { return x.Status() != asl.Running })
	if x.State() != title {
		return execution{}, fmt.Errorf("execution %s of the local engine ended in %q and not in %q: %s", x.Name(), x.State(), title, x.Cause())
	}
	data, err := json.Marshal(asl.History{Events: x.History()})
	if err != nil {
		return execution{}, fmt.Errorf("write the history of execution %s: %w", x.Name(), err)
	}
	return parse(data)
}
