package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/distribution"
)

// settings are the demo's flags, read and checked before anything runs.
type settings struct {
	scenario scenario.Scenario
	inputs   scenario.Inputs
	speed    float64 // simulated seconds in a second; +Inf is as fast as it goes
	history  string
	record   string
	list     bool
	expected bool
}

func parseFlags(args []string, out io.Writer) (settings, error) {
	var s settings
	var speed, name, request, primary, staging string
	flags := flag.NewFlagSet("local demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&name, "scenario", "healthy", "what happens; --list shows all")
	flags.StringVar(&speed, "speed", "600", "simulated seconds in a second of yours, or max")
	flags.Uint64Var(&s.inputs.Seed, "seed", 1, "draws propagations, viewers and retries; the same seed gives the same run")
	flags.StringVar(&request, "request", "", "file with the release request instead of the example's")
	flags.StringVar(&primary, "primary", "", "file with the primary's config, as aws cloudfront get-distribution-config prints it")
	flags.StringVar(&staging, "staging", "", "file with the staging distribution's config, likewise; goes with --primary")
	flags.StringVar(&s.history, "history", "", "write the execution's events here, as aws stepfunctions get-execution-history prints them")
	flags.StringVar(&s.record, "record", "", "write a copy of the evidence record here")
	flags.BoolVar(&s.list, "list", false, "list the scenarios")
	flags.BoolVar(&s.expected, "expected", false, "exit 0 when the scenario ended as it must, else 1")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(out)
			fmt.Fprint(out, usage+"\nFlags of demo:\n")
			flags.PrintDefaults()
		}
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("%q is not a flag: --help shows them", flags.Arg(0))
	}
	if err := s.setSpeed(speed); err != nil {
		return s, err
	}
	var ok bool
	if s.scenario, ok = scenario.Find(name); !ok {
		return s, fmt.Errorf("there is no scenario %q: --list shows them", name)
	}
	return s, s.read(request, primary, staging)
}

func (s *settings) setSpeed(text string) error {
	if text == "max" {
		s.speed = math.Inf(1)
		return nil
	}
	speed, err := strconv.ParseFloat(text, 64)
	if err != nil || !(speed >= 1 && speed <= 1e6) {
		return fmt.Errorf(`--speed %q: must be a number from 1 to 1000000, or "max"`, text)
	}
	s.speed = speed
	return nil
}

func (s *settings) read(request, primary, staging string) error {
	if (primary == "") != (staging == "") {
		return errors.New("--primary and --staging go together: a release is about a pair")
	}
	var err error
	if request != "" {
		if s.inputs.Request, err = os.ReadFile(request); err != nil {
			return fmt.Errorf("--request: %w", err)
		}
	}
	if primary == "" {
		return nil
	}
	if s.inputs.Primary, err = readConfig("--primary", primary); err != nil {
		return err
	}
	if s.inputs.Staging, err = readConfig("--staging", staging); err != nil {
		return err
	}
	if request == "" {
		// A pair that we do not know has no origin of a known name to repoint.
		s.inputs.Request = []byte(`{"primary": "E1PRIMARY", "change": {"kind": "staged"}}`)
	}
	return nil
}

func readConfig(name, file string) (*types.DistributionConfig, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	config, _, err := distribution.ParseCLI(data)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, file, err)
	}
	return config, nil
}
