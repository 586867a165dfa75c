// Command local is the embedded default: the workflows on this machine, against stand-ins, in time-lapse.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"

	"cloudfront-cd/infra/exitcode"
)

const usage = `Usage:
  local demo [flags]     watch a release, or a scenario
  local demo --list      the scenarios
  local demo --help      the flags
  local serve [flags]    CloudFront, its edge and S3 on a port, for the AWS CLI, Terraform, curl and browsers
  local serve --help     the flags

Exit codes of demo: 0 Promoted or Nothing To Release, 3 Rejected, 4 Rolled Back, 5 Needs Operator, 2 bad usage,
1 the run itself failed. With --expected: 0 when the scenario ended as it must, else 1.
Exit codes of serve: 0 it was ended by Ctrl-C or SIGTERM, 2 bad usage, 1 anything else, such as a port that is taken.
`

func main() {
	// The handlers' log lines go to CloudWatch Logs on AWS; here the screen belongs to the release.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		say(errs, "%s", usage)
		return exitcode.Usage
	}
	commands := map[string]func([]string, io.Writer) (int, error){"demo": demo, "serve": serveStandins}
	switch command, ok := commands[args[0]]; {
	case ok:
		code, err := command(args[1:], out)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return exitcode.OK
		case err != nil:
			say(errs, "local %s: %s\n", args[0], err)
		}
		return code
	case slices.Contains([]string{"help", "-h", "--help"}, args[0]):
		say(out, "%s", usage)
		return exitcode.OK
	}
	say(errs, "local: there is no command %q\n\n%s", args[0], usage)
	return exitcode.Usage
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
