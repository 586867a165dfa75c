package statemachine_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/statemachine"
	"cloudfront-cd/statemachine/diagram"
	"cloudfront-cd/statemachine/golden"
)

var update = flag.Bool("update", false, "rewrite the golden definitions and the diagrams in docs/ instead of comparing") //nolint:gochecknoglobals // the flag package wants it before the tests run

const (
	leastNode = 20 // package.json of aws-cdk-lib 2.270.0: "engines": {"node": ">= 20.0.0"}

	arnPrefix = "arn:aws:lambda:us-east-1:111122223333:function:"
)

// workflows are the definitions, by the name of their golden.
func workflows() map[string]func(constructs.Construct, func(string) awslambda.IFunction) *sfn.StateMachineProps {
	return map[string]func(constructs.Construct, func(string) awslambda.IFunction) *sfn.StateMachineProps{
		"release":     statemachine.Release,
		"recover":     statemachine.Recover,
		"retire":      statemachine.Retire,
		"cleanup":     statemachine.Cleanup,
		"enroll":      statemachine.Enroll,
		"maintenance": statemachine.Maintenance,
	}
}

func TestGoldenIsWhatCDKSynthesizes(t *testing.T) {
	synthesized := synthesize(t)
	for name, definition := range synthesized {
		t.Run(name, func(t *testing.T) { compare(t, name, definition) })
	}
	if got, want := len(synthesized), len(workflows()); got != want {
		t.Errorf("got %d state machines, want %d", got, want)
	}
}

func compare(t *testing.T, name string, definition []byte) {
	t.Helper()
	got, err := golden.Format(definition)
	if err != nil {
		t.Fatal(err)
	}
	file := "golden/" + name + ".asl.json"
	if *update {
		write(t, file, got)
		page, err := diagram.Page(name, got)
		if err != nil {
			t.Fatal(err)
		}
		write(t, "../docs/"+name+".md", page)
		return
	}
	if want := golden.All()[name]; !bytes.Equal(got, want) {
		t.Errorf("CDK does not synthesize %s any more: run \"make golden\" and look at the diff.\n%s", file, firstDifference(got, want))
	}
}

// synthesize is the definition of each workflow with ${folder} instead of each Lambda's ARN.
func synthesize(t *testing.T) map[string][]byte {
	t.Helper()
	startNode(t)
	defer jsii.Close()
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, AnalyticsReporting: jsii.Bool(false)})
	stack := awscdk.NewStack(app, jsii.String("Golden"), nil)
	imported := map[string]awslambda.IFunction{}
	functions := func(folder string) awslambda.IFunction {
		if imported[folder] == nil {
			imported[folder] = awslambda.Function_FromFunctionArn(stack, jsii.String("Function "+folder), jsii.String(arnPrefix+folder))
		}
		return imported[folder]
	}
	for name, workflow := range workflows() {
		scope := constructs.NewConstruct(stack, jsii.String("Boxes of "+name))
		props := workflow(scope, functions)
		props.StateMachineName = jsii.String(name)
		sfn.NewStateMachine(stack, jsii.String(name), props)
	}
	app.Synth(nil)
	return definitionsIn(t, filepath.Join(out, "Golden.template.json"))
}

// definitionsIn is the definition of each state machine in a CloudFormation template, by the machine's name.
func definitionsIn(t *testing.T, template string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	var stack struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				StateMachineName string
				DefinitionString any
			}
		}
	}
	if err := json.Unmarshal(data, &stack); err != nil { //nolint:musttag // the fields have CloudFormation's names
		t.Fatalf("read the synthesized template: %v", err)
	}
	definitions := map[string][]byte{}
	for _, resource := range stack.Resources {
		if resource.Type != "AWS::StepFunctions::StateMachine" {
			continue
		}
		text, ok := resource.Properties.DefinitionString.(string)
		if !ok {
			t.Fatalf("the definition has deploy-time values in it: %v", resource.Properties.DefinitionString)
		}
		definitions[resource.Properties.StateMachineName] = regexp.MustCompile(regexp.QuoteMeta(arnPrefix)+`([a-z]+)`).ReplaceAll([]byte(text), []byte(`$${$1}`))
	}
	return definitions
}

// startNode finds Node.js for CDK. Without it the test fails, and is not skipped: a definition that was not compared is not
// known to be the one that is deployed.
func startNode(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("Node.js %d or later is needed to synthesize the state machines with CDK, and there is no node on the PATH.", leastNode)
	}
	answer, err := exec.CommandContext(t.Context(), path, "--version").Output()
	if err != nil {
		t.Fatalf("ask %s for its version: %v", path, err)
	}
	version := strings.TrimSpace(string(answer))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < leastNode {
		t.Fatalf("Node.js %d or later is needed to synthesize the state machines with CDK; %s is %s.", leastNode, path, version)
	}
	// jsii prints a banner for a Node that is past its end of life. It took its environment when the program started; once
	// closed, it starts again with today's.
	t.Setenv("JSII_NODE", path)
	t.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", major)
	// The stack's own synthesis validates (infra/aws); a template of two state machines has nothing to find, and it takes seconds.
	t.Setenv("CDK_VALIDATION", "false")
	jsii.Close()
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("wrote %s", path)
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}
