package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/release"
)

// say writes a text as it is; there is nobody to tell when that fails.
func say(to *watch.Screen, text string) { _, _ = io.WriteString(to.Out, text) }

// badUsage is a command that was not understood. Nothing was asked of AWS.
func badUsage(command, format string, args ...any) error {
	return &operatorError{
		err: fmt.Errorf(format, args...), viewers: nothingDone, next: "operate " + command + " --help shows the flags", code: exitcode.Usage,
	}
}

// parseFlags reads the flags of a command and shows its help.
func parseFlags(flags *flag.FlagSet, args []string, env environment) error {
	flags.SetOutput(io.Discard)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		say(env.Out, usage+"\nFlags of "+flags.Name()+":\n")
		flags.VisitAll(func(f *flag.Flag) {
			value, text := flag.UnquoteUsage(f)
			head := "  " + strings.TrimSpace("--"+f.Name+" "+value)
			env.Out.Print(head, len("  --execution EXECUTION  "), text, watch.Plain)
		})
		return err
	case err != nil:
		// The package spells flags with one dash.
		return badUsage(flags.Name(), "%s", strings.Replace(err.Error(), " -", " --", 1))
	case flags.NArg() > 0:
		return badUsage(flags.Name(), "%q is not a flag", flags.Arg(0))
	}
	return nil
}

// checkPrimary applies the rule of package release.
func checkPrimary(command, id string) error {
	if id == "" {
		return badUsage(command, "--primary is missing: give the id of the primary distribution")
	}
	if err := primaryRule(id); err != nil {
		return badUsage(command, "--%w", err)
	}
	return nil
}

// primaryRule says how an id is none of a distribution.
func primaryRule(id string) error {
	_, err := release.ParseRecovery(recovery{Primary: id}.json())
	return err
}

// isPrimary tells the lock of a primary from that of a policy, which a cleanup works on.
func isPrimary(id string) bool { return primaryRule(id) == nil }
