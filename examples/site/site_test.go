// Package site_test runs the example's scripts against an AWS CLI that is told what to answer, and looks at its content.
package site_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

// fakeCLI writes down how it is called, and answers as the first of answers/* whose name is in its arguments says. An answer
// that begins with "error: " is one. What a function answers goes to a file, as the CLI has it.
const fakeCLI = `#!/usr/bin/env bash
printf '%s\n' "$*" >>"$CALLS"
for file in "$ANSWERS"/*; do
  case "$*" in *"$(basename "$file" | tr _ ' ')"*)
    if grep -q '^error: ' "$file"; then cat "$file" >&2; exit 254; fi
    case $1 in lambda) cat "$file" >"${*: -1}"; grep -q errorMessage "$file" && echo Unhandled || echo None ;; *) cat "$file" ;; esac
    exit 0 ;;
  esac
done
`

// account is an AWS account as the CLI shows it.
type account struct {
	t   *testing.T
	dir string
}

func newAccount(t *testing.T) account {
	t.Helper()
	for _, tool := range []string{"bash", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the tests need Go and Node.js alone, the example's scripts need it", tool)
		}
	}
	a := account{t, t.TempDir()}
	for _, dir := range []string{"bin", "answers", "out"} {
		must(t, os.Mkdir(filepath.Join(a.dir, dir), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(a.dir, "bin", "aws"), []byte(fakeCLI), 0o755))
	return a
}

// answers says what the CLI prints when the words are in its arguments.
func (a account) answers(words, text string) {
	a.t.Helper()
	must(a.t, os.WriteFile(filepath.Join(a.dir, "answers", strings.ReplaceAll(words, " ", "_")), []byte(text), 0o600))
}

// run calls a script and returns what it said and how it called the CLI.
func (a account) run(script string, args ...string) (said string, calls []string, err error) {
	a.t.Helper()
	log := filepath.Join(a.dir, "calls")
	must(a.t, os.WriteFile(log, nil, 0o600))
	command := exec.CommandContext(a.t.Context(), "bash", append([]string{"-c", `PATH=$BIN:$PATH exec "$0" "$@"`, "./" + script}, args...)...)
	command.Env = append(os.Environ(), "BIN="+filepath.Join(a.dir, "bin"), "CALLS="+log, "ANSWERS="+filepath.Join(a.dir, "answers"))
	out, err := command.CombinedOutput()
	data, readErr := os.ReadFile(log)
	must(a.t, readErr)
	return string(out), strings.Split(strings.TrimSpace(string(data)), "\n"), err
}

func (a account) out(file string) string { return filepath.Join(a.dir, "out", file) }

