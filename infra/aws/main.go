// Command aws synthesizes the stack that runs the workflows on AWS.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
