package scenario_test

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/s3"
	"cloudfront-cd/internal/standin/transport"
)

const (
	bucket  = "example-site"
	newSide = "releases/2026-11-23-a1b2/"
	content = "content"
)

// contentRows provoke every finding of Check Content, Carry Assets and Smoke Test, and what else a content release may meet.
func contentRows() map[string]row {
	rows := map[string]row{}
	for finding, r := range checkedRows() {
		r.finding, r.cause = finding, cmp.Or(r.cause, finding)
		rows["content: "+finding] = r
	}
	for finding, r := range smokeRows() {
		r.scenario, r.finding, r.cause, r.end = content, finding, finding, release.RolledBack
		rows["smoke test: "+finding] = r
	}
	for name, r := range otherContentRows() {
		r.scenario = content
		rows[name] = r
	}
	return rows
}

// checkedRows are refused before anything is touched.
func checkedRows() map[string]row {
	page := func(header http.Header, body string) func(*world.World) {
		return func(w *world.World) { putObject(w, newSide+"index.html", body, header) }
	}
	html := http.Header{"Content-Type": {"text/html"}, "Cache-Control": {"no-cache"}}
	rows := map[string]row{
		release.OriginNotBucket:     {request: contentRequest("another-site", "/releases/1", "")},
		release.SidesNested:         {request: contentRequest(bucket, "/blue/next", "")},
		release.RootDocumentMissing: {prepare: func(w *world.World) { remove(w, newSide+"index.html") }},
		release.RootDocumentEmpty:   {prepare: page(html, "")},
		release.RootDocumentNotHTML: {prepare: page(http.Header{"Content-Type": {"text/plain"}}, "<title>a page</title>")},
		release.RootDocumentCached:  {prepare: page(http.Header{"Content-Type": {"text/html"}}, "<title>a page</title>")},
		release.AssetMissing:        {prepare: page(html, `<base href="assets/"><img srcset="small.webp 1x, large.webp 2x"><link rel="modulepreload" href="part.js">`)},
		release.AssetWrongType: {prepare: func(w *world.World) {
			page(html, `<script src="/main.js"></script>`)(w)
			putObject(w, newSide+"main.js", "1", http.Header{"Content-Type": {"text/plain"}})
		}},
		release.HashedAssetNotCached: {prepare: func(w *world.World) {
			page(html, `<link rel="stylesheet" href="/main.0a1b2c3d.css">`)(w)
			putObject(w, newSide+"main.0a1b2c3d.css", "p {}", http.Header{"Content-Type": {"text/css"}, "Cache-Control": {"max-age=60"}})
		}},
		release.ContentUnreadable: {prepare: func(w *world.World) { w.S3.Encrypt(bucket, newSide, s3.Encryption{}) }},
		release.ContentEncrypted:  {prepare: func(w *world.World) { w.S3.Encrypt(bucket, newSide, s3.Encryption{Clients: true, Origins: true}) }},
		release.AssetConflict: {prepare: func(w *world.World) {
			for side, body := range map[string]string{"blue/": "one", newSide: "two"} {
				putObject(w, side+"assets/main.js", body, http.Header{"Content-Type": {"text/javascript"}})
			}
		}},
		// No site of this world has so many; its time is over as soon.
		release.TooManyObjects: {prepare: func(w *world.World) {
			w.When("Carry Assets", 2, func(*asl.Execution) { w.Clock.Advance(release.CarryWithin + time.Second) })
		}},
	}
	for finding, r := range rows {
		if r.request == "" {
			r.scenario = content
		}
		r.end = release.Rejected
		r.visits = []string{"Check Content", "Finish", "Rejected"}
		if finding == release.TooManyObjects {
			r.visits = []string{"Carry Assets", "Assets Carried?", "Carry Assets", "Finish", "Rejected"}
		}
		rows[finding] = r
	}
	rows[release.ReferencesNotChecked] = row{
		scenario: content, end: release.Rejected, cause: release.RootDocumentCached, prepare: func(w *world.World) {
			var body strings.Builder
			for i := range 310 {
				fmt.Fprintf(&body, `<img src="/i%d.png">`, i)
				putObject(w, fmt.Sprintf("%si%d.png", newSide, i), "png", http.Header{"Content-Type": {"image/png"}})
			}
			// The release is refused for another reason, so that the note is what this is about.
			page(http.Header{"Content-Type": {"text/html"}}, body.String())(w)
		},
	}
	return rows
}

