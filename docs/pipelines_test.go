package docs_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/distribution"
)

const pipelines = "pipelines.md"

// TestTheRecipesIgnoreWhatAPromotionCanChange, and nothing more: what may differ while a policy is attached.
func TestTheRecipesIgnoreWhatAPromotionCanChange(t *testing.T) {
	terraform := map[string]string{
		"Origins": "origin", "OriginGroups": "origin_group", "DefaultCacheBehavior": "default_cache_behavior",
		"CacheBehaviors": "ordered_cache_behavior", "CustomErrorResponses": "custom_error_response", "Restrictions": "restrictions",
		"DefaultRootObject": "default_root_object", "Logging": "logging_config", "Comment": "comment",
	}
	pulumi := map[string]string{"origin": "origins", "origin_group": "originGroups", "ordered_cache_behavior": "orderedCacheBehaviors", "custom_error_response": "customErrorResponses"}
	camel := func(name string) string {
		if other, found := pulumi[name]; found {
			return other
		}
		return regexp.MustCompile(`_[a-z]`).ReplaceAllStringFunc(name, func(s string) string { return strings.ToUpper(s[1:]) })
	}
	hcl, sst := []string{"continuous_deployment_policy_id"}, []string{"continuousDeploymentPolicyId"}
	for _, field := range distribution.AllowedFields() {
		name, known := terraform[field]
		if !known {
			t.Fatalf("nobody knows what Terraform calls %s", field)
		}
		hcl, sst = append(hcl, name), append(sst, camel(name))
	}
	text := read(t, pipelines)
	for recipe, want := range map[string][]string{
		`(?s)ignore_changes = \[\s+(.*?)\]`: hcl,
		`(?s)ignoreChanges = \[(.*?)\]`:     sst,
	} {
		found := matches(text, recipe)
		if len(found) != 1 {
			t.Fatalf("got %d lists for %s", len(found), recipe)
		}
		got := matches(found[0], `(\w+)`)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestTheCommandsOfThePipelinesAreShell, and call what there is.
func TestTheCommandsOfThePipelinesAreShell(t *testing.T) {
	for _, file := range []string{pipelines, "../examples/site/README.md"} {
		blocks := matches(read(t, file), "(?s)```sh\n(.*?)```")
		if len(blocks) < 2 {
			t.Fatalf("got %d blocks of commands in %s", len(blocks), file)
		}
		for _, block := range blocks {
			shell := exec.CommandContext(t.Context(), "bash", "-n")
			shell.Stdin = strings.NewReader(block)
			if said, err := shell.CombinedOutput(); err != nil {
				t.Errorf("%s: %s\n%s", file, said, block)
			}
			for _, script := range matches(block, `(?m)^(examples/site/[a-z-]+)`) {
				if _, err := exec.LookPath("../" + script); err != nil {
					t.Errorf("%s calls %s: %v", file, script, err)
				}
			}
		}
	}
}

// TestThePipelinesNameFindingsThatExist.
func TestThePipelinesNameFindingsThatExist(t *testing.T) {
	known := append(findings(t), "cloudfront-cd-release", "deploy-staging", "catch-up")
	for _, name := range matches(read(t, pipelines), "`([a-z]+-[a-z-]+)`") {
		if !slices.Contains(known, name) {
			t.Errorf("there is no finding %s", name)
		}
	}
}
