package main

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"
)

func run(args []string, out, errs io.Writer) int {
	context := map[string]any{}
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	outdir := flags.String("o", "build/cdk.out", "")
	zips := flags.String("zips", "build/lambdas", "")
	flags.Func("c", "", func(v string) error {
		name, value, _ := strings.Cut(v, "=")
		context[name] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return 2
	}
	defer jsii.Close()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: outdir, Context: &context, AnalyticsReporting: jsii.Bool(false)})
	s, err := readSettings(func(name string) string {
		if v := app.Node().TryGetContext(&name); v != nil {
			return fmt.Sprint(v)
		}
		return ""
	})
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	addStack(app, s, func(folder string) awslambda.Code {
		return awslambda.Code_FromAsset(jsii.String(filepath.Join(*zips, folder+".zip")), &awss3assets.AssetOptions{})
	})
	app.Synth(nil)
	fmt.Fprintln(out, "wrote", *outdir)
	return 0
}
