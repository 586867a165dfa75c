package main_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	aws "cloudfront-cd/infra/aws"
)

const (
	account = "111122223333"
	name    = "cloudfront-cd"
)

// template is a CloudFormation template.
type template struct {
	text      []byte
	Resources map[string]*resource
	Outputs   map[string]struct{ Value any }
}

// resource is one of its resources; id is its logical id without the hash that CDK appends.
type resource struct {
	id                  string
	Type                string
	Properties          map[string]any
	Metadata            map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// stack is the template that the tests look at: of two pairs, with every setting given.
func stack(t *testing.T) *template {
	t.Helper()
	made.once.Do(func() { made.template = synthesize(t) })
	if made.template == nil {
		t.Fatal("the stack could not be synthesized: see the first test")
	}
	return made.template
}

var made struct { //nolint:gochecknoglobals // to synthesize takes seconds, and every test looks at the same template
	once     sync.Once
	template *template
}

// startNode finds Node.js for CDK. Without it the test fails, and is not skipped: a stack that was not synthesized is not
// known to be one.
func startNode(t *testing.T) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("Node.js is needed to synthesize the stack with CDK, and there is no node on the PATH.")
	}
	// jsii takes its environment when it starts: once closed, it starts again with today's.
	t.Setenv("JSII_NODE", node)
	t.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
	jsii.Close()
}

// synthesize makes the stack's template.
func synthesize(t *testing.T) *template {
	t.Helper()
	startNode(t)
	defer jsii.Close()
	settings := map[string]string{
		"pairs": "E1PRIMARY:E2STAGING,E3PRIMARY:E4STAGING", "originBuckets": "example-site", "contentBuckets": "example-site",
		"notify": "oncall@example.com", "account": account,
	}
	out := t.TempDir()
	code := awslambda.Code_FromAsset(jsii.String(bootstrapZip(t)), nil)
	if err := aws.Synthesize(out, given(settings), code); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(out, name+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	made := &template{text: text}
	if err := json.Unmarshal(text, made); err != nil { //nolint:musttag // the fields have CloudFormation's names
		t.Fatal(err)
	}
	for id, r := range made.Resources {
		r.id = regexp.MustCompile(`[0-9A-F]{8}$`).ReplaceAllString(id, "")
	}
	return made
}

// bootstrapZip is a zip for functions that nobody runs.
func bootstrapZip(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	if _, err := w.Create("bootstrap"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// all are the resources of a type, by their ids.
func (t *template) all(kind string) []*resource {
	var found []*resource
	for _, r := range t.Resources {
		if r.Type == kind {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *resource) int { return strings.Compare(a.id, b.id) })
	return found
}

// one is the only resource of a type whose id begins so.
func (t *template) one(tb testing.TB, kind, id string) *resource {
	tb.Helper()
	found := slices.DeleteFunc(t.all(kind), func(r *resource) bool { return !strings.HasPrefix(r.id, id) })
	if len(found) != 1 {
		tb.Fatalf("got %d resources %s %s…, want one", len(found), kind, id)
	}
	return found[0]
}

// say is a value of the template on one line, with references resolved: the partition is aws, a function's ARN is
// ${folder}, and another resource or its ARN is ${its id}.
func (t *template) say(value any) string {
	switch v := value.(type) {
	case map[string]any:
		if text, ok := t.reference(v); ok {
			return text
		}
		return fmt.Sprint(v)
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = t.say(part)
		}
		return strings.Join(parts, " ")
	default:
		return fmt.Sprint(v)
	}
}

func (t *template) reference(v map[string]any) (string, bool) {
	if join, ok := v["Fn::Join"].([]any); ok {
		parts, _ := join[1].([]any)
		var whole strings.Builder
		for _, part := range parts {
			whole.WriteString(t.say(part))
		}
		return whole.String(), true
	}
	id, ok := v["Ref"].(string)
	if get, isGet := v["Fn::GetAtt"].([]any); isGet {
		id, ok = get[0].(string)
	}
	if id == "AWS::Partition" {
		return "aws", true
	}
	if r := t.Resources[id]; r != nil {
		id = r.id
		if r.Type == "AWS::Lambda::Function" {
			id = folderOf(r)
		}
	}
	return "${" + id + "}", ok
}

// folderOf is the folder below lambdas/ that a function is made of.
func folderOf(function *resource) string {
	text, _ := function.Properties["FunctionName"].(string)
	return strings.TrimPrefix(text, name+"-")
}

// at is the value at a path of keys in a tree of objects.
func at(value any, path ...string) any {
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

// list is a value that CloudFormation writes as a list, or alone when there is only one.
func list(value any) []any {
	if many, ok := value.([]any); ok {
		return many
	}
	if value == nil {
		return nil
	}
	return []any{value}
}

// logicalID is the id of the only resource of a type whose id begins so, as references have it.
func (t *template) logicalID(tb testing.TB, kind, id string) string {
	tb.Helper()
	one := t.one(tb, kind, id)
	for logical, r := range t.Resources {
		if r == one {
			return logical
		}
	}
	return ""
}
