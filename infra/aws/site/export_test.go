package main

import "io"

// What the external tests use of this package.

// Prefixes are those of the executions that the pipeline starts.
func Prefixes() []string { return []string{configPrefix, contentPrefix} }

// Run is the command.
func Run(args []string, out, errs io.Writer) int { return run(args, out, errs) }
