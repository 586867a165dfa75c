package main_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cloudfront-cd/infra/local/scenario"
)

// TestHealthyReadsWell is the whole of what a file gets of a healthy release.
func TestHealthyReadsWell(t *testing.T) {
	r := demo(t)
	r.wantCode(t, 0)
	wantGolden(t, r.out)
}

func TestExitCodeIsTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		scenario string
		code     int
		want     []string
	}{
		"promoted":             {"healthy", 0, []string{"\nPROMOTED: execution release, after 53m", "\nExit       0: a success"}},
		"nothing to release":   {"nothing-to-release", 0, []string{"\nNOTHING TO RELEASE: ", "staging equals the primary", "Exit       0"}},
		"rejected":             {"http3", 3, []string{"\nREJECTED: ", "\nTo do      mend http3", "\nExit       3: nothing was touched"}},
		"rolled back":          {"bad-release", 4, []string{"\nROLLED BACK: ", "\nCause      No viewer gets the staging config", "\nExit       4: viewers are as safe"}},
		"needs operator":       {"edit-during-bake", 5, []string{"\nNEEDS OPERATOR: ", "clearHold", "\nExit       5: something is left behind"}},
		"of the last of two":   {"two-releases", 3, []string{"\nPROMOTED: execution release,", "\nREJECTED: execution second-release,", "\nExit       3"}},
		"after an aborted one": {"aborted", 0, []string{"the execution is stopped: stopped by an operator in", "\nABORTED: execution release,", "\nRECOVERED: execution recover-release,", "\nExit       0: no viewer gets staging"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := demo(t, "--scenario", c.scenario)
			r.wantCode(t, c.code)
			wantContains(t, r.out, c.want...)
			if r.errs != "" {
				t.Errorf("got %q on stderr, want nothing", r.errs)
			}
		})
	}
}

// TestEveryScenarioReadsWell holds the rules of good display against every scenario, and its end against the one it must
// come to.
func TestEveryScenarioReadsWell(t *testing.T) {
	for _, s := range scenario.All() {
		t.Run(s.Name, func(t *testing.T) {
			r := demo(t, "--scenario", s.Name, "--expected")
			r.wantCode(t, 0)
			subject := "\nRelease    "
			if s.Workflow != "" {
				subject = "\nWorkflow   "
			}
			wantContains(t, r.out, subject, "\nPlan       ", "\nCause      ", "\nViewers    ", "\nExit       0: the scenario must end so")
			wantGoodLines(t, strings.Split(r.out, "\n"), executions(s))
		})
	}
}

var (
	timed = regexp.MustCompile(`^\d\d:\d\d:\d\d (\S|\S.*?  )`)
	look  = regexp.MustCompile(`Judge (Health|Primary) `)
	wait  = regexp.MustCompile(`Wait For [A-Z][a-z]+  `)
)

// executions are the names that a line may begin with; none where there is only one execution.
func executions(s scenario.Scenario) []string {
	var names []string
	for _, e := range s.Ends {
		names = append(names, " "+e.Execution+" ")
	}
	if len(names) == 1 {
		return nil
	}
	return names
}

func wantGoodLines(t *testing.T, lines, names []string) {
	t.Helper()
	waits := map[string]int{} // by execution
	for i, line := range lines {
		switch {
		case strings.ContainsAny(line, "\x1b\r"):
			t.Errorf("line %q has a terminal's control characters", line)
		case utf8.RuneCountInString(line) > 120 && !look.MatchString(line) && len(strings.Fields(line)) > 1 && !strings.Contains(line, " aws ") && !strings.HasPrefix(line, `           {"`):
			t.Errorf("line %q is longer than 120", line)
		case strings.TrimRight(line, " ") != line:
			t.Errorf("line %q ends in a blank", line)
		case i > 0 && line != "" && line == lines[i-1]:
			t.Errorf("line %q is there twice", line)
		case strings.Contains(line, "operation error") || strings.Contains(line, "RequestID"):
			t.Errorf("line %q is the SDK's wording", line)
		}
		if !timed.MatchString(line) {
			continue
		}
		if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(line[:30], name) }) {
			t.Errorf("line %q does not name its execution", line)
		}
		who := ""
		if len(names) > 0 {
			who = strings.Fields(line)[1]
		}
		if !wait.MatchString(line) || strings.Contains(line, "Wait For Viewers") {
			waits[who] = 0
		} else if waits[who]++; waits[who] > 4 && !strings.Contains(line, "still ") {
			t.Errorf("line %q is the %dth of its propagation", line, waits[who])
		}
	}
}