func (a account) written(file string) string {
	a.t.Helper()
	data, err := os.ReadFile(a.out(file))
	must(a.t, err)
	return string(data)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// at is a distribution whose content is in that place.
func at(bucket, path string) string {
	return `{"ETag": "E1", "DistributionConfig": {"Comment": "kept", "Origins": {"Items": [{"Id": "api", "DomainName": "api.example.com"}, {"Id": "site",
		"DomainName": "` + bucket + `.s3.us-east-1.amazonaws.com", "OriginPath": "` + path + `", "OriginAccessControlId": "EOAC", "ConnectionTimeout": 10}]}}}`
}

// released is the path of the example's content.
func released(t *testing.T) string {
	t.Helper()
	a := newAccount(t)
	a.answers("get-distribution-config", at("site-primary-1", "/releases/old"))
	a.answers("lambda invoke", `{"idle": {"bucket": "site-staging-1"}}`)
	_, _, err := a.prepare()
	must(t, err)
	return a.content()["prefix"]
}

func (a account) prepare() (said string, calls []string, err error) {
	a.t.Helper()
	return a.run("prepare", "E1PRIMARY", "E2STAGING", "site-primary-1", "site-staging-1", "4f2a7c9", filepath.Join(a.dir, "out"))
}

// content is the change of the request for the content.
func (a account) content() map[string]string {
	a.t.Helper()
	var request struct {
		Change map[string]string `json:"change"`
	}
	must(a.t, json.Unmarshal([]byte(a.written("content.json")), &request))
	return request.Change
}

// TestPrepareUploadsToTheSideThatNobodyIsServedFrom, and the requests that it writes are accepted.
func TestPrepareUploadsToTheSideThatNobodyIsServedFrom(t *testing.T) {
	t.Parallel()
	path := released(t)
	if !regexp.MustCompile(`^/releases/[0-9a-f]{16}$`).MatchString(path) {
		t.Fatalf("got the path %s, want a hash", path)
	}
	for name, c := range map[string]struct{ live, path, asks, idle, bucket string }{
		"the primary reads its own bucket":   {"site-primary-1", "/releases/old", "site-staging-1 site-primary-1", "site-staging-1", "site-staging-1"},
		"the primary reads the other bucket": {"site-staging-1", "/releases/old", "site-primary-1 site-staging-1", "site-primary-1", "site-primary-1"},
		"the other bucket is not idle":       {"site-primary-1", "/releases/old", "site-staging-1 site-primary-1", "site-primary-1", "site-primary-1"},
		"the primary has this content":       {"site-staging-1", path, "site-primary-1 site-staging-1", "site-primary-1", "site-staging-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.answers("get-distribution-config", at(c.live, c.path))
			a.answers("lambda invoke --region us-east-1 --function-name cloudfront-cd-idleside", `{"idle": {"bucket": "`+c.idle+`"}, "inFlight": []}`)
			said, calls, err := a.prepare()
			if err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			uploads := 0
			for _, call := range calls {
				if strings.HasPrefix(call, "s3 cp") && strings.Contains(call, " s3://"+c.bucket+path+" ") {
					uploads++
				}
				if strings.Contains(call, "update-distribution") {
					t.Errorf("it changes staging, which reads what the primary reads: %s", call)
				}
			}
			if want := map[bool]int{true: 0, false: 2}[c.path == path]; uploads != want || len(calls) != 3+want {
				t.Errorf("got %d uploads in %q, want %d", uploads, calls, want)
			}
			var asked struct {
				Primary string              `json:"primary"`
				Origin  string              `json:"origin"`
				Sides   []map[string]string `json:"sides"`
			}
			must(t, json.Unmarshal([]byte(a.written("sides.json")), &asked))
			if got := asked.Sides[0]["bucket"] + " " + asked.Sides[1]["bucket"]; got != c.asks || asked.Sides[0]["prefix"] != path || asked.Primary+asked.Origin != "E1PRIMARYsite" {
				t.Errorf("it asked for %+v, want %s", asked, c.asks)
			}
			if _, err := release.ParsePlan([]byte(a.written("staged.json"))); err != nil {
				t.Errorf("the request for the config: %v", err)
			}
			if _, err := release.ParsePlan([]byte(a.written("content.json"))); err != nil {
				t.Errorf("the request for the content: %v", err)
			}
			domain := c.bucket + ".s3.us-east-1.amazonaws.com"
			if got, want := a.content(), map[string]string{"kind": "content", "origin": "site", "bucket": c.bucket, "prefix": path, "domain": domain}; !maps.Equal(got, want) {
				t.Errorf("got the change %v, want %v", got, want)
			}
			var parameters struct {
				Parameters map[string]string `json:"Parameters"`
			}
			must(t, json.Unmarshal([]byte(a.written("staging.parameters.json")), &parameters))
			want := map[string]string{"OriginDomain": c.live + ".s3.us-east-1.amazonaws.com", "OriginPath": c.path, "OriginAccessControlId": "EOAC"}
			if !maps.Equal(parameters.Parameters, want) {
				t.Errorf("got the parameters %v, want %v", parameters.Parameters, want)
			}
		})
	}
}

