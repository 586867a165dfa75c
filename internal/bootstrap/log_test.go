package bootstrap_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/standin/lambdaruntime"
)

// panicVar tells this test's own binary to be a Lambda function that panics.
const panicVar = "BE_A_LAMBDA_THAT_PANICS"

func TestMain(m *testing.M) {
	if _, ok := os.LookupEnv(panicVar); ok { //nolint:forbidigo // the child's role comes by environment, as a Lambda's settings do
		bootstrap.Log()
		lambda.Start(fault.Handler(func(context.Context, struct{}) (string, error) {
			return strings.Fields("")[0], nil
		}))
	}
	os.Exit(m.Run())
}

func TestAPanicIsLoggedWithItsStackAndEndsTheProcess(t *testing.T) {
	t.Parallel()
	function := exec.CommandContext(t.Context(), os.Args[0])
	function.Env = append(environment(), panicVar+"=")
	got, err := lambdaruntime.Invoke(function, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Answers) != 1 || got.Answers[0].ErrorType != "boundsError" || got.ExitCode != 1 {
		t.Errorf("got answers %+v and exit code %d, want one boundsError and 1", got.Answers, got.ExitCode)
	}
	for _, want := range []string{`"error_type":"boundsError"`, `index out of range`, `"label":"TestMain.func1"`} {
		if strings.Count(got.Log, want) != 1 {
			t.Errorf("got the log below, want %s in it once\n%s", want, got.Log)
		}
	}
	loggedFaults(t, got.Log, "")
}