// smokeRows go back before any viewer is shifted.
func smokeRows() map[string]row {
	answering := func(path string, status int, header http.Header, body string) func(*world.World) {
		return func(w *world.World) { between(w, path, status, header, body) }
	}
	html := http.Header{"Content-Type": {"text/html"}}
	broken := func(err error) func(*world.World) {
		return func(w *world.World) {
			w.Transport.Fault = func(c transport.Call) transport.Outcome {
				if c.Service == "" {
					return transport.Outcome{Kind: transport.Disconnect, Err: err}
				}
				return transport.Outcome{}
			}
		}
	}
	return map[string]row{
		release.SmokeNotRouting: {
			prepare: func(w *world.World) { w.Edge.Override(edge.AllPOPs, world.Start(), world.Start().Add(24*time.Hour)) },
			visits:  []string{"Smoke Test", "Smoke Passed?", "Wait For Routing", "Smoke Test", "Stop Traffic"}, after: 45 * time.Minute,
		},
		release.SmokeWrongBytes:   {prepare: answering("/", 200, html, "<title>another page</title>"), visits: []string{"Smoke Test", "Stop Traffic"}},
		release.SmokeFallbackPage: {prepare: answering("/assets/", 200, html, "<title>another page</title>")},
		release.SmokeWrongStatus:  {prepare: answering("/assets/", 404, html, "not found")},
		release.SmokeWrongType:    {prepare: func(w *world.World) { retype(w, "text/plain") }},
		release.SmokeRedirected:   {prepare: answering("/", 302, http.Header{"Location": {"https://elsewhere.example.com"}}, "")},
		release.SmokeTooLarge:     {prepare: answering("/", 200, html, strings.Repeat("x", 10<<20+1))},
		release.SmokeTimeout:      {prepare: broken(context.DeadlineExceeded), after: time.Hour},
		release.SmokeUnreachable:  {prepare: broken(nil), after: time.Hour},
		release.SmokeTLS:          {prepare: broken(x509.UnknownAuthorityError{}), after: 20 * time.Minute},
		release.SmokePathMissing:  {request: smokeOf(`"paths": ["/", "/nothing.png"]`)},
	}
}