// TestPrepareTakesStagingBackFromWhatWasRolledBack: the origin alone, with the ETag that was read.
func TestPrepareTakesStagingBackFromWhatWasRolledBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.answers("get-distribution-config --id E1PRIMARY", at("site-primary-1", "/releases/old"))
	a.answers("get-distribution-config --id E2STAGING", at("site-staging-1", "/releases/bad"))
	a.answers("lambda invoke", `{"idle": {"bucket": "site-staging-1"}}`)
	said, calls, err := a.prepare()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	want := "cloudfront update-distribution --id E2STAGING --if-match E1 --distribution-config file://" + a.out("staging.config.json")
	if last := calls[len(calls)-1]; !strings.HasPrefix(last, want) {
		t.Errorf("got %s, want %s", last, want)
	}
	var written struct {
		Comment string `json:"Comment"`
		Origins struct {
			Items []map[string]any `json:"Items"`
		} `json:"Origins"`
	}
	must(t, json.Unmarshal([]byte(a.written("staging.config.json")), &written))
	api, site := written.Origins.Items[0], written.Origins.Items[1]
	if written.Comment != "kept" || api["DomainName"] != "api.example.com" || api["OriginPath"] != nil || site["ConnectionTimeout"] != 10.0 ||
		site["DomainName"] != "site-primary-1.s3.us-east-1.amazonaws.com" || site["OriginPath"] != "/releases/old" {
		t.Errorf("got %+v", written)
	}
}

// TestPrepareTouchesNothingWhileAReleaseRuns, or where it cannot tell.
func TestPrepareTouchesNothingWhileAReleaseRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ live, idle, want string }{
		"a release in flight": {at("site-primary-1", "/old"), `{"idle": {"bucket": "site-primary-1"}, "inFlight": [{"bucket": "site-staging-1"}]}`, "a release of E1PRIMARY is running"},
		"no idle side":        {at("site-primary-1", "/old"), `{"errorType": "LockHeld", "errorMessage": "no side is idle: ask again"}`, "no side is idle"},
		"no such origin":      {`{"DistributionConfig": {"Origins": {"Items": []}}}`, `{}`, "no origin with the id site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.answers("get-distribution-config", c.live)
			a.answers("lambda invoke", c.idle)
			said, calls, err := a.prepare()
			if err == nil || !strings.Contains(said, c.want) {
				t.Errorf("got %v and %q, want it to say %q", err, said, c.want)
			}
			for _, call := range calls {
				if strings.HasPrefix(call, "s3 ") || strings.Contains(call, "update-distribution") {
					t.Errorf("it called %s", call)
				}
			}
		})
	}
}

// TestAssetsAreUploadedBeforeThePages, each with its way of being cached.
func TestAssetsAreUploadedBeforeThePages(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	_, calls, err := a.run("upload", "content", "bucket", "/releases/abc")
	must(t, err)
	want := []string{
		"s3 cp --no-progress --recursive content s3://bucket/releases/abc --exclude *.html --cache-control public, max-age=31536000, immutable",
		"s3 cp --no-progress --recursive content s3://bucket/releases/abc --exclude * --include *.html --cache-control no-cache --content-type text/html; charset=utf-8",
	}
	if !slices.Equal(calls, want) {
		t.Errorf("got %q, want %q", calls, want)
	}
}

// TestStagingIsDeployedWithWhatThePrimaryHas, not with the values of the last deployment.
func TestStagingIsDeployedWithWhatThePrimaryHas(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.answers("get-distribution-config", at("site-staging-1", "/releases/abc"))
	a.answers("lambda invoke", `{"idle": {"bucket": "site-primary-1"}}`)
	_, _, err := a.prepare()
	must(t, err)
	_, calls, err := a.run("deploy-staging", filepath.Join(a.dir, "out"))
	must(t, err)
	want := "--parameter-overrides OriginDomain=site-staging-1.s3.us-east-1.amazonaws.com OriginPath=/releases/abc OriginAccessControlId=EOAC"
	if len(calls) != 1 || !strings.HasPrefix(calls[0], "cloudformation deploy --region us-east-1 --stack-name SiteStaging ") || !strings.HasSuffix(calls[0], want) {
		t.Errorf("got %q, want one deployment with %s", calls, want)
	}
}

// TestProtectAppliesBothProtections to the primary's stack.
func TestProtectAppliesBothProtections(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	_, calls, err := a.run("protect")
	must(t, err)
	here, err := os.Getwd()
	must(t, err)
	want := []string{
		"cloudformation set-stack-policy --region us-east-1 --stack-name SitePrimary --stack-policy-body file://" + here + "/primary.stack-policy.json",
		"cloudformation update-termination-protection --region us-east-1 --stack-name SitePrimary --enable-termination-protection",
	}
	if !slices.Equal(calls, want) {
		t.Errorf("got %q, want %q", calls, want)
	}
}

