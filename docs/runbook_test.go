// Package docs_test keeps the documents true to the code.
package docs_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/examples"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

const runbook = "runbook.md"

func TestTheRunbookHasASectionForEveryEndFaultFindingAndAlarm(t *testing.T) {
	want := slices.Concat(release.Ends(), findings(t), alarms(t))
	for _, name := range fault.Names() {
		want = append(want, string(name))
	}
	got := matches(read(t, runbook), `(?m)^### (.+)$`)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("the runbook has no section %q", name)
		}
	}
	for i, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("the runbook has a section %q for something that does not exist", name)
		}
		if slices.Contains(got[:i], name) {
			t.Errorf("the runbook has two sections %q", name)
		}
	}
}

// findings are the names in the source of their constants: they have no list of their own in the code.
func findings(t *testing.T) []string {
	t.Helper()
	source := read(t, "../internal/release/findings.go") + read(t, "../internal/release/content_findings.go")
	names := matches(source, `(?m)^\t[A-Z]\w+ += "([a-z0-9-]+)"$`)
	if len(names) < 20 {
		t.Fatalf("found only %d findings in the source", len(names))
	}
	return names
}

// alarms are the titles in the source of the stack, which no other package can import. A title is a text, or an end.
func alarms(t *testing.T) []string {
	t.Helper()
	source := read(t, "../infra/aws/alarms.go")
	titles := matches(source, `\btitle:\s+"([^"]+)"`)
	if slices.Contains(matches(source, `\btitle:\s+release\.(\w+)`), "NeedsOperator") {
		titles = append(titles, release.NeedsOperator)
	}
	if all := len(matches(source, `\b(title):\s`)); len(titles) < 3 || len(titles) != all {
		t.Fatalf("found only %v of %d titles of alarms in the source", titles, all)
	}
	return titles
}

// TestEveryEndLeadsToItsSection: the Cause of an execution that fails says last where to read on.
func TestEveryEndLeadsToItsSection(t *testing.T) {
	plan := &release.Plan{Primary: "E1PRIMARY"}
	broken := &release.Failure{Error: string(fault.Unexpected), Cause: "said the test"}
	regressed := &release.Examination{Regressed: true, Promoted: true, Record: "releases/E1PRIMARY/x.json"}
	seen := map[string]bool{}
	for name, c := range map[string]struct {
		end string
		doc release.Document
	}{
		"a promotion":                    {release.Promoted, release.Document{Plan: plan, Promotion: &release.Promotion{Confirmed: true}}},
		"equal configs":                  {release.NothingToRelease, release.Document{Plan: plan, Staging: &release.Staging{}}},
		"a calibration":                  {release.Calibrated, release.Document{Plan: plan, Stop: &release.Write{}, Judgement: &release.Judgement{Calibrated: true}}},
		"a refusal":                      {release.Rejected, release.Document{Failure: broken}},
		"a way back":                     {release.RolledBack, release.Document{Plan: plan, Stop: &release.Write{}, Failure: broken}},
		"a way back that failed":         {release.NeedsOperator, release.Document{Plan: plan, Stranded: broken}},
		"a recovery":                     {release.Recovered, release.Document{Workflow: release.Recover, Plan: plan, Examination: &release.Examination{}}},
		"nobody dead":                    {release.NothingToRecover, release.Document{Workflow: release.Recover, Plan: plan}},
		"a refused recovery":             {release.Rejected, release.Document{Workflow: release.Recover, Failure: broken}},
		"a recovery that failed":         {release.NeedsOperator, release.Document{Workflow: release.Recover, Plan: plan, Stranded: broken}},
		"a pair that is apart":           {release.Retired, release.Document{Workflow: release.Retire, Plan: plan, StagingDeleted: &release.Deletion{}}},
		"a refusal to retire":            {release.Rejected, release.Document{Workflow: release.Retire, Plan: plan, Failure: broken}},
		"a pair that is half apart":      {release.NeedsOperator, release.Document{Workflow: release.Retire, Plan: plan, Stranded: broken}},
		"an enrollment":                  {release.Enrolled, release.Document{Workflow: release.Enroll, Plan: plan, Verification: &release.Preflight{Passed: true}}},
		"a refused enrollment":           {release.Rejected, release.Document{Workflow: release.Enroll, Failure: broken}},
		"a pair that no release can use": {release.NeedsOperator, release.Document{Workflow: release.Enroll, Plan: plan, Verification: &release.Preflight{}}},
		"a maintenance": {
			release.Maintained,
			release.Document{Workflow: release.Maintenance, Plan: plan, Door: &release.Door{}, Verification: &release.Preflight{Passed: true}},
		},
		"a maintenance that failed": {release.NeedsOperator, release.Document{
			Workflow: release.Maintenance, Plan: plan, Preflight: &release.Preflight{}, Door: &release.Door{}, Stranded: broken,
		}},
		"a bad config that is still live": {release.NeedsOperator, release.Document{Workflow: release.Recover, Plan: plan, Examination: regressed}},
	} {
		t.Run(name, func(t *testing.T) {
			c.doc.Execution.Name = "mine"
			got := c.doc.Conclude()
			if seen[got.End] = true; got.End != c.end {
				t.Fatalf("got %s, want %s", got.End, c.end)
			}
			last := "; runbook: " + c.end + ")"
			if fails := got.Rejected || got.RolledBack || got.NeedsOperator; strings.HasSuffix(got.Cause, last) != fails {
				t.Errorf("got %q, want it to end in %q: %t", got.Cause, last, fails)
			}
			wantSections(t, got.Cause)
		})
	}
	dry, apply := release.Document{Plan: &release.Plan{}}, release.Document{Plan: &release.Plan{Apply: true}}
	for end, got := range map[string]release.Outcome{
		release.Clean: dry.ConcludeCleanup(release.Tally{}), release.OrphansFound: dry.ConcludeCleanup(release.Tally{Found: 1}),
		release.Cleaned:       apply.ConcludeCleanup(release.Tally{Found: 1, Done: 1}),
		release.NeedsOperator: apply.ConcludeCleanup(release.Tally{Found: 1, Failed: []release.Result{{}}}),
	} {
		if seen[got.End] = true; got.End != end || wantSections(t, got.Cause) > 0 != got.NeedsOperator {
			t.Errorf("got %s (%s), want %s", got.End, got.Cause, end)
		}
	}
	if got, want := slices.Sorted(maps.Keys(seen)), slices.Sorted(slices.Values(release.Ends())); !slices.Equal(got, want) {
		t.Errorf("got ends %q, want %q", got, want)
	}
}