func otherContentRows() map[string]row {
	return map[string]row{
		"a site whose sides are buckets": {
			request: contentRequest("example-site-green", "", "example-site-green.s3.eu-central-1.amazonaws.com"),
			end:     release.Promoted, visits: []string{"Check Content", "Carry Assets", "Smoke Test", "Invalidate", "Bake"},
		},
		"a repeated content release has nothing to release": {
			request: contentRequest(bucket, "/blue", ""), end: release.NothingToRelease, visits: []string{"Check Content", "Carry Assets", "Change Staging"},
		},
		"routing begins eight minutes after Deployed": {
			prepare: func(w *world.World) {
				w.When("Smoke Test", 1, func(*asl.Execution) { w.Edge.Override(edge.AllPOPs, w.Clock.Now(), w.Clock.Now().Add(8*time.Minute)) })
			},
			end: release.Promoted, visits: []string{"Smoke Test", "Wait For Routing", "Smoke Test", "Shift Traffic"},
		},
		"a smoke test that is not wanted is left out": {
			request: smokeOf(`"off": true`), end: release.Promoted, visits: []string{"Smoke Test Wanted?", "Shift Traffic"},
		},
		"another kind of release may ask for a smoke test": {
			request: `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "acknowledge": ["custom-error-responses"],
				"smoke": {"paths": ["/products.html", "/a/route/of/the/app"]}}`,
			end: release.Promoted, visits: []string{"Smoke Test", "Shift Traffic", "Caches To Invalidate?", "Bake"},
		},
		"somebody enables another header while the smoke test's is on": {
			prepare: func(w *world.World) { w.When("Smoke Test", 1, func(*asl.Execution) { routeAnother(w) }) },
			end:     release.RolledBack, visits: []string{"Smoke Test", "Stop Traffic"}, cause: "ConfigChanged",
		},
		"a lock lost before the header is routed stops all writing": {
			prepare: stealLock("Route Header"), end: release.NeedsOperator, visits: []string{"Route Header", "Finish", "Place Hold"},
		},
		"a lock lost before the caches are invalidated stops all writing": {
			prepare: stealLock("Invalidate"), end: release.NeedsOperator, visits: []string{"Invalidate", "Finish", "Place Hold"},
		},
		"an invalidation that does not complete takes nothing back": {
			prepare: func(w *world.World) {
				w.When("Invalidate", 1, func(*asl.Execution) { w.CloudFront.Stick(w.Pair.StagingID, w.CloudFront.POPs()[3]) })
			},
			end: release.Promoted, visits: []string{"Invalidate", "Check Invalidation", "Wait For Invalidation", "Bake"}, cause: "viewers may get the page from before",
		},
		"an invalidation that is refused takes nothing back": {
			prepare: refusing("CreateInvalidation", "AccessDenied"), end: release.Promoted, cause: "viewers may get the page from before",
		},
		"an asset that is uploaded while assets are carried is found": {
			prepare: func(w *world.World) {
				w.When("Carry Assets", 2, func(*asl.Execution) {
					for side, body := range map[string]string{"blue/": "one", newSide: "two"} {
						putObject(w, side+"assets/main.js", body, nil)
					}
				})
			},
			end: release.Rejected, finding: release.AssetConflict, cause: "asset-conflict",
		},
		"what AWS KMS has encrypted goes through where CloudFront may read it": {
			request: acknowledgedContent(release.ContentEncrypted),
			prepare: func(w *world.World) { w.S3.Encrypt(bucket, newSide, s3.Encryption{Clients: true, Origins: true}) },
			end:     release.Promoted,
		},
		"what AWS KMS has encrypted is caught by the smoke test where it may not": {
			request: acknowledgedContent(release.ContentEncrypted),
			prepare: func(w *world.World) { w.S3.Encrypt(bucket, newSide+"assets/", s3.Encryption{Clients: true}) },
			end:     release.RolledBack, finding: release.SmokeFallbackPage, cause: "smoke-fallback-page",
		},
	}
}

func contentRequest(bucket, prefix, domain string) string {
	text := fmt.Sprintf(`{"primary": "E1PRIMARY", "acknowledge": ["custom-error-responses"], "change": {"kind": "content", "origin": "site", "bucket": %q`, bucket)
	if prefix != "" {
		text += fmt.Sprintf(`, "prefix": %q`, prefix)
	}
	if domain != "" {
		text += fmt.Sprintf(`, "domain": %q`, domain)
	}
	return text + "}}"
}

func smokeOf(fields string) string {
	request := contentRequest(bucket, "/"+strings.TrimSuffix(newSide, "/"), "")
	return strings.TrimSuffix(request, "}") + `, "smoke": {` + fields + "}}"
}

func acknowledgedContent(finding string) string {
	return strings.Replace(contentRequest(bucket, "/"+strings.TrimSuffix(newSide, "/"), ""), `"custom-error-responses"`, `"custom-error-responses", "`+finding+`"`, 1)
}

func putObject(w *world.World, key, body string, header http.Header) {
	if err := w.S3.Put(bucket, key, []byte(body), header); err != nil {
		panic(err)
	}
}

func remove(w *world.World, key string) {
	if err := w.S3.Delete(bucket, key); err != nil {
		panic(err)
	}
}

// between answers instead of staging, as a function of a behavior might: below a path, and "/" alone for the root.
func between(w *world.World, path string, status int, header http.Header, body string) {
	instead(w, func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path && (path == "/" || !strings.HasPrefix(r.URL.Path, path)) {
			return false
		}
		maps.Copy(rw.Header(), header)
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
		return true
	})
}

// retype gives every script of staging another type, and keeps its bytes.
func retype(w *world.World, contentType string) {
	instead(w, func(rw http.ResponseWriter, r *http.Request) bool {
		key := newSide + strings.TrimPrefix(r.URL.Path, "/")
		body, found := w.S3.Get(bucket, key)
		if !found || !strings.HasSuffix(key, ".js") {
			return false
		}
		rw.Header().Set("Content-Type", contentType)
		_, _ = rw.Write(body)
		return true
	})
}

