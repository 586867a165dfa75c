package main_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cost "cloudfront-cd/infra/cost"
)

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
	code := cost.Run(args, &out, &errs)
	return ran{code, out.String(), errs.String()}
}

// priced is the command's answer to a history.
func priced(t *testing.T, history string) ran {
	t.Helper()
	file := filepath.Join(t.TempDir(), "h.json")
	if err := os.WriteFile(file, []byte(history), 0o600); err != nil {
		t.Fatal(err)
	}
	return run(t, "--history", file)
}

// wantRows demands rows of the tables, whatever their spaces.
func wantRows(t *testing.T, out string, wants ...string) {
	t.Helper()
	var rows []string
	for row := range strings.SplitSeq(out, "\n") {
		rows = append(rows, strings.Join(strings.Fields(row), " "))
	}
	for _, want := range wants {
		if !slices.Contains(rows, want) {
			t.Errorf("got\n%s\nwant the row %q", out, want)
		}
	}
}

// events are a history's, each with its number and the one before unless it says otherwise.
type events []string

func (all events) String() string {
	var lines []string
	for i, e := range all {
		lines = append(lines, fmt.Sprintf(`{"id": %d, "previousEventId": %d, %s}`, i+1, i, e))
	}
	return `{"events": [` + strings.Join(lines, ",\n") + `]}`
}

func at(clock, kind, detail string) string {
	return fmt.Sprintf(`"timestamp": "2026-11-23T%s+00:00", "type": %q%s`, clock, kind, detail)
}

func entered(title string) string {
	return fmt.Sprintf(`, "stateEnteredEventDetails": {"name": %q}`, title)
}

func resource(arn string) string {
	return fmt.Sprintf(`, "lambdaFunctionScheduledEventDetails": {"resource": %q}`, arn)
}

const observeARN = "arn:aws:lambda:us-east-1:123456789012:function:cloudfront-cd-observe"

// anHour is an execution that can be counted by hand: four states; a Lambda that fails after 250 ms and is retried, and
// then takes 99.5 ms; an hour of waiting.
func anHour(arn string) events {
	return events{
		at("09:00:00.000000", "ExecutionStarted", `, "executionStartedEventDetails": {"input": "{}"}`),
		at("09:00:00.000000", "PassStateEntered", entered("Receive Request")),
		at("09:00:00.000000", "PassStateExited", ""),
		at("09:00:00.000000", "TaskStateEntered", entered("Observe")),
		at("09:00:00.000000", "LambdaFunctionScheduled", resource(arn)),
		at("09:00:00.050000", "LambdaFunctionStarted", ""),
		at("09:00:00.250000", "LambdaFunctionFailed", ""),
		at("09:00:05.000000", "LambdaFunctionScheduled", resource(arn)),
		at("09:00:05.050000", "LambdaFunctionStarted", ""),
		at("09:00:05.099500", "LambdaFunctionSucceeded", ""),
		at("09:00:05.099500", "TaskStateExited", ""),
		at("09:00:05.099500", "WaitStateEntered", entered("Bake")),
		at("10:00:00.000000", "WaitStateExited", ""),
		at("10:00:00.000000", "SucceedStateEntered", entered("Promoted")),
		at("10:00:00.000000", "SucceedStateExited", ""),
		at("10:00:00.000000", "ExecutionSucceeded", ""),
	}
}

// TestAnHourCountedByHand: two nodes, four states and a retry are 7 transitions; 250 + 100 ms of 0.125 GB; two times six
// metrics; an hour of 0.125 GB, four Lambdas of 15 minutes, 60 minutes of CodeBuild.
func TestAnHourCountedByHand(t *testing.T) {
	r := priced(t, anHour(observeARN).String())
	if r.code != 0 || r.errs != "" {
		t.Fatalf("got exit code %d: %s", r.code, r.errs)
	}
	wantRows(t, r.out,
		`One execution, of 1h0m0s, to "Promoted": 16 events, 4 states entered, 1 retry.`,
		"Step Functions: state transitions 7 $0.025 per 1,000 0.000175",
		"Lambda: requests 2 $0.20 per 1,000,000 0.000000",
		"Lambda: time at 128 MB, arm64 0.04375 GB-s $0.0000133334 per GB-s 0.000001",
		"CloudWatch: metrics read 12 $0.01 per 1,000 0.000120",
		"X-Ray: traces recorded 1 $5.00 per 1,000,000 0.000005",
	)
	// The ratios depend on the estimated size of the log.
	for _, want := range []string{
		`Wait states of this execution +1 .* 0\.000025`, `128 MB of Lambda, 4 in a row +450 GB-s .* 0\.006000`,
		`CodeBuild on Linux, arm1\.small +60 minutes .* 0\.204000`, `CodeBuild on Linux, general1\.small +60 minutes .* 0\.300000`,
	} {
		if !regexp.MustCompile(want).MatchString(r.out) {
			t.Errorf("got\n%s\nwant it to match %s", r.out, want)
		}
	}
	if execution, _, _ := strings.Cut(r.out, "The same time"); strings.Contains(execution, "S3") {
		t.Errorf("got requests to S3 from a function that makes none:\n%s", execution)
	}
}

