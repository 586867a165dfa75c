// Package golden holds the state machines as CDK synthesizes them, for everyone who must not compile CDK: the local
// interpreter, the structural rules, the diagrams.
//
// The files are written by "make golden" and compared with a fresh synthesis by the test of package statemachine. They lie
// here, and not in a testdata folder, because go:embed reaches only its own package's folder and the go tool ignores
// packages in testdata. A Lambda's ARN is written as ${folder}, the folder below lambdas/ that its code is in.
package golden

import (
	"embed"
	"fmt"
	"strings"
)

const extension = ".asl.json"

//go:embed *.asl.json
var files embed.FS

// Release is the release workflow.
func Release() []byte { return must("release") }

// Recover is the recover workflow.
func Recover() []byte { return must("recover") }

// All is every workflow by its name.
func All() map[string][]byte {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Sprintf("golden: list the embedded files: %v", err))
	}
	all := make(map[string][]byte, len(entries))
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), extension)
		all[name] = must(name)
	}
	return all
}

// must panics where the binary was built without the file, which the compiler cannot notice.
func must(name string) []byte {
	data, err := files.ReadFile(name + extension)
	if err != nil {
		panic(fmt.Sprintf("golden: read the embedded workflow: %v", err))
	}
	return data
}
