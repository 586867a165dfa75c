// Command site makes the CloudFormation templates of an example site and of its pipeline: the contract between
// infrastructure as code and the releases (docs/pipelines.md). Copy the package, or read it beside your own.
//
// It reads from top to bottom: definition.go, what the site is, on both sides; site.go, the construct; stacks.go, the stack
// of each side; pipeline.go, what deploys staging and starts the releases. No stack has a continuous deployment policy: a
// promotion disables it behind CloudFormation's back, and a policy that is attached outlives the stack that made it.
//
// The command synthesizes and talks to nobody. The scripts beside it deploy with the AWS CLI.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/infra/exitcode"
)

const usage = "Usage: site [--settings examples/site/site.json] [--out build/site.out]\n"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	var file, to string
	flags := flag.NewFlagSet("site", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&file, "settings", "examples/site/site.json", "")
	flags.StringVar(&to, "out", "build/site.out", "")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		say(out, "%s", usage)
		return exitcode.OK
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	if err != nil {
		say(errs, "infra/aws/site: %s\n%s", err, usage)
		return exitcode.Usage
	}
	s, err := readSettings(file)
	if err != nil {
		say(errs, "infra/aws/site: %s\n", err)
		return exitcode.Usage
	}
	defer jsii.Close()
	if err := synthesize(to, s); err != nil {
		say(errs, "infra/aws/site: %s\n", err)
		return exitcode.Failure
	}
	say(out, "The templates are in %s.\n", to)
	return exitcode.OK
}

// synthesize writes the templates. CDK's own validation fails it for whatever CloudFormation's schemas do not have.
func synthesize(out string, s settings) (err error) {
	defer func() {
		// jsii panics with what CDK throws.
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("synthesize the stacks: %v", thrown)
		}
	}()
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: &out, AnalyticsReporting: jsii.Bool(false), Context: &map[string]any{"@aws-cdk/core:strictCfnValidateErrors": true},
	})
	addPrimary(app, s)
	addStaging(app, s)
	if s.piped() {
		addPipeline(app, s)
	}
	app.Synth(nil)
	return nil
}

// say writes a message; there is nobody to tell when that fails.
func say(to io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(to, format, args...) }
