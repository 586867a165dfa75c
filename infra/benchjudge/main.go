// Command benchjudge measures the judge beside what peers do with the same traffic, minute by minute: how often identical sides
// are rolled back, how soon regressions are caught, how often they are promoted, and how soon health is said.
//
// A simulated release is three hours of the primary's past and one hour with staging. Traffic that the judges share is drawn
// once (traffic.go); each judge (ours.go, fixed.go, mannwhitney.go) looks after every minute; a table has a line for each kind
// of traffic (table.go); then comes what our judge has promised, and where a peer is faster (summary.go). The same seed gives
// the same bytes, however many cores do the work.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"cloudfront-cd/infra/exitcode"
)

const usage = `Usage:
  benchjudge [--releases 20000] [--seed 1]   simulated releases in every cell of the table, and the seed of their traffic

Exit codes: 0 our judge keeps its promises; 1 it misses one; 2 bad usage.
`

// most is a limit on what can be asked for: an hour or two of two cores, and far from what a count can hold.
const most = 1_000_000

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	p, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		say(out, "%s", usage)
		return exitcode.OK
	case err != nil:
		say(errs, "benchjudge: %s\n\n%s", err, usage)
		return exitcode.Usage
	}
	p.sites = sites()
	lines := simulate(p, errs)
	writeTable(out, p, lines)
	if !writeSummary(out, lines) {
		return exitcode.Failure
	}
	return exitcode.OK
}

func parseFlags(args []string) (plan, error) {
	p := plan{}
	flags := flag.NewFlagSet("benchjudge", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&p.releases, "releases", 20_000, "")
	flags.Uint64Var(&p.seed, "seed", 1, "")
	if err := flags.Parse(args); err != nil {
		return plan{}, err
	}
	if flags.NArg() > 0 {
		return plan{}, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	if p.releases < 1 || p.releases > most {
		return plan{}, fmt.Errorf("--releases %d: give 1 to %d", p.releases, most)
	}
	return p, nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
