package main

import (
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// What the external tests use of this package.

// MostPairs is how many pairs the stack takes, Largest how many bytes a zip may have.
const (
	MostPairs = mostPairs
	Largest   = largest
)

// Run is the command.
func Run(args []string, out, errs io.Writer) int { return run(args, out, errs) }

// Context are the settings that arguments and a cdk.json in the working directory give.
func Context(args ...string) (map[string]any, error) {
	c, err := parse(args)
	return c.context, err
}

// Settings reads settings and prints them.
func Settings(lookup func(name string) string) (string, error) {
	s, err := readSettings(lookup)
	return fmt.Sprintf("%+v", s), err
}

// Synthesize writes the template of the stack with these settings into a folder.
func Synthesize(out string, lookup func(name string) string, code awslambda.Code) error {
	s, err := readSettings(lookup)
	if err != nil {
		return err
	}
	app := newApp(out, nil)
	addStack(app, s, func(string) awslambda.Code { return code })
	app.Synth(nil)
	return nil
}

// Folders are the folders in the permission table.
func Folders() []string {
	var folders []string
	for _, f := range functions() {
		folders = append(folders, f.folder)
	}
	return folders
}

// ActionsOf are the IAM actions that a method of the SDK needs; none for one that is not in the table.
func ActionsOf(method string) []string {
	var actions []string
	for _, n := range needs()[method] {
		actions = append(actions, n.action)
	}
	return actions
}

// Methods are those in the table.
func Methods() []string {
	var methods []string
	for method := range needs() {
		methods = append(methods, method)
	}
	return methods
}

// SilentHours is after how many hours without a start of recover there is an alarm.
func SilentHours(every time.Duration) int { return silentHours(every) }

// Pack zips every bootstrap below dir.
func Pack(out io.Writer, dir string) error { return pack(out, dir) }