const (
	origin          = `{"Id": "site", "DomainName": "site-staging-1.s3.us-east-1.amazonaws.com", "OriginPath": "/releases/abc", "OriginAccessControlId": "EOAC"}`
	stagingTemplate = `{"Resources": {"Distribution": {"Properties": {"DistributionConfig": {"Comment": "site"}}}}}`
	primaryTemplate = `{"Resources": {"Distribution": {"Properties": {"DistributionConfig": {"Comment": "site", "ContinuousDeploymentPolicyId": "POLICY", "Aliases": ["b.example.com", "a.example.com"]}}}}}`
)

// promoted is an account in which the last release promoted what this checkout has deployed to staging.
func promoted(t *testing.T) account {
	t.Helper()
	a := newAccount(t)
	must(t, os.WriteFile(a.out("SiteStaging.template.json"), []byte(stagingTemplate), 0o600))
	must(t, os.WriteFile(a.out("SitePrimary.template.json"), []byte(primaryTemplate), 0o600))
	a.primaryHas(`"Comment": "site"`)
	a.answers("get-distribution-config --id E2STAGING", `{"Staging": true, "CallerReference": "s", "Comment": "site", "Aliases": {"Quantity": 0},
		"Origins": {"Items": [`+origin+`]}, "ContinuousDeploymentPolicyId": ""}`)
	a.answers("get-template --region us-east-1 --stack-name SiteStaging", stagingTemplate)
	a.answers("describe-stack-resource ", "EOAC\n")
	return a
}

func (a account) primaryHas(fields string) {
	a.t.Helper()
	a.answers("get-distribution-config --id E1PRIMARY", `{"Staging": false, "CallerReference": "p", `+fields+`,
		"Aliases": {"Quantity": 2, "Items": ["a.example.com", "b.example.com"]}, "Origins": {"Items": [`+origin+`]}, "ContinuousDeploymentPolicyId": "POLICY"}`)
}

// TestCatchUpWritesWhatThePrimaryHas: where its content is, and only with modifications allowed.
func TestCatchUpWritesWhatThePrimaryHas(t *testing.T) {
	t.Parallel()
	a := promoted(t)
	said, calls, err := a.run("catch-up", "E1PRIMARY", "E2STAGING", filepath.Join(a.dir, "out"))
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	i := slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, "cloudformation update-stack") })
	if i < 0 {
		t.Fatalf("got no update in %q", calls)
	}
	for _, want := range []string{
		"--stack-name SitePrimary", "ParameterKey=OriginDomain,ParameterValue=site-staging-1.s3.us-east-1.amazonaws.com",
		"ParameterKey=OriginPath,ParameterValue=/releases/abc", `"Action": "Update:Modify"`,
	} {
		if !strings.Contains(calls[i], want) {
			t.Errorf("got %s, want it to have %s", calls[i], want)
		}
	}
	if last := calls[len(calls)-1]; !strings.HasPrefix(last, "cloudformation wait stack-update-complete") || !strings.Contains(said, "SitePrimary is where the primary is.") {
		t.Errorf("got %s and %s", last, said)
	}
	a.answers("update-stack", "error: An error occurred (ValidationError) when calling the UpdateStack operation: No updates are to be performed.")
	if said, _, err := a.run("catch-up", "E1PRIMARY", "E2STAGING", filepath.Join(a.dir, "out")); err != nil || !strings.Contains(said, "already") {
		t.Errorf("got %v and %s where there is nothing to do", err, said)
	}
}

