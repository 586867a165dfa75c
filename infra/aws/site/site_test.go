package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/jsii-runtime-go"

	site "cloudfront-cd/infra/aws/site"
)

// known are the settings once everything exists.
const known = `{"name": "site", "account": "111122223333", "primary": "E1PRIMARY", "staging": "E2STAGING", "policy": "44444444-aaaa",
	"aliases": ["www.example.com"], "certificate": "arn:aws:acm:us-east-1:111122223333:certificate/0a1b",
	"connection": "arn:aws:codeconnections:us-east-1:111122223333:connection/0a1b", "repository": "example/site"}`

// template is a CloudFormation template.
type template struct {
	text       string
	Parameters map[string]struct{ Default *string }
	Resources  map[string]resource
	Outputs    map[string]map[string]any
}

type resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// assembly is what the command has written.
type assembly struct {
	staging, primary, pipeline template
	manifest                   map[string]any
}

var made struct { //nolint:gochecknoglobals // to synthesize takes seconds, and every test looks at the same templates
	once sync.Once
	assembly
}

// stacks are the three stacks, made with Node.js alone: jsii starts it, and nothing else is called.
func stacks(t *testing.T) assembly {
	t.Helper()
	made.once.Do(func() { made.assembly = synthesize(t, known) })
	if made.staging.Resources == nil {
		t.Fatal("the stacks could not be synthesized: see the first test")
	}
	return made.assembly
}

func synthesize(t *testing.T, settings string) assembly {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("Node.js is needed to synthesize the stacks with CDK, and there is no node on the PATH.")
	}
	t.Setenv("JSII_NODE", node)
	t.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
	jsii.Close()
	out, file := t.TempDir(), write(t, settings)
	var said, errs bytes.Buffer
	if code := site.Run([]string{"--settings", file, "--out", out}, &said, &errs); code != 0 {
		t.Fatalf("got exit code %d: %s", code, &errs)
	}
	var a assembly
	a.primary, a.staging = read(t, out, "SitePrimary"), read(t, out, "SiteStaging")
	if strings.Contains(settings, "arn:aws:codeconnections") {
		a.pipeline = read(t, out, "SitePipeline")
	}
	parse(t, filepath.Join(out, "manifest.json"), &a.manifest)
	return a
}

func read(t *testing.T, dir, stack string) template {
	t.Helper()
	var made template
	made.text = parse(t, filepath.Join(dir, stack+".template.json"), &made)
	return made
}

func parse(t *testing.T, file string, into any) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// at is the value at a path of keys in a tree of objects.
func at(value any, path ...string) any {
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

// say is a value on one line, with joins resolved and references by name.
func say(value any) string {
	switch v := value.(type) {
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok {
			parts, _ := join[1].([]any)
			var all strings.Builder
			for _, p := range parts {
				all.WriteString(say(p))
			}
			return all.String()
		}
		if v["Ref"] == "AWS::Partition" {
			return "aws"
		}
		if ref, ok := v["Ref"].(string); ok {
			return "${" + ref + "}"
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return "${" + fmt.Sprint(get[0]) + "}"
		}
		return fmt.Sprint(v)
	case []any:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = say(p)
		}
		return strings.Join(parts, " ")
	}
	return fmt.Sprint(value)
}

