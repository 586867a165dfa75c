package bootstrap_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
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
			binary := link(t, folder)
			for title, which := range states(t, folder) {
				t.Run("answers its first request as "+title, func(t *testing.T) {
					t.Parallel()
					testAnswer(t, binary, event(t, which))
				})
			}
			t.Run("reports a request that is no document", func(t *testing.T) {
				t.Parallel()
				testWrongShape(t, binary)
			})
			for _, setting := range settings(t, folder) {
				for name, value := range map[string]string{
					"missing": setting + "_IS_NOT=set", "empty": setting + "=", "broken": setting + "=Not/A_Bucket",
				} {
					t.Run("refuses to start with "+setting+" "+name, func(t *testing.T) {
						t.Parallel()
						testRefusal(t, binary, setting, value)
					})
				}
			}
		})
	}
}

// testAnswer has an AWS that grants nothing behind the function, so that its first call fails, whatever it is.
func testAnswer(t *testing.T, binary string, event []byte) {
	t.Helper()
	aws := newDenyingAWS(t)
	got := invoke(t, binary, event, append(environment(), "AWS_ENDPOINT_URL="+aws.URL, "BUCKET="+pairtest.Bucket))
	if len(got.Answers) != 1 || got.Answers[0].Init || got.ExitCode != -1 {
		t.Fatalf("got answers %+v and exit code %d, want one answer and a process that waits for the next request; it logged:\n%s",
			got.Answers, got.ExitCode, got.Log)
	}
	answer, failures := got.Answers[0], failures(t, got.Log, lambdaruntime.RequestID)
	switch {
	case answer.ErrorType == "":
		if !json.Valid([]byte(answer.Response)) || len(failures) > 0 {
			t.Errorf("got response %q and failures %v, want JSON and none", answer.Response, failures)
		}
	case !slices.Contains(fault.Names(), fault.Name(answer.ErrorType)):
		t.Errorf("got error type %q (%s), want a fault", answer.ErrorType, answer.ErrorMessage)
	case len(failures) != 1 || failures[0] != answer.ErrorType:
		t.Errorf("got failures %v in the log, want %s, once:\n%s", failures, answer.ErrorType, got.Log)
	}
	// Where it may have promoted before, Promote takes no refusal for an answer.
	refused := []string{string(fault.Refused), string(fault.PromotionInDoubt)}
	if calls := aws.calls(); len(calls) > 0 && !slices.Contains(refused, answer.ErrorType) {
		t.Errorf("got error type %q (%s) after %v were refused, want one of %v", answer.ErrorType, answer.ErrorMessage, calls, refused)
	}
}

// testWrongShape is about what never reaches the adapter: the runtime alone can log it.
func testWrongShape(t *testing.T, binary string) {
	t.Helper()
	got := invoke(t, binary, []byte(`{"document": "no document"}`), append(environment(), "BUCKET="+pairtest.Bucket))
	if len(got.Answers) != 1 || got.Answers[0].ErrorType != "UnmarshalTypeError" || got.ExitCode != -1 {
		t.Errorf("got answers %+v and exit code %d, want one UnmarshalTypeError and a process that goes on", got.Answers, got.ExitCode)
	}
	if failures := failures(t, got.Log, ""); len(failures) != 1 {
		t.Errorf("got failures %v in the log, want one:\n%s", failures, got.Log)
	}
}

func testRefusal(t *testing.T, binary, setting, value string) {
	t.Helper()
	got := invoke(t, binary, []byte(`{}`), append(environment(), value))
	if got.Asked != 0 || got.ExitCode != 1 {
		t.Errorf("got %d requests asked for and exit code %d, want none and 1", got.Asked, got.ExitCode)
	}
	_, broken, _ := strings.Cut(value, "=")
	for _, want := range []string{"environment variable " + setting, broken, "stack sets it", "done nothing"} {
		if len(got.Answers) != 1 || !got.Answers[0].Init || !strings.Contains(got.Answers[0].ErrorMessage, want) {
			t.Errorf("got answers %+v, want one initialization error that says %q", got.Answers, want)
		}
	}
	if failures := failures(t, got.Log, ""); !slices.Equal(failures, []string{string(fault.Unexpected)}) {
		t.Errorf("got failures %v in the log, want %s, once:\n%s", failures, fault.Unexpected, got.Log)
	}
}

// failures are the faults in a function's log, every line of which has to be one that Lambda's structured log understands
// (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html) and be of this request.
func failures(t *testing.T, log, request string) []string {
	t.Helper()
	var faults []string
	for line := range strings.Lines(log) {
		var entry struct {
			Timestamp, Level, Message, RequestID, Fault string
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Timestamp == "" || entry.Message == "" {
			t.Errorf("got log line %q, want JSON with a timestamp and a message (%v)", line, err)
		}
		if strings.Count(line, `"message":`) != 1 || entry.RequestID != request {
			t.Errorf("got log line %q, want one message and request id %q", line, request)
		}
		if entry.Level == "ERROR" {
			faults = append(faults, entry.Fault)
		}
	}
	return faults
}

// environment is what Lambda sets (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), with the
// stack's JSON log format. Nothing is taken over from the machine.
func environment() []string {
	return []string{
		"AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIAFUNCTION00000000", "AWS_SECRET_ACCESS_KEY=unused", "AWS_SESSION_TOKEN=unused",
	}
}

func invoke(t *testing.T, binary string, event []byte, env []string) lambdaruntime.Result {
	t.Helper()
	command := exec.CommandContext(t.Context(), binary)
	command.Env = env
	got, err := lambdaruntime.Invoke(command, event)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// event is what a state hands to its function, of a release that has come as far as its promotion.
func event(tb testing.TB, which string) []byte {
	tb.Helper()
	w := pairtest.New(tb, pairtest.Promoted)
	input, err := json.Marshal(w.Input(which))
	w.Must(err)
	return input
}

// states are the titles of a folder's states in all workflows, each with what its input says which of them it is.
func states(tb testing.TB, folder string) map[string]string {
	tb.Helper()
	titles := map[string]string{}
	for _, definition := range golden.All() {
		machine, err := golden.Parse(definition)
		if err != nil {
			tb.Fatal(err)
		}
		for title, s := range machine.States {
			if s.Resource == "${"+folder+"}" {
				titles[title], _ = s.Parameters["which"].(string) //nolint:errcheck // most folders have one state, which needs no name
			}
		}
	}
	return titles
}

// Everything below is about the folders and how the Makefile builds them.
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

// settings are the environment variables that a bootstrap asks for.
func settings(t *testing.T, folder string) []string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(lambdas, folder, "bootstrap", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, call := range regexp.MustCompile(`[sS]etting\("(\w+)"\)`).FindAllSubmatch(source, -1) {
		names = append(names, string(call[1]))
	}
	return names
}

// compile fills the build cache for all folders at once; without it, two links that run at a time would each compile the SDK.
func compile(tb testing.TB) {
	tb.Helper()
	build(tb, os.DevNull, lambdas+"/...")
}

// link returns the path of a folder's bootstrap.
func link(tb testing.TB, folder string) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "bootstrap.exe") // the ending is for Windows alone, and harms nobody else
	build(tb, binary, lambdas+"/"+folder+"/bootstrap")
	return binary
}

// build is the Makefile's but for -trimpath, which would compile everything a second time beside what the tests have.
func build(tb testing.TB, to, what string) {
	tb.Helper()
	command := exec.CommandContext(tb.Context(), "go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", to, what)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s\n%s", command.Args, err, out)
	}
}