func instead(w *world.World, answers func(http.ResponseWriter, *http.Request) bool) {
	config, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	w.Transport.Hosts[config.DomainName] = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !answers(rw, r) {
			w.Edge.ServeHTTP(rw, r)
		}
	})
}

// checkFinding: a finding is in the evidence record, by its name.
func checkFinding(t *testing.T, w *world.World, x *asl.Execution, finding string) {
	t.Helper()
	if finding == "" {
		return
	}
	_, data, found := w.Evidence(x)
	if !found || !strings.Contains(string(data), strconv.Quote(finding)) {
		t.Errorf("the record does not name %s", finding)
	}
}

// TestEveryFindingOfAContentReleaseIsProvoked: the rows have every name in the source of the constants.
func TestEveryFindingOfAContentReleaseIsProvoked(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../../internal/release/content_findings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	provoked := map[string]bool{}
	for _, r := range contentRows() {
		provoked[r.finding] = true
	}
	names := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok {
			name, err := strconv.Unquote(literal.Value)
			if names++; err != nil || !provoked[name] {
				t.Errorf("no row provokes %s", literal.Value)
			}
		}
		return true
	})
	if names < 20 {
		t.Errorf("found %d findings", names)
	}
}

// TestNoSessionNeedStick: without session stickiness a page of one side asks for its assets on both, and they are there.
func TestNoSessionNeedStick(t *testing.T) {
	stage := withPolicy(t, content, acknowledgedContent(release.StickinessOff))
	run(t, stage)
	if err := stage.Expected(); err != nil {
		t.Error(err)
	}
	total := stage.World.Viewers.Total(stage.World.Pair.PrimaryID)
	if total.Staging.Site == 0 || total.Sessions > 0 {
		t.Errorf("got %d pages and assets from staging and %d views in sessions, want some and none", total.Staging.Site, total.Sessions)
	}
	checkAftermath(t, stage)
}

// TestTheNextReleaseDoesNotCarryForEver: what the first release carried to a side goes no further with the second.
func TestTheNextReleaseDoesNotCarryForEver(t *testing.T) {
	stage := build(t, content, 1)
	w := stage.World
	run(t, stage)
	if err := w.Publish(world.Target{Domain: bucket + ".s3.eu-central-1.amazonaws.com", Path: "/releases/next"}, nextBuild()); err != nil {
		t.Fatal(err)
	}
	first := documentOf(t, stage.Main()).Carry
	x, err := w.Start("next", []byte(contentRequest(bucket, "/releases/next", "")))
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.RunUntil(func() bool { return x.Status() != asl.Running })
	second := documentOf(t, x).Carry
	if second == nil || !second.Done || second.ToNew != first.ToOld || second.ToOld != first.ToOld || second.LeftOut != first.ToNew {
		t.Errorf("the first release carried %+v, the second %+v", first, second)
	}
	for _, key := range w.S3.Keys(bucket, "releases/next/") {
		if strings.HasPrefix(key, "releases/next/assets/") && strings.Contains(bodyOf(w, key), `"blue"`) {
			t.Errorf("%s is of the build before the last", key)
		}
	}
}

func nextBuild() site.Build { return site.Build{Name: "next"} }

// withPolicy is a scenario with a request of its own, and a policy without session stickiness.
func withPolicy(t *testing.T, name, request string) *scenario.Stage {
	t.Helper()
	s, _ := scenario.Find(name)
	s.Options = func(o *world.Options) { o.Policy = cloudfront.Policy{Type: cloudfront.SingleWeight, Weight: 0.05} }
	stage, err := s.Build(scenario.Inputs{Seed: 1, Request: []byte(request)})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// routeAnother puts a colleague's header on the policy.
func routeAnother(w *world.World) {
	if err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) {
		n.Set("TrafficConfig/SingleHeaderConfig/Value", "a colleague's")
	}); err != nil {
		panic(err)
	}
}

func bodyOf(w *world.World, key string) string {
	body, _ := w.S3.Get(bucket, key)
	return string(body)
}
