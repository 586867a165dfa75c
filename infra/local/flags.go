package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"cloudfront-cd/infra/local/scenario"
)

// settings are the demo's flags, read and checked before anything runs.
type settings struct {
	scenario scenario.Scenario
	inputs   scenario.Inputs
	speed    float64 // simulated seconds in a second; +Inf is as fast as it goes
	list     bool
	expected bool

	// The files as they were given; empty for those that were not.
	request, primary, staging string
	history, record           string
}

func parseFlags(args []string, out io.Writer) (settings, error) {
	var s settings
	var speed, seed, name string
	flags := flag.NewFlagSet("local demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&name, "scenario", "healthy", "play the scenario `NAME`; --list shows all")
	flags.StringVar(&speed, "speed", "600", "simulate `N` seconds in a second of yours, or max")
	flags.StringVar(&seed, "seed", "1", "draw propagations, viewers and retries from `N`; the same seed gives the same run")
	flags.StringVar(&s.request, "request", "", "take the release request from `FILE` instead of the example's")
	flags.StringVar(&s.primary, "primary", "", "take the primary's config from `FILE`, as aws cloudfront get-distribution-config prints it")
	flags.StringVar(&s.staging, "staging", "", "take the staging distribution's config from `FILE`, likewise; goes with --primary")
	flags.StringVar(&s.history, "history", "", "write the (last) release's events to `FILE`, as aws stepfunctions get-execution-history prints them")
	flags.StringVar(&s.record, "record", "", "write a copy of its evidence record to `FILE`")
	flags.BoolVar(&s.list, "list", false, "list the scenarios")
	flags.BoolVar(&s.expected, "expected", false, "exit 0 when the scenario ended as it must, else 1")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			help("demo", flags, out)
			return s, err
		}
		// The package spells flags with one dash.
		return s, fmt.Errorf("%s: local demo --help shows the flags", strings.Replace(err.Error(), " -", " --", 1))
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("%q is not a flag: local demo --help shows them", flags.Arg(0))
	}
	if err := s.set(name, speed, seed); err != nil {
		return s, err
	}
	if err := s.read(); err != nil {
		return s, err
	}
	return s, s.checkOutputs()
}

func help(command string, flags *flag.FlagSet, out io.Writer) {
	say(out, "%s\nFlags of %s:\n", usage, command)
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" {
			text += " (default " + f.DefValue + ")"
		}
		say(out, "  %-17s %s\n", strings.TrimSpace("--"+f.Name+" "+value), text)
	})
}

func (s *settings) set(name, speed, seed string) error {
	var ok bool
	if s.scenario, ok = scenario.Find(name); !ok {
		return fmt.Errorf("there is no scenario %q: local demo --list shows them", name)
	}
	var err error
	if s.inputs.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		return fmt.Errorf("--seed %q: must be a whole number from 0 to %d", seed, uint64(math.MaxUint64))
	}
	if speed == "max" {
		s.speed = math.Inf(1)
		return nil
	}
	s.speed, err = strconv.ParseFloat(speed, 64)
	if err != nil || !(s.speed >= 1 && s.speed <= 1e6) {
		return fmt.Errorf(`--speed %q: must be a number from 1 (real time) to 1000000, or "max"`, speed)
	}
	return nil
}