// TestWhatPointsToTheRunbookFindsItsSection: in the goldens, whose Cause stands where no step could say better, and in the
// sources.
func TestWhatPointsToTheRunbookFindsItsSection(t *testing.T) {
	for name, definition := range golden.All() {
		if found := wantSections(t, string(definition)); found == 0 {
			t.Errorf("the %s workflow does not name the runbook where no step could say why it ended", name)
		}
	}
	headings := anchors(read(t, runbook))
	for file, source := range sources(t) {
		wantSections(t, source)
		for _, anchor := range matches(source, `runbook\.md#([a-z0-9-]+)`) {
			if !slices.Contains(headings, anchor) {
				t.Errorf("%s points to %s#%s, which does not exist", file, runbook, anchor)
			}
		}
	}
}

// wantSections checks the sections that a text names, as "runbook: X)", "runbook, X)" or "the runbook's section X says", and
// returns their number.
func wantSections(t *testing.T, text string) int {
	t.Helper()
	named := matches(text, `runbook(?::|,|'s section) ([A-Z][A-Za-z ]+?)(?:\)| says)`)
	for _, section := range named {
		if !slices.Contains(matches(read(t, runbook), `(?m)^##+ (.+)$`), section) {
			t.Errorf("the runbook has no section %q, which is named in %.80q", section, text)
		}
	}
	return len(named)
}

