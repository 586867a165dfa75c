package docs_test

import (
	"strings"
	"testing"
)

// TestTheExcerptIsOfTheBench: what judge.md shows of make bench-judge is in its committed output, line by line.
func TestTheExcerptIsOfTheBench(t *testing.T) {
	output := "\n" + read(t, "bench-judge.txt")
	_, section, found := strings.Cut(read(t, "judge.md"), "## Against peers")
	if !found {
		t.Fatal("judge.md has no section Against peers")
	}
	_, rest, _ := strings.Cut(section, "```text\n")
	excerpt, _, _ := strings.Cut(rest, "```")
	if lines := strings.Count(excerpt, "\n"); lines < 30 {
		t.Fatalf("got an excerpt of %d lines", lines)
	}
	for line := range strings.Lines(excerpt) {
		if !strings.Contains(output, "\n"+line) {
			t.Errorf("not in bench-judge.txt: %s", line)
		}
	}
}
