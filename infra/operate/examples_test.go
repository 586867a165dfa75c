package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheGitHubWorkflowStartsReleases: its own steps, on a runner where Deploy Staging has done what it should.
func TestTheGitHubWorkflowStartsReleases(t *testing.T) {
	workflow, err := os.ReadFile("../../examples/github/release.yml")
	if err != nil {
		t.Fatal(err)
	}
	steps := regexp.MustCompile(`run: build/operate (.+)`).FindAllStringSubmatch(string(workflow), -1)
	if len(steps) != 2 {
		t.Fatalf("got %d steps that start a release, want 2", len(steps))
	}
	a := deployed(t, "healthy")
	a.SetStagingStack("UPDATE_COMPLETE")
	request := write(t, stagedAs("commit abc"))
	for _, attempt := range []string{"1", "2"} {
		args := strings.Fields(strings.NewReplacer(`"$GITHUB_SHA"`, "4f2a7c9", `"$GITHUB_RUN_ATTEMPT"`, attempt, "build/site.out/staged.json", request).Replace(steps[0][1]))
		a.run(args...).wantCode(t, 0)
	}
	if names := a.executions("release"); len(names) != 2 || names[0] == names[1] {
		t.Errorf("got the executions %v, want one for each attempt", names)
	}
}

// TestTheScriptGivesTheSameName as the tool does, so that either follows what the other one has started.
func TestTheScriptGivesTheSameName(t *testing.T) {
	for _, tool := range []string{"bash", "jq", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the tests need Go and Node.js alone, the example's scripts need it", tool)
		}
	}
	a := deployed(t, "healthy")
	request := write(t, stagedAs("index.html of 23 November: café <b>"))
	a.run("start", "--request", request, "--commit", "4f2a7c9", "--attempt", "3").wantCode(t, 0)
	bin := t.TempDir()
	cli := "#!/usr/bin/env bash\necho \"$*\" >>" + bin + "/calls\ncase $* in *describe-stacks*) echo arn:aws:states:us-east-1:1:stateMachine:x ;; *describe-execution*) echo SUCCEEDED ;; esac\n"
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(cli), 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", "-c", `PATH=$BIN:$PATH exec "$0" "$@"`, "../../examples/site/release", request, "4f2a7c9", "3")
	command.Env = append(os.Environ(), "BIN="+bin)
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	calls, err := os.ReadFile(filepath.Join(bin, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	if names := a.executions("release"); len(names) != 1 || !strings.Contains(string(calls), "--name "+names[0]+" ") {
		t.Errorf("got %s, want the name %v", calls, names)
	}
}