func TestLooksShowShareAgainstWeightAndBothErrorRates(t *testing.T) {
	r := demo(t, "--scenario", "slow-burn")
	var looks []string
	for line := range strings.SplitSeq(r.out, "\n") {
		if strings.Contains(line, "Judge Health") {
			looks = append(looks, line)
		}
	}
	form := regexp.MustCompile(`^\d\d:\d\d:\d\d Judge Health +\d+ of \d+ min · share \d+\.\d % of (5|15) % · 5xx \d+\.\d\d % \(primary \d+\.\d\d %\) · 4xx \d+\.\d\d % \(primary \d+\.\d\d %\) · (inconclusive|healthy|unhealthy)$`)
	for _, line := range looks {
		if !form.MatchString(line) {
			t.Errorf("got the look %q, want the form %s", line, form)
		}
	}
	if n := len(looks); n < 6 || !strings.HasSuffix(looks[n-1], "unhealthy") {
		t.Errorf("got %d looks, the last %q; want one a minute at step 1, then unhealthy", n, looks[n-1])
	}
	if n := strings.Count(r.out, "waiting for the first judged minute"); n != 2 {
		t.Errorf("got %d lines about the wait for metrics, want one per step", n)
	}
	// The reasons of a gate that passes are of interest at the end of a step only.
	if n := strings.Count(r.out, "4xx: staging"); n != 3 {
		t.Errorf("got the reason of the 4xx gate %d times, want it at the end of each step and in the cause", n)
	}
}

func TestRepeatedFailuresAreCounted(t *testing.T) {
	r := demo(t, "--scenario", "throttled")
	wantContains(t, r.out, "Throttled: ", "answered 400 Throttling: Rate exceeded", "Throttled again, 5 times so far", "5 % of the viewers to staging (after ")
	full := regexp.MustCompile(`Shift Traffic +Throttled: `)
	if n := len(full.FindAllString(r.out, -1)); n != 1 {
		t.Errorf("got %d full failure lines of Shift Traffic, want one", n)
	}
}

func TestListHasOneLinePerScenario(t *testing.T) {
	r := run(t, "demo", "--list")
	r.wantCode(t, 0)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	var got, want []string
	for _, line := range lines {
		got = append(got, strings.Fields(line)[0])
	}
	for _, s := range scenario.All() {
		want = append(want, s.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestTheReadmeShowsThisRun: the lines of its first example are lines of the golden, cut at an ellipsis.
func TestTheReadmeShowsThisRun(t *testing.T) {
	readme, golden := text(t, "../../README.md"), text(t, "testdata/TestHealthyReadsWell.golden")
	_, example, _ := strings.Cut(readme, "$ make demo\n")
	example, _, _ = strings.Cut(example, "```")
	lines := strings.Split(strings.TrimSpace(example), "\n")
	if len(lines) < 10 {
		t.Fatalf("the README shows %d lines", len(lines))
	}
	for _, line := range lines {
		whole, _, cut := strings.Cut(line, "…")
		if cut {
			whole = strings.TrimSpace(whole)
		} else {
			whole += "\n"
		}
		if !strings.Contains(golden, whole) {
			t.Errorf("the README shows a line that the demo does not print: %s", line)
		}
	}
}

// TestTheDocsShowAVerdictOfThisRun: the sentence that README and judge.md explain is one that the demo prints.
func TestTheDocsShowAVerdictOfThisRun(t *testing.T) {
	golden := strings.Join(strings.Fields(text(t, "testdata/TestHealthyReadsWell.golden")), " ")
	for _, page := range []string{"../../README.md", "../../docs/judge.md"} {
		_, rest, found := strings.Cut(text(t, page), "```text\n5xx: staging ")
		sentence, _, _ := strings.Cut(rest, "```")
		if !found || !strings.Contains(golden, "5xx: staging "+strings.Join(strings.Fields(sentence), " ")) {
			t.Errorf("%s shows a verdict that the demo does not come to: %s", page, sentence)
		}
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