// TestTheSameHistoryInOtherWords: what differs between the local engine, the versions of the CLI and its options does not
// change the price.
func TestTheSameHistoryInOtherWords(t *testing.T) {
	plain := anHour(observeARN).String()
	want := priced(t, plain).out
	numbers := plain
	for clock, seconds := range map[string]string{
		"09:00:00.000000": "1795424400.0", "09:00:00.050000": "1795424400.05", "09:00:00.250000": "1795424400.25", "09:00:05.000000": "1795424405",
		"09:00:05.050000": "1795424405.05", "09:00:05.099500": "1795424405.1", "10:00:00.000000": "1795428000.0",
	} {
		numbers = strings.ReplaceAll(numbers, `"2026-11-23T`+clock+`+00:00"`, seconds)
	}
	head, tail := `{"events": [`, "]}"
	lines := strings.Split(strings.TrimSuffix(strings.TrimPrefix(plain, head), tail), ",\n")
	slices.Reverse(lines)
	for name, history := range map[string]string{
		"the local engine's resource":   anHour("${observe}").String(),
		"a function with an alias":      anHour(observeARN + ":live").String(),
		"timestamps of the CLI's v1":    numbers,
		"timestamps of another zone":    strings.NewReplacer("T09:", "T10:", "T10:", "T11:", "+00:00", "+01:00").Replace(plain),
		"the last event first":          head + strings.Join(lines, ",\n") + tail,
		"indented, with unknown fields": strings.ReplaceAll(plain, `{"id"`, "{\n    \"roleArn\": null,\n    \"id\""),
	} {
		t.Run(name, func(t *testing.T) {
			r := priced(t, history)
			if got, want := withoutLogs(r.out), withoutLogs(want); r.code != 0 || got != want {
				t.Errorf("got\n%s%s\nwant\n%s", got, r.errs, want)
			}
		})
	}
}

// withoutLogs leaves out what depends on the length of the text: the log, and so the sum and the ratios to it.
func withoutLogs(out string) string {
	var rows []string
	for row := range strings.SplitSeq(out, "\n") {
		if strings.HasPrefix(row, "One execution") || strings.Contains(row, "$") && !strings.Contains(row, "Logs") {
			rows = append(rows, row)
		}
	}
	return strings.Join(rows, "\n")
}

func TestALambdaThatWasCutOffMayHaveRunToItsTimeout(t *testing.T) {
	const timeout, second = "7.5 GB-s $0.0000133334 per GB-s 0.000100", "0.125 GB-s $0.0000133334 per GB-s 0.000002"
	for name, c := range map[string]struct {
		after int // so many events of anHour
		end   []string
		want  string
	}{
		"by the end of the execution": {6, []string{at("09:00:01.000000", "ExecutionAborted", "")}, timeout},
		"by the task's timeout": {
			6, []string{at("09:00:01.000000", "LambdaFunctionTimedOut", ""), at("09:00:01.000000", "ExecutionFailed", "")}, timeout,
		},
		"by nothing, but its answer took long": {
			6, []string{at("09:05:00.000000", "LambdaFunctionFailed", ""), at("09:05:00.000000", "ExecutionFailed", "")}, timeout,
		},
		"before it began": {
			5, []string{at("09:00:01.000000", "LambdaFunctionStartFailed", ""), at("09:00:01.000000", "ExecutionFailed", "")}, second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			history := append(anHour(observeARN)[:c.after:c.after], c.end...)
			wantRows(t, priced(t, history.String()).out, "Lambda: time at 128 MB, arm64 "+c.want)
		})
	}
}

func TestAlarmsAreAskedForOnlyWhereTheRequestNamesThem(t *testing.T) {
	history := anHour("${judgehealth}")
	if out := priced(t, history.String()).out; strings.Contains(out, "CloudWatch: other requests") {
		t.Errorf("got requests for no alarms:\n%s", out)
	}
	history[0] = at("09:00:00.000000", "ExecutionStarted", `, "executionStartedEventDetails": {"input": "{\"gates\": {\"alarms\": [\"arn\"]}}"}`)
	wantRows(t, priced(t, history.String()).out, "CloudWatch: other requests 2 $0.01 per 1,000 0.000020")
}

func TestARedriveCountsAsATransition(t *testing.T) {
	history := append(anHour(observeARN),
		at("10:10:00.000000", "ExecutionRedriven", ""), at("10:10:00.000000", "FailStateEntered", entered("Rejected")), at("10:10:00.000000", "ExecutionFailed", ""))
	wantRows(t, priced(t, history.String()).out, "Step Functions: state transitions 9 $0.025 per 1,000 0.000225")
}

func TestFunctionsOfOthersAreNamed(t *testing.T) {
	const stranger = "arn:aws:lambda:us-east-1:123456789012:function:resize-images"
	out := priced(t, anHour(stranger).String()).out
	if strings.Count(out, stranger) != 1 || !strings.Contains(out, "No functions of ours") {
		t.Errorf("got\n%s\nwant %s named once", out, stranger)
	}
	wantRows(t, out, "Lambda: requests 2 $0.20 per 1,000,000 0.000000")
}

// TestHealthyRelease: without a history the command runs the demo's release, and says the same every time.
func TestHealthyRelease(t *testing.T) {
	r := run(t)
	if r.code != 0 || r.errs != "" {
		t.Fatalf("got exit code %d: %s", r.code, r.errs)
	}
	if again := run(t); again.out != r.out {
		t.Errorf("got\n%s\nthe second time, want\n%s", again.out, r.out)
	}
	for _, want := range []string{
		`to "Promoted"`, "The same time, only waited", "A month in which nothing is released",
		"recover starts every 15 minutes and finds nothing to do (8 transitions)", "EventBridge Scheduler: invocations",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("got\n%s\nwant it to contain %q", r.out, want)
		}
	}
	for line := range strings.SplitSeq(r.out, "\n") {
		if len([]rune(line)) > 120 {
			t.Errorf("got a line of %d characters, want at most 120: %s", len([]rune(line)), line)
		}
	}
}
