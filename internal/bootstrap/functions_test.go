package bootstrap_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/lambdaruntime"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/statemachine/golden"
)

// TestEveryFunction builds what will be deployed, for this machine, and runs it as Lambda does. The folders are found by
// looking, so that a new one is covered without a word here.
func TestEveryFunction(t *testing.T) {
	t.Parallel()
	compile(t)
	for _, folder := range folders(t) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			binary, settings := link(t, folder), settings(t, folder)
			for title, which := range states(t, folder) {
				t.Run("answers its first request as "+title, func(t *testing.T) {
					t.Parallel()
					testAnswer(t, binary, settings, event(t, which))
				})
			}
			t.Run("reports a request that is no document", func(t *testing.T) {
				t.Parallel()
				testWrongShape(t, binary, settings)
			})
			for _, setting := range settings {
				for name, env := range map[string][]string{
					"missing": nil, "empty": {setting + "="}, "broken": {setting + "=Not/A_Bucket"},
				} {
					t.Run("refuses to start with "+setting+" "+name, func(t *testing.T) {
						t.Parallel()
						testRefusal(t, binary, setting, env)
					})
				}
			}
		})
	}
}

// testAnswer has an AWS that grants nothing behind the function, so that its first call fails, whatever it is.
func testAnswer(t *testing.T, binary string, settings []string, event []byte) {
	t.Helper()
	aws := newDenyingAWS(t)
	got := invoke(t, binary, event, append(environment(settings...), "AWS_ENDPOINT_URL="+aws.URL))
	if len(got.Answers) != 1 || got.Answers[0].Init || got.ExitCode != -1 {
		t.Fatalf("got answers %+v and exit code %d, want one answer and a process that waits for the next request; it logged:\n%s",
			got.Answers, got.ExitCode, got.Log)
	}
	answer, faults := got.Answers[0], loggedFaults(t, got.Log, lambdaruntime.RequestID)
	switch {
	case answer.ErrorType == "":
		if !json.Valid([]byte(answer.Response)) || len(faults) > 0 {
			t.Errorf("got response %q and faults %v in the log, want JSON and none", answer.Response, faults)
		}
	case !slices.Contains(fault.Names(), fault.Name(answer.ErrorType)):
		t.Errorf("got error type %q (%s), want a fault", answer.ErrorType, answer.ErrorMessage)
	case !slices.Equal(faults, []string{answer.ErrorType}):
		t.Errorf("got faults %v in the log, want %s, once:\n%s", faults, answer.ErrorType, got.Log)
	}
	// Where it may have promoted before, Promote takes no refusal for an answer.
	refused := []string{string(fault.Refused), string(fault.PromotionInDoubt)}
	if calls := aws.calls(); len(calls) > 0 && !slices.Contains(refused, answer.ErrorType) {
		t.Errorf("got error type %q (%s) after %v were refused, want one of %v", answer.ErrorType, answer.ErrorMessage, calls, refused)
	}
}

// testWrongShape is about what never reaches the adapter: the runtime alone can log it.
func testWrongShape(t *testing.T, binary string, settings []string) {
	t.Helper()
	got := invoke(t, binary, []byte(`{"document": "no document", "primary": 5}`), environment(settings...))
	if len(got.Answers) != 1 || got.Answers[0].ErrorType != "UnmarshalTypeError" || got.ExitCode != -1 {
		t.Errorf("got answers %+v and exit code %d, want one UnmarshalTypeError and a process that goes on", got.Answers, got.ExitCode)
	}
	if faults := loggedFaults(t, got.Log, ""); len(faults) != 1 {
		t.Errorf("got %d failures in the log, want one:\n%s", len(faults), got.Log)
	}
}

func testRefusal(t *testing.T, binary, setting string, env []string) {
	t.Helper()
	got := invoke(t, binary, []byte(`{}`), append(environment(), env...))
	if got.Asked != 0 || got.ExitCode != 1 {
		t.Errorf("got %d requests asked for and exit code %d, want none and 1", got.Asked, got.ExitCode)
	}
	value := strings.TrimPrefix(strings.Join(env, ""), setting+"=")
	for _, want := range []string{"environment variable " + setting, value, "stack sets it", "done nothing"} {
		if len(got.Answers) != 1 || !got.Answers[0].Init || !strings.Contains(got.Answers[0].ErrorMessage, want) {
			t.Errorf("got answers %+v, want one initialization error that says %q", got.Answers, want)
		}
	}
	if faults := loggedFaults(t, got.Log, ""); !slices.Equal(faults, []string{string(fault.Unexpected)}) {
		t.Errorf("got faults %v in the log, want %s, once:\n%s", faults, fault.Unexpected, got.Log)
	}
}

