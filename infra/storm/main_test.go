package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/local/storm"
)

func play(args ...string) (code int, out, errs string) {
	var o, e strings.Builder
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

// TestBadUsageIsRefusedBeforeAnythingRuns, with what would be right.
func TestBadUsageIsRefusedBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"--seeds many":              "invalid value",
		"--seeds 0":                 "at least 1",
		"--seeds -1":                "invalid value",
		"--workflow relase":         "must be one of release, enroll, maintenance, retire, cleanup",
		"--seed 1 --seeds 5":        "goes with neither",
		"--seed 1 --from 5":         "goes with neither",
		"--verbose":                 "--verbose goes with --seed",
		"storm":                     "is not a flag",
		"--faults":                  "not defined",
		"--seed 1 --workflow storm": "must be one of",
	} {
		code, out, errs := play(strings.Fields(line)...)
		if code != exitcode.Usage || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "Usage:") {
			t.Errorf("%s: got code %d, %q on stdout, and %q, want it to say %q", line, code, out, errs, want)
		}
	}
	if code, out, _ := play("--help"); code != exitcode.OK || !strings.Contains(out, "Exit codes:") {
		t.Errorf("--help: got code %d and %q", code, out)
	}
}

// TestOneStormIsTold: the plan, and with --verbose everything that happens, the same each time.
func TestOneStormIsTold(t *testing.T) {
	t.Parallel()
	code, short, _ := play("--seed", "7", "--workflow", "retire")
	if code != exitcode.OK || !strings.Contains(short, "seed 7, retire") || !strings.Contains(short, "  ended    retire: ") {
		t.Errorf("got code %d and\n%s", code, short)
	}
	_, once, _ := play("--seed", "7", "--workflow", "retire", "--verbose")
	_, twice, _ := play("--seed", "7", "--workflow", "retire", "--verbose")
	if once != twice || !strings.Contains(once, "→ Receive Request") || !strings.Contains(once, "the storm is over") {
		t.Errorf("got\n%s\nand then\n%s", once, twice)
	}
}

// TestAFewStormsAreSummed, and do not claim to cover anything.
func TestAFewStormsAreSummed(t *testing.T) {
	t.Parallel()
	code, out, errs := play("--seeds", "10", "--from", "3")
	if code != exitcode.OK || !strings.HasPrefix(out, "10 storms, ") || !strings.Contains(out, "coverage and planted bugs are not asked for") ||
		!strings.Contains(errs, "10 of 10") {
		t.Errorf("got code %d, %q and\n%s", code, errs, out)
	}
}

// TestWhatIsNotCoveredFails, and is named; the map has a line for every state and a column for every fault.
func TestWhatIsNotCoveredFails(t *testing.T) {
	t.Parallel()
	sum := storm.NewSum()
	storm.Many(0, 5, "retire", storm.Options{}, sum.Add)
	var out strings.Builder
	if tellCoverage(&out, sum) {
		t.Error("five storms of one workflow are said to have covered everything")
	}
	for _, want := range []string{"never taken: release: Promote → Confirm Promotion", "never: ETags separated by comma only", "never: override", "Arrows taken under faults: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	for _, state := range storm.States() {
		_, rest, found := strings.Cut(out.String(), fmt.Sprintf("\n  %-12s%-30s", state.Workflow, state.State))
		row, _, _ := strings.Cut(rest, "\n")
		if !found || utf8.RuneCountInString(row) != len(storm.Kinds()) {
			t.Errorf("%s of %s: got the row %q", state.State, state.Workflow, row)
		}
	}
}
