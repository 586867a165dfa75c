// Command cost says what a release costs on AWS: it reads an execution's history, counts what AWS bills, and multiplies by
// the list prices of us-east-1.
//
// What a history does not show is taken at its most, so that counts and times are upper bounds: a Lambda's time includes
// what Step Functions took to call it, and every invocation makes as many requests as any of its kind (uses.go). Only the
// size of the logs is an estimate. Beside the sum stand what the same time would cost in programs that wait by themselves,
// and what a month of the stack costs in which nothing is released.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"cloudfront-cd/infra/exitcode"
)

const usage = `Usage:
  cost                  the price of a healthy release, run in the local engine
  cost --history FILE   the price of the execution in FILE, as aws stepfunctions get-execution-history --output json prints it
  cost --prices         every price with its source

Exit codes: 2 bad usage, or a history that cannot be priced; 1 the command itself failed.
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
		return exitcode.OK
	case err != nil:
		say(errs, "cost: %s\n\n%s", err, usage)
		return exitcode.Usage
	case onlyPrices:
		reportPrices(out)
		return exitcode.OK
	}
	var priced execution
	if file != "" {
		if priced, err = read(file); err != nil {
			say(errs, "cost: --history: %s\n", err)
			return exitcode.Usage
		}
	}
	healthy, idle, err := runLocally()
	if err != nil {
		say(errs, "cost: %s\n", err)
		return exitcode.Failure
	}
	if file == "" {
		priced = healthy
	}
	report(out, priced, idle)
	return exitcode.OK
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

func read(file string) (execution, error) {
	data, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return execution{}, fmt.Errorf("%w: %s", err, give)
	}
	x, err := parse(data)
	if err != nil {
		return execution{}, fmt.Errorf("%s: %w", file, err)
	}
	return x, nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
