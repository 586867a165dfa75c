// Package docs_test keeps the documents true to the code.
package docs_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

func TestTheRunbookHasASectionForEveryEndFaultAndFinding(t *testing.T) {
	text := read(t, "runbook.md")
	want := []string{release.Promoted, release.NothingToRelease, release.Rejected, release.RolledBack, release.NeedsOperator}
	for _, name := range fault.Names() {
		want = append(want, string(name))
	}
	want = append(want, findings(t)...)
	headings := regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(text, -1)
	var got []string
	for _, h := range headings {
		got = append(got, h[1])
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("the runbook has no section %q", name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("the runbook has a section %q for something that does not exist", name)
		}
	}
}

// findings are the names in the source of their constants: they have no list of their own in the code.
func findings(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^\t[A-Z]\w+ += "([a-z0-9-]+)"$`).FindAllStringSubmatch(read(t, "../internal/release/findings.go"), -1) {
		names = append(names, m[1])
	}
	if len(names) < 20 {
		t.Fatalf("found only %d findings in the source", len(names))
	}
	return names
}

func TestLinksBetweenTheDocumentsLeadSomewhere(t *testing.T) {
	for _, file := range []string{"../README.md", "../CONTRIBUTING.md", "runbook.md", "release.md", "design.md"} {
		dir := strings.TrimSuffix(file, file[strings.LastIndex(file, "/")+1:])
		for _, m := range regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`).FindAllStringSubmatch(read(t, file), -1) {
			target, anchor := dir+m[1], strings.TrimPrefix(m[2], "#")
			if m[1] == "" {
				target = file
			}
			info, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s links to %s: %s", file, m[1], err)
				continue
			}
			if anchor != "" && !info.IsDir() && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s links to %s#%s, which has no such heading", file, target, anchor)
			}
		}
	}
}

// anchors of the headings, as GitHub makes them.
func anchors(text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		lower := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		all = append(all, regexp.MustCompile(`[^a-z0-9_-]`).ReplaceAllString(lower, ""))
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