// loggedFaults are those of the failures in a function's log, every line of which has to be one that Lambda's structured log
// understands (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html), and say whose it is.
func loggedFaults(t *testing.T, log, request string) []string {
	t.Helper()
	var faults []string
	for line := range strings.Lines(log) {
		var entry struct {
			Timestamp string `json:"timestamp"`
			Level     string `json:"level"`
			Message   string `json:"message"`
			Function  string `json:"function"`
			RequestID string `json:"requestId"`
			Fault     string `json:"fault"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Timestamp == "" || entry.Message == "" {
			t.Errorf("got log line %q, want JSON with a timestamp and a message (%v)", line, err)
		}
		if strings.Count(line, `"message":`) != 1 || entry.Function != functionName || entry.RequestID != request {
			t.Errorf("got log line %q, want one message, function %s and request id %q", line, functionName, request)
		}
		if entry.Level == "ERROR" {
			faults = append(faults, entry.Fault)
		}
	}
	return faults
}

const functionName = "cloudfront-cd-function"

// environment is what Lambda sets (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), with the
// stack's JSON log format, and what the stack sets. Nothing is taken over from the machine.
func environment(settings ...string) []string {
	env := []string{
		"AWS_LAMBDA_FUNCTION_NAME=" + functionName, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_LOG_FORMAT=JSON",
		"AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIAFUNCTION00000000", "AWS_SECRET_ACCESS_KEY=unused", "AWS_SESSION_TOKEN=unused",
	}
	for _, setting := range settings {
		env = append(env, setting+"="+pairtest.Bucket)
	}
	return env
}

// patience ends a function that hangs. It is far beyond what a crowded machine needs, and decides nothing else.
const patience = 2 * time.Minute

func invoke(t *testing.T, binary string, event []byte, env []string) lambdaruntime.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, binary)
	command.Env = env
	got, err := lambdaruntime.Invoke(command, event)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// event is what a state hands to its function: a document that has every part that some function relies on.
func event(tb testing.TB, which string) []byte {
	tb.Helper()
	w := pairtest.New(tb, pairtest.Promoted)
	w.Document.Dead = &release.DeadRun{Found: true, Execution: pairtest.Other}
	w.Document.Plan.Smoke = &release.Smoke{Paths: []string{"/"}, Header: "aws-cf-cd-release"}
	w.Document.Content, w.Document.Route = &release.Content{}, &release.Route{}
	w.Document.Invalidation = &release.Invalidation{IDs: map[string]string{pairtest.Primary: "I1"}}
	w.Document.Look, w.Document.Orphan = &release.Look{Record: "cleanups/mine.json"}, &release.Orphan{Kind: release.OrphanNoPolicy, Staging: pairtest.Staging}
	w.Document.Parts = &release.Parts{Primary: pairtest.Primary, PolicyID: pairtest.Policy, Staging: pairtest.Staging}
	input, err := json.Marshal(w.Input(which))
	w.Must(err)
	return input
}

// states are a folder's states in all workflows, each with the word by which its input tells it from the others.
func states(tb testing.TB, folder string) map[string]string {
	tb.Helper()
	titles := map[string]string{}
	for workflow, definition := range golden.All() {
		machine, err := golden.Parse(definition)
		if err != nil {
			tb.Fatal(err)
		}
		for title, s := range machine.States {
			if s.Resource == "${"+folder+"}" {
				titles[title+" in "+workflow], _ = s.Parameters["which"].(string)
			}
		}
	}
	if folder == "idleside" { // pipelines call it, with a request of their own
		titles["what it is not asked by pipelines"] = ""
	}
	if len(titles) == 0 {
		tb.Fatalf("no state of any workflow runs lambdas/%s", folder)
	}
	return titles
}

// Everything below is about the folders, and how the Makefile builds them.
const lambdas = "../../lambdas"

func folders(tb testing.TB) []string {
	tb.Helper()
	mains, err := filepath.Glob(lambdas + "/*/bootstrap/main.go")
	if err != nil || len(mains) == 0 {
		tb.Fatalf("got no bootstraps in %s (%v)", lambdas, err)
	}
	for i, main := range mains {
		mains[i] = filepath.Base(filepath.Dir(filepath.Dir(main)))
	}
	return mains
}

// settings are the environment variables that a bootstrap names, however it reads them.
func settings(tb testing.TB, folder string) []string {
	tb.Helper()
	source, err := os.ReadFile(filepath.Join(lambdas, folder, "bootstrap", "main.go"))
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, name := range regexp.MustCompile(`"([A-Z][A-Z0-9_]*)"`).FindAllSubmatch(source, -1) {
		names = append(names, string(name[1]))
	}
	return names
}

// compile fills the build cache for all folders at once; without it, two links that run at a time would each compile the
// SDK.
func compile(tb testing.TB) {
	tb.Helper()
	sources(tb)
	command(tb, "list", "-export", "-tags", "lambda.norpc", lambdas+"/...")
}

// sources looks at every folder whose code is in a bootstrap. go test repeats a result from its cache as long as the files
// that the test has opened are the same; those that the go command opens for it do not count.
func sources(tb testing.TB) {
	tb.Helper()
	for _, root := range []string{lambdas, ".."} {
		if err := filepath.WalkDir(root, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			tb.Fatal(err)
		}
	}
}

// link returns the path of a folder's bootstrap. It is the Makefile's but for -trimpath, which would compile everything a
// second time beside what the tests have.
func link(tb testing.TB, folder string) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "bootstrap.exe") // the ending is for Windows alone, and harms nobody else
	command(tb, "build", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", binary, lambdas+"/"+folder+"/bootstrap")
	return binary
}

func command(tb testing.TB, args ...string) {
	tb.Helper()
	command := exec.CommandContext(tb.Context(), "go", args...)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s\n%s", command.Args, err, out)
	}
}
