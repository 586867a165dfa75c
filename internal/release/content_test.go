package release_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

// content is a request of that kind with further fields of the change, and of itself.
func content(change, fields string) string {
	return `{"primary":"E1PRIMARY","change":{"kind":"content","origin":"site","bucket":"site"` + change + `}` + fields + `}`
}

func TestAContentReleaseHasASmokeTestAndInvalidatesThePage(t *testing.T) {
	t.Parallel()
	plan, err := release.ParsePlan([]byte(content(`,"prefix":"/releases/a1b2"`, "")))
	if err != nil {
		t.Fatal(err)
	}
	if s := plan.Smoke; !plan.TestsSmoke() || !slices.Equal(s.Paths, []string{"/"}) || s.Header != "aws-cf-cd-release" {
		t.Errorf("got the smoke test %+v", s)
	}
	if got := plan.Change.Invalidate; !slices.Equal(got, []string{"/index.html", "/"}) {
		t.Errorf("it invalidates %v", got)
	}
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	again, err := release.ParsePlan(text)
	if err != nil {
		t.Fatalf("a plan is a request itself, got %s", err)
	}
	if got, _ := json.Marshal(again); string(got) != string(text) {
		t.Errorf("read again, got %s, want %s", got, text)
	}
}

func TestWhatASmokeTestIsFor(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]bool{
		content(`,"prefix":"/a"`, ""):                                          true,
		content(`,"prefix":"/a"`, `,"smoke":{"off":true}`):                     false,
		staged(`"bake":"15m"`):                                                 false,
		staged(`"smoke":{}`):                                                   true,
		staged(`"smoke":{"paths":["/a","/b/c.js"],"header":"aws-cf-cd-mine"}`): true,
	} {
		plan, err := release.ParsePlan([]byte(request))
		if err != nil || plan.TestsSmoke() != want {
			t.Errorf("%s: got %t and %v, want %t", request, plan.TestsSmoke(), err, want)
		}
	}
}

func TestParsePlanRefusesContent(t *testing.T) {
	t.Parallel()
	many := func(n int, text string) string { return `["` + strings.Repeat(text+`","`, n-1) + text + `"]` }
	for name, c := range map[string]struct {
		request string
		want    []string
	}{
		"neither prefix nor domain":              {content("", ""), []string{"needs a prefix, or a domain"}},
		"no bucket":                              {`{"primary":"E1PRIMARY","change":{"kind":"content","origin":"site","prefix":"/a"}}`, []string{`change.bucket ""`}},
		"no origin":                              {`{"primary":"E1PRIMARY","change":{"kind":"content","bucket":"site","prefix":"/a"}}`, []string{`change.origin ""`}},
		"an ARN for the bucket":                  {strings.Replace(content(`,"prefix":"/a"`, ""), `"bucket":"site"`, `"bucket":"arn:aws:s3:::site"`, 1), []string{"change.bucket"}},
		"a path":                                 {content(`,"prefix":"/a","path":"/a"`, ""), []string{"change.path", "has a prefix"}},
		"a prefix without slash":                 {content(`,"prefix":"a"`, ""), []string{`change.prefix "a"`}},
		"a prefix ending in a slash":             {content(`,"prefix":"/a/"`, ""), []string{`change.prefix "/a/"`}},
		"a prefix that climbs":                   {content(`,"prefix":"/a/../b"`, ""), []string{`change.prefix`}},
		"a prefix with an empty part":            {content(`,"prefix":"/a//b"`, ""), []string{`change.prefix`}},
		"a prefix that is escaped":               {content(`,"prefix":"/a%20b"`, ""), []string{`change.prefix`}},
		"another bucket's domain":                {content(`,"domain":"other.s3.eu-central-1.amazonaws.com"`, ""), []string{"change.domain", "REST endpoint of change.bucket"}},
		"a website endpoint":                     {content(`,"domain":"site.s3-website.eu-central-1.amazonaws.com"`, ""), []string{"change.domain"}},
		"a document with a wildcard":             {content(`,"prefix":"/a","documents":["/a/*"]`, ""), []string{`change.documents[0] "/a/*"`}},
		"too many documents":                     {content(`,"prefix":"/a","documents":`+many(51, "/a"), ""), []string{"change.documents of 51"}},
		"no path to invalidate":                  {content(`,"prefix":"/a","invalidate":[]`, ""), []string{"change.invalidate of 0 paths"}},
		"a wildcard in the middle":               {content(`,"prefix":"/a","invalidate":["/a*b"]`, ""), []string{`change.invalidate[0] "/a*b"`}},
		"too many wildcards":                     {content(`,"prefix":"/a","invalidate":`+many(6, "/a*"), ""), []string{"6 of them with a *"}},
		"too many paths":                         {content(`,"prefix":"/a","invalidate":`+many(101, "/a"), ""), []string{"of 101 paths"}},
		"a header of another name":               {staged(`"smoke":{"header":"x-test"}`), []string{`smoke.header "x-test"`, "aws-cf-cd-"}},
		"a smoke test of nothing":                {staged(`"smoke":{"paths":[]}`), []string{"smoke.paths of 0"}},
		"too many smoke paths":                   {staged(`"smoke":{"paths":` + many(51, "/a") + `}`), []string{"smoke.paths of 51"}},
		"a smoke path with a query":              {staged(`"smoke":{"paths":["/a?b"]}`), []string{`smoke.paths[0] "/a?b"`}},
		"a URL for a smoke path":                 {staged(`"smoke":{"paths":["https://x.example"]}`), []string{"smoke.paths[0]"}},
		"a smoke test that is off and has paths": {staged(`"smoke":{"off":true,"paths":["/"]}`), []string{"smoke.off"}},
		"a bucket for another kind":              {`{"primary":"E1PRIMARY","change":{"kind":"staged","bucket":"site"}}`, []string{`of kind "staged"`, "takes no bucket"}},
		"an invalidation of another kind": {
			`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site","path":"/a","invalidate":["/"]}}`,
			[]string{`of kind "origin"`, "invalidate"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := release.ParsePlan([]byte(c.request))
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to contain %q", err, want)
				}
			}
		})
	}
}

