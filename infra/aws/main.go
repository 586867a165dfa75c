// Command aws makes the CloudFormation template of the stack that runs the workflows on AWS.
//
// It reads from top to bottom: settings.go, what differs from one account to the next; stack.go, the parts and their order;
// then one file for each part. Who may do what is in two tables: actions.go has what IAM asks of each method of the SDK,
// permissions.go which Lambda calls which methods on what; statements.go makes policies of both. Tests hold them against
// the handlers' interfaces and calls, and the workflows against the goldens that the local engine runs.
//
// The command zips what "make build" has built, then synthesizes; nothing here talks to AWS. "make deploy" hands the result
// to the CDK command line tool.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/infra/exitcode"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// command is what was asked for.
type command struct {
	context map[string]any
	lambdas string // the folder in which "make build" puts <folder>/bootstrap
	out     string // the cloud assembly, as the CDK command line tool takes it with --app
}

func run(args []string, out, errs io.Writer) int {
	c, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		say(out, "Usage: aws [-c setting=value]… [--lambdas build/lambdas] [--out build/cdk.out]\n\n%s", help())
		return exitcode.OK
	case err != nil:
		say(errs, "infra/aws: %s\n", err)
		return exitcode.Usage
	}
	app := newApp(c.out, c.context)
	defer jsii.Close()
	s, err := readSettings(contextOf(app))
	if err != nil {
		say(errs, "%s\n", err)
		return exitcode.Usage
	}
	if err = pack(out, c.lambdas); err == nil {
		err = synthesize(app, s, c.lambdas)
	}
	if err != nil {
		say(errs, "infra/aws: %s\n", err)
		return exitcode.Failure
	}
	say(out, "\nThe template is %s.\n", filepath.Join(c.out, stackName+".template.json"))
	if s.notify == "" {
		say(out, "Nobody is subscribed to the alarms: set notify.\n")
	}
	return exitcode.OK
}

func parse(args []string) (command, error) {
	c := command{context: map[string]any{}}
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.lambdas, "lambdas", "build/lambdas", "")
	flags.StringVar(&c.out, "out", "build/cdk.out", "")
	flags.Func("c", "", func(text string) error {
		name, value, found := strings.Cut(text, "=")
		if !found || !isSetting(name) {
			return fmt.Errorf("there is no setting %q\n\n%s", name, help())
		}
		c.context[name] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("%q is not a flag: --help shows them", flags.Arg(0))
	}
	all, err := keptSettings(settingsFile)
	if err != nil {
		return c, err
	}
	maps.Copy(all, c.context)
	c.context = all
	return c, nil
}

// contextOf looks settings up in CDK's context.
func contextOf(app awscdk.App) func(name string) string {
	return func(name string) string {
		value := app.Node().TryGetContext(&name)
		if value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
}

// synthesize writes the cloud assembly.
func synthesize(app awscdk.App, s settings, lambdas string) (err error) {
	defer func() {
		// jsii panics with what CDK throws.
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("synthesize the stack: %v", thrown)
		}
	}()
	addStack(app, s, func(folder string) awslambda.Code {
		return awslambda.Code_FromAsset(jsii.String(archive(lambdas, folder)), nil)
	})
	app.Synth(nil)
	return nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
