// Command cost says what a release costs on AWS: it reads an execution's history, counts what AWS bills, and multiplies by
// the list prices of us-east-1.
//
// Everything that a history does not show is taken at its most, so that every amount is an upper bound: a Lambda's time
// includes what Step Functions took to call it, and every invocation makes as many requests as any of its kind (uses.go).
// Beside the sum stand what the same time would cost in programs that wait by themselves, and what a month of the stack
// costs in which nothing is released.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// Exit codes of the command.
const (
	exitOK      = 0
	exitFailure = 1 // the command itself could not do its work
	exitUsage   = 2 // bad flags, or a history that cannot be priced
)

const usage = `Usage:
  cost                  the price of a healthy release, run in the local engine
  cost --history FILE   the price of the execution in FILE, as aws stepfunctions get-execution-history --output json prints it
  cost --prices         every price with its source
`

func main() {
	// The local engine's handlers log; here the screen belongs to the bill.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	file, onlyPrices, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		say(out, "%s", usage)
		return exitOK
	case err != nil:
		say(errs, "cost: %s\n\n%s", err, usage)
		return exitUsage
	case onlyPrices:
		reportPrices(out)
		return exitOK
	}
	subject, code, err := load(file)
	if err != nil {
		say(errs, "cost: %s\n", err)
		return code
	}
	idle, err := idleRecover()
	if err != nil {
		say(errs, "cost: %s\n", err)
		return exitFailure
	}
	report(out, subject, idle)
	return exitOK
}

func parseFlags(args []string) (history string, onlyPrices bool, err error) {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&history, "history", "", "")
	flags.BoolVar(&onlyPrices, "prices", false, "")
	if err := flags.Parse(args); err != nil {
		return "", false, err
	}
	if flags.NArg() > 0 {
		return "", false, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	return history, onlyPrices, nil
}

// load is the execution to be priced, and otherwise the exit code.
func load(file string) (execution, int, error) {
	if file == "" {
		x, err := healthyRelease()
		return x, exitFailure, err
	}
	data, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return execution{}, exitUsage, fmt.Errorf("--history: %w: %s", err, give)
	}
	x, err := parse(data)
	if err != nil {
		return execution{}, exitUsage, fmt.Errorf("--history %s: %w", file, err)
	}
	return x, exitOK, nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