// sources are the Go files that may speak to an operator.
func sources(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, root := range []string{"../infra", "../internal", "../lambdas", "../statemachine"} {
		err := filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				texts[file] = read(t, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

func TestTheRunbookHasTheCommandsOfTheCauses(t *testing.T) {
	text := strings.ReplaceAll(read(t, runbook), "\\\n", "")
	if want := release.SwitchOffCommand("POLICY"); !strings.Contains(text, want) {
		t.Errorf("the runbook lacks the command that switches a policy off: %s", want)
	}
	clears := 0
	for _, input := range matches(text, `--state-machine-arn RECOVER +--input '([^']+)'`) {
		plan, err := release.ParseRecovery([]byte(input))
		if err != nil {
			t.Errorf("recover refuses the runbook's input %s: %s", input, err)
		}
		if plan.ClearHold {
			clears++
		}
	}
	if clears != 1 {
		t.Errorf("got %d commands that clear a hold, want 1", clears)
	}
}

// TestWhatTheRunbookNamesExists: make's targets, and what the stack makes.
func TestWhatTheRunbookNamesExists(t *testing.T) {
	text := read(t, runbook)
	makefile := read(t, "../Makefile")
	targets := matches(makefile, `(?m)^([a-z]+):`)
	for _, target := range matches(text, "(?m)(?:^|`)make ([a-z]+)") {
		if !slices.Contains(targets, target) {
			t.Errorf("there is no make %s", target)
		}
	}
	for _, command := range matches(text, "\\b(make [a-z]+ [^\n`]+)") {
		for _, variable := range matches(command, `\b([A-Z_]+)=`) {
			if !strings.Contains(makefile, variable) {
				t.Errorf("make has no variable %s", variable)
			}
		}
	}
	var names []string
	for file, source := range sources(t) {
		if strings.HasPrefix(file, "../infra/aws/") {
			names = append(names, matches(source, `prefix ?\+ ?"([a-z-]+)"`)...)
			names = append(names, matches(source, `Rule += "([a-z-]+)"`)...)
		}
		if rest, found := strings.CutPrefix(file, "../lambdas/"); found {
			folder, _, _ := strings.Cut(rest, "/")
			names = append(names, folder)
		}
	}
	names = append(names, slices.Collect(maps.Keys(golden.All()))...)
	for _, name := range matches(text, `cloudfront-cd-([a-z-]+)`) {
		if !slices.Contains(names, name) {
			t.Errorf("the stack makes no cloudfront-cd-%s", name)
		}
	}
}

func TestTheTableOfStatesHasEveryWait(t *testing.T) {
	_, table, _ := strings.Cut(read(t, runbook), "\n## An execution has been in a state for an hour\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, definition := range golden.All() {
		m, err := golden.Parse(definition)
		if err != nil {
			t.Fatal(err)
		}
		for title, s := range m.States {
			if s.Type == "Wait" && !regexp.MustCompile(`(?m)^\|.*\b`+title+`\b`).MatchString(table) {
				t.Errorf("the table has no row for %s", title)
			}
		}
	}
}

// program is the one that makes the config to put back by hand.
func program(t *testing.T) string {
	t.Helper()
	found := matches(read(t, runbook), `(?s)jq -s '([^']+)' live\.json record\.json`)
	if len(found) != 1 {
		t.Fatalf("found %d programs that make the config to put back", len(found))
	}
	return found[0]
}

func TestByHandAllIsPutBackThatAPromotionCanHaveChanged(t *testing.T) {
	taken := regexp.MustCompile(`(?s)\{([^}]+)\}`).FindStringSubmatch(program(t))
	if got, want := slices.Sorted(slices.Values(matches(taken[1], `(\w+)`))), distribution.AllowedFields(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestByHandTheConfigFromBeforeComesBack(t *testing.T) {
	jq, err := exec.LookPath("jq")
	if err != nil {
		t.Skip("jq is not installed: the tests need Go and Node.js alone, the commands of the runbook need it")
	}
	before, _, err := distribution.ParseCLI(examples.SPAPrimary)
	must(t, err)
	promoted, _, err := distribution.ParseCLI(examples.SPAPrimary)
	must(t, err)
	green := "/green"
	promoted.Origins.Items[0].OriginPath = &green
	live, err := distribution.MarshalCLI(promoted, "E2TAG")
	must(t, err)
	evidence, err := json.Marshal(record.Evidence{Primary: before})
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "live.json"), live, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "record.json"), evidence, 0o600))
	command := exec.CommandContext(t.Context(), jq, "-s", program(t), "live.json", "record.json")
	command.Dir = dir
	restored, err := command.Output()
	must(t, err)
	got, _, err := distribution.ParseCLI(restored)
	must(t, err)
	if diff := distribution.Diff(before, got); len(diff) > 0 || strings.Contains(string(restored), "null") {
		t.Errorf("got %s, which differs in %v", restored, diff)
	}
}
