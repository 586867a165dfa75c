package docs_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestLinksBetweenTheDocumentsLeadSomewhere(t *testing.T) {
	for _, file := range []string{"../README.md", "../CONTRIBUTING.md", runbook, "release.md", "recover.md", "design.md", "judge.md", pipelines, "../examples/site/README.md"} {
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
	for _, heading := range matches(text, `(?m)^#+ (.+)$`) {
		lower := strings.ReplaceAll(strings.ToLower(heading), " ", "-")
		all = append(all, regexp.MustCompile(`[^a-z0-9_-]`).ReplaceAllString(lower, ""))
	}
	return all
}

// matches are what the pattern's group has found.
func matches(text, pattern string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	return string(data)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
