package main_test

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	local "cloudfront-cd/infra/local"
)

var update = flag.Bool("update", false, "rewrite the golden files, then look at git diff") //nolint:gochecknoglobals // a test flag

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// ran is one call of the command.
type ran struct {
	code      int
	out, errs string
}

func run(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := local.Run(args, &out, &errs)
	return ran{code, out.String(), errs.String()}
}

// demo runs the demo as fast as it goes.
func demo(t *testing.T, args ...string) ran {
	t.Helper()
	return run(t, append([]string{"demo", "--speed", "max"}, args...)...)
}

func (r ran) wantCode(t *testing.T, want int) {
	t.Helper()
	if r.code != want {
		t.Errorf("got exit code %d, want %d\n%s%s", r.code, want, r.out, r.errs)
	}
}

func wantContains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant it to contain %q", text, want)
		}
	}
}

// wantLines is wantContains for whole lines, in that order.
func wantLines(t *testing.T, text string, wants ...string) {
	t.Helper()
	rest := strings.Split(text, "\n")
	for _, want := range wants {
		for len(rest) > 0 && rest[0] != want {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			t.Fatalf("got\n%s\nwant the line %q (after the ones before it)", text, want)
		}
		rest = rest[1:]
	}
}

func wantGolden(t *testing.T, got string) {
	t.Helper()
	name := filepath.Join("testdata", strings.ReplaceAll(t.Name(), "/", ".")+".golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("line %d of %s: got\n%s\nwant\n%s\n(go test ./infra/local -update rewrites it)", i+1, name, gotLines[i], wantLines[i])
		}
	}
	t.Fatalf("got %d lines, %s has %d (go test ./infra/local -update rewrites it)", len(gotLines), name, len(wantLines))
}

// write puts a file into a directory of the test and returns its name.
func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const examples = "../../examples/"

// pair is the flags for one of the examples' pairs.
func pair(name string) []string {
	return []string{"--primary", examples + name + ".primary.json", "--staging", examples + name + ".staging.json"}
}