// checkContentPlan is what later steps rely on.
func checkContentPlan(t *testing.T, plan release.Plan) {
	t.Helper()
	if plan.TestsSmoke() && (len(plan.Smoke.Paths) == 0 || !strings.HasPrefix(plan.Smoke.Header, "aws-cf-cd-")) {
		t.Errorf("the smoke test %+v was accepted", plan.Smoke)
	}
	c := plan.Change
	if c.Kind != release.KindContent {
		return
	}
	side := release.Side{Bucket: c.Bucket, Prefix: c.Prefix}
	if len(c.Invalidate) == 0 || c.Bucket == "" || strings.Contains(c.Prefix, "..") || side.Root() != "" && !strings.HasSuffix(side.Root(), "/") {
		t.Errorf("the change %+v was accepted", c)
	}
	for _, p := range slices.Concat(c.Invalidate, c.Documents) {
		if !strings.HasPrefix(p, "/") {
			t.Errorf("the path %q was accepted", p)
		}
	}
}

func TestSides(t *testing.T) {
	t.Parallel()
	blue, green := release.Side{Bucket: "b", Prefix: "/blue"}, release.Side{Bucket: "b", Prefix: "/green"}
	whole, bluer, other := release.Side{Bucket: "b"}, release.Side{Bucket: "b", Prefix: "/bluer"}, release.Side{Bucket: "c"}
	if blue.Key("/a.js") != "blue/a.js" || whole.Key("/a.js") != "a.js" || blue.String() != "s3://b/blue" {
		t.Errorf("got %s, %s and %s", blue.Key("/a.js"), whole.Key("/a.js"), blue)
	}
	for name, c := range map[string]struct {
		a, b         release.Side
		same, within bool
	}{
		"itself": {blue, blue, true, false}, "another colour": {blue, green, false, false}, "a longer name": {bluer, blue, false, false},
		"the whole bucket": {blue, whole, false, true}, "another bucket": {blue, other, false, false},
	} {
		if got := fmt.Sprint(c.a.Same(c.b), c.a.Within(c.b)); got != fmt.Sprint(c.same, c.within) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestPagesAndWhatTheRequestNamesAreDocuments(t *testing.T) {
	t.Parallel()
	c := release.Change{Documents: []string{"/robots.txt"}}
	for key, want := range map[string]bool{
		"index.html": true, "a/B.HTM": true, "robots.txt": true, "a/robots.txt": false, "html": false, "a.js": false, "index.html.svg": false,
	} {
		if got := c.IsDocument(key); got != want {
			t.Errorf("%s: got %t", key, got)
		}
	}
}