// TestCatchUpRefusesWhatViewersWouldNotice.
func TestCatchUpRefusesWhatViewersWouldNotice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(a account)
		want   string
	}{
		"a checkout that was not released": {
			func(a account) {
				must(a.t, os.WriteFile(a.out("SiteStaging.template.json"), []byte(`{"Resources": {}}`), 0o600))
			}, "deployed from another version",
		},
		"what was deployed to staging but not released": {func(a account) { a.primaryHas(`"Comment": "older"`) }, "E1PRIMARY and E2STAGING differ"},
		"another policy than the template's": {
			func(a account) {
				must(a.t, os.WriteFile(a.out("SitePrimary.template.json"), []byte(strings.Replace(primaryTemplate, "POLICY", "OTHER", 1)), 0o600))
			}, "the primary has the policy 'POLICY' and the template 'OTHER'",
		},
		"other aliases than the template's": {
			func(a account) {
				must(a.t, os.WriteFile(a.out("SitePrimary.template.json"), []byte(strings.Replace(primaryTemplate, "b.example", "c.example", 1)), 0o600))
			}, "other aliases",
		},
		"an access control of somebody else": {func(a account) { a.answers("describe-stack-resource ", "EOTHER\n") }, "not SitePrimary's"},
		"an update that CloudFormation refuses": {
			func(a account) { a.answers("update-stack", "error: UPDATE_IN_PROGRESS state and can not be updated") }, "can not be updated",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := promoted(t)
			c.change(a)
			said, calls, err := a.run("catch-up", "E1PRIMARY", "E2STAGING", filepath.Join(a.dir, "out"))
			if err == nil || !strings.Contains(said, c.want) || !strings.Contains(said, "Nothing was changed.") {
				t.Errorf("got %v and %s, want it to say %s", err, said, c.want)
			}
			for _, call := range calls {
				if strings.Contains(call, " wait ") || strings.Contains(call, "update-stack") && c.want != "can not be updated" {
					t.Errorf("it called %s", call)
				}
			}
		})
	}
}

// TestReleaseStartsOnceAndFollows with the AWS CLI alone.
func TestReleaseStartsOnceAndFollows(t *testing.T) {
	t.Parallel()
	const machine = "arn:aws:states:us-east-1:111122223333:stateMachine:cloudfront-cd-release"
	for name, c := range map[string]struct {
		start, status string
		fails         bool
		says          []string
	}{
		"a success":            {"{}", "SUCCEEDED", false, []string{"https://us-east-1.console.aws.amazon.com/states/home", "SUCCEEDED"}},
		"a rollback":           {"{}", "FAILED", true, []string{"FAILED"}},
		"one that was started": {"error: An error occurred (ExecutionAlreadyExists) when calling the StartExecution operation", "SUCCEEDED", false, []string{"was started before: nothing is started"}},
		"one that is refused":  {"error: An error occurred (AccessDeniedException) when calling the StartExecution operation", "", true, []string{"AccessDeniedException"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.answers("describe-stacks", machine+"\n")
			a.answers("start-execution", c.start)
			a.answers("describe-execution", c.status+"\n")
			said, calls, err := a.run("release", "../request.staged.json", "4f2a7c9")
			if (err != nil) != c.fails {
				t.Errorf("got %v and %s", err, said)
			}
			for _, want := range c.says {
				if !strings.Contains(said, want) {
					t.Errorf("got %s, want it to say %s", said, want)
				}
			}
			if !regexp.MustCompile(`--name E1PRIMARY-[0-9a-f]{32} `).MatchString(calls[1]) {
				t.Errorf("got %s, want a name that is a hash", calls[1])
			}
		})
	}
}

// TestAssetsAreNamedByTheirBytes, and everything that a page or a script refers to is there.
func TestAssetsAreNamedByTheirBytes(t *testing.T) {
	t.Parallel()
	assets, err := filepath.Glob("content/assets/*")
	must(t, err)
	if len(assets) < 4 {
		t.Fatalf("got the assets %v", assets)
	}
	hash := regexp.MustCompile(`\.([0-9a-f]{8})\.\w+$`)
	for _, file := range assets {
		data, err := os.ReadFile(file)
		must(t, err)
		sum := sha256.Sum256(data)
		if m := hash.FindStringSubmatch(file); m == nil || m[1] != hex.EncodeToString(sum[:4]) {
			t.Errorf("%s has the bytes of %s", file, hex.EncodeToString(sum[:4]))
		}
	}
	referred := regexp.MustCompile(`(?:href|src)="/([^"]*)"|import\('\./([^']+)'\)`)
	files := append([]string{"content/index.html", "content/about.html"}, assets...)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		for _, m := range referred.FindAllStringSubmatch(string(data), -1) {
			target := filepath.Join("content", m[1])
			if m[2] != "" {
				target = filepath.Join("content/assets", m[2])
			}
			if m[1] == "" && m[2] == "" {
				target = "content/index.html"
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s refers to %s: %v", file, target, err)
			}
		}
	}
}
