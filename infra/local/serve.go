package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/serve"
)

// serveStandins runs the stand-ins on a port until Ctrl-C or SIGTERM.
func serveStandins(args []string, out io.Writer) (int, error) {
	o, err := parseServeFlags(args, out)
	if err != nil {
		return exitcode.Usage, err
	}
	//nolint:forbidigo // this is where the command begins
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the process at once, as it would any other.
	context.AfterFunc(ctx, stop)
	if err := serve.Run(ctx, o, out); err != nil {
		return exitcode.Failure, err
	}
	return exitcode.OK, nil
}

func parseServeFlags(args []string, out io.Writer) (serve.Options, error) {
	o := serve.Options{Now: time.Now} //nolint:forbidigo // people and their clients live on the wall clock
	var port, speed, seed string
	flags := flag.NewFlagSet("local serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&port, "port", "4566", "listen on port `N` of 127.0.0.1; 0 takes a free one")
	flags.StringVar(&speed, "speed", "60", "simulate `N` seconds in a second of yours; 1 is real time")
	flags.StringVar(&seed, "seed", "1", "draw ids and propagations from `N`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			help("serve", flags, out)
			return o, err
		}
		return o, fmt.Errorf("%s: local serve --help shows the flags", strings.Replace(err.Error(), " -", " --", 1))
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag: local serve --help shows them", flags.Arg(0))
	}
	var err error
	if o.Port, err = strconv.Atoi(port); err != nil || o.Port < 0 || o.Port > math.MaxUint16 {
		return o, fmt.Errorf("--port %q: must be a whole number from 0 to %d", port, math.MaxUint16)
	}
	o.Speed, err = strconv.ParseFloat(speed, 64)
	if err != nil || !(o.Speed > 0 && o.Speed <= fastest) {
		return o, fmt.Errorf("--speed %q: must be a number above 0 and at most %d; 1 is real time", speed, fastest)
	}
	if o.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		return o, fmt.Errorf("--seed %q: must be a whole number from 0 to %d", seed, uint64(math.MaxUint64))
	}
	return o, nil
}

// fastest is a day in a second: dates stay ones that clients can read, with a year of four digits, for weeks.
const fastest = 100_000