func (t template) one(tb testing.TB, kind string) resource {
	tb.Helper()
	var found []resource
	for _, r := range t.Resources {
		if r.Type == kind {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		tb.Fatalf("got %d %s, want 1", len(found), kind)
	}
	return found[0]
}

func config(t *testing.T, of template) map[string]any {
	t.Helper()
	c, ok := of.Resources["Distribution"].Properties["DistributionConfig"].(map[string]any)
	if !ok {
		t.Fatal("there is no resource Distribution with a config")
	}
	return c
}

// TestNoStackOwnsThePolicy: a promotion changes it behind CloudFormation's back, and it outlives stacks.
func TestNoStackOwnsThePolicy(t *testing.T) {
	a := stacks(t)
	for name, stack := range map[string]template{"SiteStaging": a.staging, "SitePrimary": a.primary, "SitePipeline": a.pipeline} {
		for id, r := range stack.Resources {
			if strings.Contains(r.Type, "ContinuousDeploymentPolicy") {
				t.Errorf("%s owns %s, a %s", name, id, r.Type)
			}
		}
	}
	if got := config(t, a.primary)["ContinuousDeploymentPolicyId"]; got != "44444444-aaaa" {
		t.Errorf("the primary names the policy %v, want the id of the settings as a text", got)
	}
	if strings.Contains(a.staging.text, "ContinuousDeploymentPolicy") {
		t.Error("the stack of staging speaks of a policy")
	}
}

// TestBothSidesAreOneDefinition: one edit changes both, and they differ in what a promotion leaves alone.
func TestBothSidesAreOneDefinition(t *testing.T) {
	a := stacks(t)
	staging, primary := config(t, a.staging), config(t, a.primary)
	if staging["Staging"] != true || primary["Staging"] != nil {
		t.Errorf("got Staging %v and %v", staging["Staging"], primary["Staging"])
	}
	for _, field := range []string{"Staging", "Aliases", "ContinuousDeploymentPolicyId"} {
		delete(staging, field)
		delete(primary, field)
	}
	origin := func(c map[string]any) map[string]any {
		all, _ := c["Origins"].([]any)
		first, _ := all[0].(map[string]any)
		return first
	}
	for _, field := range []string{"DomainName", "OriginPath", "OriginAccessControlId"} {
		if want := "${" + strings.Replace(field, "DomainName", "OriginDomain", 1) + "}"; say(origin(staging)[field]) != want {
			t.Errorf("staging's origin has %s %s, want the parameter %s", field, say(origin(staging)[field]), want)
		}
		delete(origin(staging), field)
		delete(origin(primary), field)
	}
	if got, want := fmt.Sprint(staging), fmt.Sprint(primary); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestADeploymentSaysWhereTheContentIs: no default could be right after a release.
func TestADeploymentSaysWhereTheContentIs(t *testing.T) {
	a := stacks(t)
	for _, name := range []string{"OriginDomain", "OriginPath", "OriginAccessControlId"} {
		if p, found := a.staging.Parameters[name]; !found || p.Default != nil {
			t.Errorf("the parameter %s of staging: got %t, default %v", name, found, p.Default)
		}
	}
}

// TestStagingCanBeDeletedWithoutThePrimary: nothing of the primary's stack is made of it, and what the primary may have come
// to read from stays, with the policy that lets it in.
func TestStagingCanBeDeletedWithoutThePrimary(t *testing.T) {
	a := stacks(t)
	for name, stack := range map[string]template{"SiteStaging": a.staging, "SitePrimary": a.primary} {
		if strings.Contains(stack.text, "Fn::ImportValue") || strings.Contains(stack.text, "Fn::GetStackOutput") {
			t.Errorf("%s refers to another stack", name)
		}
		for id, output := range stack.Outputs {
			if output["Export"] != nil {
				t.Errorf("the output %s of %s is exported", id, name)
			}
		}
		for _, kind := range []string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy"} {
			if r := stack.one(t, kind); r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
				t.Errorf("%s of %s: deletion %s, replacement %s, want it retained", kind, name, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
		}
	}
	if got := at(a.manifest, "artifacts", "SitePrimary", "dependencies"); strings.Contains(fmt.Sprint(got), "SiteStaging") {
		t.Errorf("SitePrimary depends on %v", got)
	}
	names := []string{say(a.staging.one(t, "AWS::S3::Bucket").Properties["BucketName"]), say(a.primary.one(t, "AWS::S3::Bucket").Properties["BucketName"])}
	if !slices.Equal(names, []string{"site-staging-111122223333", "site-primary-111122223333"}) {
		t.Errorf("got the buckets %v, want one for each side", names)
	}
	for id, r := range a.staging.Resources {
		if !slices.Contains([]string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::CloudFront::Distribution"}, r.Type) {
			t.Errorf("staging has %s, a %s: would a promotion make the primary depend on it?", id, r.Type)
		}
	}
}

// TestBothBucketsLetBothDistributionsIn: a release may have moved either side to either bucket.
func TestBothBucketsLetBothDistributionsIn(t *testing.T) {
	a := stacks(t)
	const arn = "arn:aws:cloudfront::111122223333:distribution/"
	for name, c := range map[string]struct {
		stack template
		want  string
	}{
		"SiteStaging": {a.staging, arn + "${Distribution} " + arn + "E1PRIMARY"},
		"SitePrimary": {a.primary, arn + "${Distribution} " + arn + "E2STAGING"},
	} {
		statements, _ := at(c.stack.one(t, "AWS::S3::BucketPolicy").Properties, "PolicyDocument", "Statement").([]any)
		found := false
		for _, s := range statements {
			if at(s, "Effect") != "Allow" {
				continue
			}
			found = true
			if got := say(at(s, "Condition", "StringEquals", "AWS:SourceArn")); got != c.want {
				t.Errorf("%s lets in %s, want %s", name, got, c.want)
			}
			if say(at(s, "Action")) != "s3:GetObject" || say(at(s, "Principal", "Service")) != "cloudfront.amazonaws.com" {
				t.Errorf("%s allows %v", name, s)
			}
		}
		if !found {
			t.Errorf("%s lets nobody in", name)
		}
	}
}

// TestThePrimaryIsProtected: from deletion by CDK's word, from changes by the stack policy, which names its distribution.
func TestThePrimaryIsProtected(t *testing.T) {
	a := stacks(t)
	protected := func(stack string) any {
		return at(a.manifest, "artifacts", stack, "properties", "terminationProtection")
	}
	if protected("SitePrimary") != true || protected("SiteStaging") == true {
		t.Errorf("got termination protection %v of the primary and %v of staging", protected("SitePrimary"), protected("SiteStaging"))
	}
	var policy struct {
		Statement []struct {
			Effect, Principal, Resource string
			Action                      any
		}
	}
	parse(t, "../../../examples/site/primary.stack-policy.json", &policy)
	var denied []string
	for _, s := range policy.Statement {
		if s.Principal != "*" {
			t.Errorf("a stack policy knows no principal but *, got %s", s.Principal)
		}
		if s.Effect == "Deny" {
			denied = append(denied, s.Resource+" "+say(s.Action))
		}
	}
	if want := []string{"LogicalResourceId/Distribution Update:*", "* Update:Replace Update:Delete"}; !slices.Equal(denied, want) {
		t.Errorf("got %q denied, want %q", denied, want)
	}
	if a.primary.Resources["Distribution"].Type != "AWS::CloudFront::Distribution" {
		t.Error("the stack policy names the logical id Distribution, which is no distribution")
	}
}

// TestTheFirstDeploymentNeedsNoIds: they are what it makes.
func TestTheFirstDeploymentNeedsNoIds(t *testing.T) {
	a := synthesize(t, parse(t, "../../../examples/site/site.json", &map[string]any{}))
	if c := config(t, a.primary); c["ContinuousDeploymentPolicyId"] != nil || c["Aliases"] != nil {
		t.Errorf("got %v", c)
	}
	if got := fmt.Sprint(a.primary.Parameters["OriginPath"].Default != nil, a.primary.Parameters["OriginDomain"].Default != nil); got != "true true" {
		t.Errorf("got defaults %s, want the first release", got)
	}
	if got := say(at(a.primary.one(t, "AWS::S3::BucketPolicy").Properties, "PolicyDocument", "Statement")); strings.Contains(got, "distribution/]") {
		t.Errorf("somebody without an id is let in: %s", got)
	}
}

func TestWrongSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ settings, want string }{
		"an unknown one":               {`{"name": "site", "primry": "E1PRIMARY"}`, `unknown field "primry"`},
		"no name":                      {`{}`, "name"},
		"two that break rules":         {`{"name": "Site", "primary": "primary"}`, "primary \"primary\": must match"},
		"aliases without certificate":  {`{"name": "site", "aliases": ["www.example.com"]}`, "need a certificate"},
		"a pipeline without the pair":  {`{"name": "site", "connection": "arn:aws:codeconnections:us-east-1:111122223333:connection/0a", "repository": "a/b"}`, "ids of primary and staging"},
		"a certificate from elsewhere": {`{"name": "site", "certificate": "arn:aws:acm:eu-west-1:111122223333:certificate/0a"}`, "certificate"},
		"something behind":             {`{"name": "site"} {}`, "behind the object"},
		"no JSON":                      {`name: site`, "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			if code := site.Run([]string{"--settings", write(t, c.settings), "--out", t.TempDir()}, &out, &errs); code != 2 || !strings.Contains(errs.String(), c.want) {
				t.Errorf("got exit code %d and %s, want 2 and %q", code, &errs, c.want)
			}
		})
	}
	for _, args := range [][]string{{"--output", "x"}, {"deploy"}, {"--settings", "gone.json"}} {
		var out, errs bytes.Buffer
		if code := site.Run(args, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%v: got exit code %d", args, code)
		}
	}
	var out, errs bytes.Buffer
	if code := site.Run([]string{"--help"}, &out, &errs); code != 0 || !strings.Contains(out.String(), "--settings") {
		t.Errorf("got exit code %d and %s", code, &out)
	}
}

// TestCfnLintHasNothingToSay, where it is installed.
func TestCfnLintHasNothingToSay(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Log("There is no cfn-lint on the PATH: pip install cfn-lint.")
		return
	}
	a, dir := stacks(t), t.TempDir()
	// W3005: CDK writes a DependsOn beside each reference to a role.
	args := []string{"--ignore-checks", "W3005", "--"}
	for name, stack := range map[string]template{"staging": a.staging, "primary": a.primary, "pipeline": a.pipeline} {
		file := filepath.Join(dir, name+".json")
		if err := os.WriteFile(file, []byte(stack.text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if said, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
