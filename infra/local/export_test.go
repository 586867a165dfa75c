package main

import "io"

// Run is the command for its tests.
func Run(args []string, out, errs io.Writer) int { return run(args, out, errs) }
