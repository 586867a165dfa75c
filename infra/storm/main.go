// Command storm runs whole workflows under seeded faults and checks what must hold whatever goes wrong (docs/storm.md).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/storm"
)

const usage = `Usage:
  storm [--seeds 2000] [--from 0] [--workflow release]   that many storms, then the planted bugs; coverage and violations
  storm --seed N [--workflow release] [--verbose]        one storm again, to the byte; --verbose tells everything that happens

Exit codes: 0 every invariant held, and where 2000 storms or more of all workflows were asked for, every planted bug was found
and everything was covered; 1 not so; 2 bad usage.
`

// enough is from how many storms of all workflows on everything must be covered.
const enough = 2000

type settings struct {
	seeds, from, seed uint64
	workflow          string
	one, verbose      bool
}

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the handlers' log lines go to CloudWatch Logs on AWS
	const percent = 800
	debug.SetGCPercent(percent) // every storm leaves a whole world behind
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	s, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		say(out, "%s", usage)
		return exitcode.OK
	case err != nil:
		say(errs, "storm: %s\n\n%s", err, usage)
		return exitcode.Usage
	}
	play := playMany
	if s.one {
		play = playOne
	}
	if !play(out, errs, s) {
		return exitcode.Failure
	}
	return exitcode.OK
}

func parseFlags(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("storm", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Uint64Var(&s.seeds, "seeds", enough, "")
	flags.Uint64Var(&s.from, "from", 0, "")
	flags.Uint64Var(&s.seed, "seed", 0, "")
	flags.StringVar(&s.workflow, "workflow", "", "")
	flags.BoolVar(&s.verbose, "verbose", false, "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	s.one = given["seed"]
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("%q is not a flag", flags.Arg(0))
	case s.workflow != "" && !slices.Contains(storm.Workflows(), s.workflow):
		return s, fmt.Errorf("--workflow %q: must be one of %s", s.workflow, strings.Join(storm.Workflows(), ", "))
	case s.seeds == 0:
		return s, errors.New("--seeds 0: must be at least 1")
	case s.one && (given["seeds"] || given["from"]):
		return s, errors.New("--seed plays one storm: it goes with neither --seeds nor --from")
	case s.verbose && !s.one:
		return s, errors.New("--verbose goes with --seed: thousands of storms told at length are no use")
	}
	return s, nil
}

// playOne plays one storm, and shows it.
func playOne(out, _ io.Writer, s settings) bool {
	plan := storm.Draw(s.seed, s.workflow)
	say(out, "%s", plan)
	o := storm.Options{}
	if s.verbose {
		o.Timeline = func(line string) { say(out, "%s\n", line) }
	}
	r := storm.Run(plan, o)
	say(out, "  ended    %s\n", strings.Join(r.Ends, ", "))
	for _, v := range r.Violations {
		say(out, "  VIOLATED %s\n", v)
	}
	return len(r.Violations) == 0
}

// playMany plays storms and says what came of them.
func playMany(out, errs io.Writer, s settings) bool {
	sum, began := storm.NewSum(), time.Now() //nolint:forbidigo // for the progress on the screen
	storm.Many(s.from, s.seeds, s.workflow, storm.Options{}, func(r storm.Result) {
		sum.Add(r)
		if len(r.Violations) > 0 {
			tellViolation(out, r)
		}
		if n := r.Plan.Seed - s.from + 1; n%max(1, s.seeds/10) == 0 {
			say(errs, "storm: %d of %d after %s\n", n, s.seeds, time.Since(began).Round(time.Second)) //nolint:forbidigo // likewise
		}
	})
	tellSum(out, sum)
	ok := len(sum.Broken) == 0
	if s.workflow != "" || s.seeds < enough {
		say(out, "\nFewer than %d storms, or of one workflow: coverage and planted bugs are not asked for.\n", enough)
		return ok
	}
	covered, found := tellCoverage(out, sum), tellBugs(out, s)
	return covered && found && ok
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
