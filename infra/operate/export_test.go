package main

import "context"

// Environment and Services are the tool's surroundings for its tests.
type (
	Environment = environment
	Services    = services
)

// Run is the command for its tests.
func Run(ctx context.Context, args []string, env Environment) int { return run(ctx, args, env) }
