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

// healthyRelease is the release that make demo shows.
func healthyRelease() (execution, error) {
	w, err := healthyWorld()
	if err != nil {
		return execution{}, err
	}
	return finish(w, w.Executions[0], release.Promoted)
}

// idleRecover is what the schedule starts again and again on a pair that is well: recover finds nothing to do.
func idleRecover() (execution, error) {
	w, err := healthyWorld()
	if err != nil {
		return execution{}, err
	}
	if _, err := finish(w, w.Executions[0], release.Promoted); err != nil {
		return execution{}, err
	}
	request := json.RawMessage(`{"primary":"` + world.PrimaryID + `","reason":"schedule"}`)
	x, err := w.StartWorkflow(release.Recover, "scheduled", request)
	if err != nil {
		return execution{}, err
	}
	return finish(w, x, release.NothingToRecover)
}

func healthyWorld() (*world.World, error) {
	s, ok := scenario.Find("healthy")
	if !ok {
		return nil, errors.New("the local engine has no scenario healthy")
	}
	stage, err := s.Build(scenario.Inputs{Seed: seed})
	if err != nil {
		return nil, fmt.Errorf("build the world of scenario healthy: %w", err)
	}
	return stage.World, nil
}

// finish runs the world until x has ended, and reads its history as if it came from AWS.
func finish(w *world.World, x *asl.Execution, title string) (execution, error) {
	for x.Status() == asl.Running && w.Clock.Step() {
		continue
	}
	if x.State() != title {
		return execution{}, fmt.Errorf("execution %s of the local engine ended in %s and not in %s: %s", x.Name(), x.State(), title, x.Cause())
	}
	data, err := json.Marshal(asl.History{Events: x.History()})
	if err != nil {
		return execution{}, fmt.Errorf("write the history of execution %s: %w", x.Name(), err)
	}
	return parse(data)
}
