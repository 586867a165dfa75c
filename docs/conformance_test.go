package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

const conformance = "conformance.md"

// rule is a row of the conformance table.
type rule struct{ text, source, where, test, status string }

func rules(t *testing.T) []rule {
	t.Helper()
	var all []rule
	for line := range strings.SplitSeq(read(t, conformance), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| rule |") {
			continue
		}
		cells := regexp.MustCompile(`\s*\|\s*`).Split(strings.Trim(line, "| "), -1)
		if len(cells) != 5 {
			t.Fatalf("got %d cells instead of 5 in %s", len(cells), line)
		}
		all = append(all, rule{cells[0], cells[1], cells[2], cells[3], cells[4]})
	}
	if len(all) < 100 {
		t.Fatalf("found %d rules", len(all))
	}
	return all
}

// TestEveryRuleOfTheStandInsHasItsTest: where it is implemented exists, its test exists, and how sure it is is one of five
// words.
func TestEveryRuleOfTheStandInsHasItsTest(t *testing.T) {
	exists := tests(t)
	for _, r := range rules(t) {
		if r.text == "" || r.source == "" {
			t.Errorf("a rule without text or source: %+v", r)
		}
		if !slices.Contains([]string{"verified", "documented", "reported", "assumed", "ours"}, r.status) {
			t.Errorf("%q is %q", r.text, r.status)
		}
		for _, file := range quoted(t, r, r.where) {
			if info, err := os.Stat(filepath.Join("..", "internal", "standin", file)); err != nil || info.IsDir() {
				t.Errorf("%q is in %s, which is no file of internal/standin", r.text, file)
			}
		}
		for _, test := range quoted(t, r, r.test) {
			if !exists[test] {
				t.Errorf("%q has the test %s, which does not exist", r.text, test)
			}
		}
	}
}

// TestEverySwitchIsInTheTable, because a switch is what nobody knows about AWS.
func TestEverySwitchIsInTheTable(t *testing.T) {
	table := read(t, conformance)
	fields := append(reflect.VisibleFields(reflect.TypeFor[cloudfront.Switches]()), reflect.VisibleFields(reflect.TypeFor[edge.Switches]())...)
	for _, field := range fields {
		if !strings.Contains(table, "`"+field.Name+"`") {
			t.Errorf("%s does not mention the switch %s", conformance, field.Name)
		}
	}
}

func quoted(t *testing.T, r rule, cell string) []string {
	t.Helper()
	found := matches(cell, "`([^`]+)`")
	if len(found) == 0 {
		t.Errorf("%q names nothing in %q", r.text, cell)
	}
	return found
}

// tests are the names of all top-level tests of the stand-ins and of the local world.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, root := range []string{"../internal/standin", "../infra/local"} {
		must(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, name := range matches(read(t, path), `(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`) {
				found[name] = true
			}
			return nil
		}))
	}
	return found
}
