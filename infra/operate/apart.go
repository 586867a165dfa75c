package main

import (
	"context"
	"encoding/json"
	"flag"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/release"
)

func parseRetire(args []string, env environment) (action, error) {
	p := pairing{workflow: release.Retire}
	flags := flag.NewFlagSet(p.workflow, flag.ContinueOnError)
	flags.StringVar(&p.Primary, "primary", "", "the `ID` of the primary distribution, which stays")
	flags.StringVar(&p.Reason, "reason", "by an operator", "a `TEXT` for people, kept in the evidence")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	return p.checked(release.ParseRetire)
}

// cleaning is a request of cleanup, and the command cleanup.
type cleaning struct {
	Apply      bool   `json:"apply"`
	MinimumAge string `json:"minimumAge,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

func parseCleanup(args []string, env environment) (action, error) {
	var c cleaning
	flags := flag.NewFlagSet(release.Cleanup, flag.ContinueOnError)
	flags.BoolVar(&c.Apply, "apply", false, "take the orphans apart; else they are only reported")
	flags.StringVar(&c.MinimumAge, "minimum-age", "", "what was changed within this `TIME` is no orphan; default 24h, at least 1h")
	flags.StringVar(&c.Reason, "reason", "by an operator", "a `TEXT` for people, kept in the record")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	input, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if _, err := release.ParseCleanup(input); err != nil {
		return nil, badUsage(release.Cleanup, "%w", err)
	}
	return func(ctx context.Context, t *tool) (int, error) {
		arn, err := t.startOther(ctx, release.Cleanup, release.Cleanup, string(input))
		if err != nil {
			return exitcode.Failure, err
		}
		return t.exitWith(ctx, arn)
	}, nil
}
