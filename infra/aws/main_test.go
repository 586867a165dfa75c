package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
)

func TestBadArgumentsAreRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":           {[]string{"--outdir", "x"}, "outdir"},
		"something that is no flag": {[]string{"deploy"}, `"deploy" is not a flag`},
		"an unknown setting":        {[]string{"-c", "pair=E1PRIMARY:E2STAGING"}, `there is no setting "pair"`},
		"a setting without a value": {[]string{"-c", "pairs"}, `there is no setting "pairs"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			if code := aws.Run(c.args, &out, &errs); code != 2 {
				t.Errorf("got exit code %d, want 2", code)
			}
			if !strings.Contains(errs.String(), c.want) || out.Len() > 0 {
				t.Errorf("got %s%s\nwant it to say %s", &out, &errs, c.want)
			}
		})
	}
}

func TestHelpListsTheSettings(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := aws.Run([]string{"--help"}, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Errorf("got exit code %d and %s", code, &errs)
	}
	for _, want := range []string{"Usage: aws", "pairs", "required", "recoverEveryMinutes", "default 15"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got %s\nwant it to say %s", &out, want)
		}
	}
}

// TestNothingIsMadeOfBadSettings, nor of functions that were not built.
func TestNothingIsMadeOfBadSettings(t *testing.T) {
	startNode(t)
	for name, c := range map[string]struct {
		setting string
		code    int
		want    string
	}{
		"a setting that breaks its rule": {"pairs=E1PRIMARY:", 2, `setting pairs, "E1PRIMARY:": must be pairs of distribution ids`},
		"no bootstraps":                  {"pairs=E1PRIMARY:E2STAGING", 1, "read the bootstrap of acquirelock, which make build makes"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := aws.Run([]string{"--lambdas", t.TempDir(), "--out", t.TempDir(), "-c", c.setting}, &out, &errs); code != c.code {
				t.Errorf("got exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(errs.String(), c.want) {
				t.Errorf("got %s\nwant it to say %s", &errs, c.want)
			}
		})
	}
}

// TestCfnLintHasNothingToSay, where it is installed: it knows CloudFormation's own schemas. It needs Python, so that nobody
// has to have it.
func TestCfnLintHasNothingToSay(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Log("There is no cfn-lint on the PATH: pip install cfn-lint.")
		return
	}
	path := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(path, stack(t).text, 0o600); err != nil {
		t.Fatal(err)
	}
	// W3005: CDK writes a DependsOn beside each reference to a role.
	if said, err := exec.CommandContext(t.Context(), lint, "--ignore-checks", "W3005", "--", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestDeploySaysWhatIsMissing before it does anything.
func TestDeploySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	tools := t.TempDir()
	for _, tool := range []string{"bash", "env"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, tool)); err != nil {
			t.Fatal(err)
		}
	}
	deploy, err := filepath.Abs("deploy")
	if err != nil {
		t.Fatal(err)
	}
	nothing, kept, with := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(kept, "cdk.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(with, "npx"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		pairs string
		in    string
		path  string
		env   []string
		want  string
		fails bool
	}{
		"the pairs":                      {"", nothing, tools + ":" + with, []string{"AWS_PROFILE=me"}, "PAIRS is missing", true},
		"npx":                            {"E1PRIMARY:E2STAGING", nothing, tools, []string{"AWS_PROFILE=me"}, "npx is missing", true},
		"the credentials":                {"E1PRIMARY:E2STAGING", nothing, tools + ":" + with, nil, "No AWS credentials are in sight", false},
		"nothing, as the pairs are kept": {"", kept, tools + ":" + with, []string{"AWS_PROFILE=me"}, "npx aws-cdk@9 bootstrap", false},
		"nothing":                        {"E1PRIMARY:E2STAGING", nothing, tools + ":" + with, []string{"AWS_PROFILE=me"}, "npx aws-cdk@9 bootstrap aws://<account>/us-east-1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := exec.CommandContext(t.Context(), deploy, c.pairs, "aws-cdk@9")
			command.Dir = c.in
			command.Env = append(c.env, "PATH="+c.path, "HOME="+t.TempDir())
			said, err := command.CombinedOutput()
			if (err != nil) != c.fails || !strings.Contains(string(said), c.want) {
				t.Errorf("got %v and %s\nwant it to say %s", err, said, c.want)
			}
		})
	}
}
