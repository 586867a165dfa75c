package smoketest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/smoketest"
)

const bucket = "example-site"

// site answers as a distribution would that reads one side of the bucket; asked is every path that it was asked for.
type site struct {
	w     *pairtest.World
	side  string
	asked []string
	// instead, when set, answers first; nil leaves the answer to the side.
	instead func(path string) *http.Response
}

func (s *site) get(r *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, r.URL.Path)
	if r.Header.Get("Accept-Encoding") != "identity" || !strings.HasPrefix(r.Header.Get("Aws-Cf-Cd-Release"), s.w.Document.SmokeMark()) {
		return nil, errors.New("no request of the smoke test's")
	}
	if s.instead != nil {
		if answer := s.instead(r.URL.Path); answer != nil {
			return answer, nil
		}
	}
	path := r.URL.Path
	if path == "/" {
		path = "/index.html"
	}
	body, found := s.w.S3.Get(bucket, s.side+path)
	if !found {
		return answer(404, "application/xml", "<Error/>"), nil
	}
	return answer(200, typeOf(path), string(body)), nil
}

func answer(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func typeOf(path string) string {
	switch {
	case strings.HasSuffix(path, ".html"):
		return "text/html"
	case strings.HasSuffix(path, ".js"):
		return "text/javascript"
	}
	return "video/mp4"
}

// world has staging at green, with the header routed, and a page with a script on either side.
func world(t *testing.T) (*pairtest.World, *site) {
	t.Helper()
	w := pairtest.New(t, pairtest.Staged)
	w.Calls.Hosts["s3.eu-central-1.amazonaws.com"] = w.S3
	w.Must(w.S3.CreateBucket(bucket))
	for _, side := range []string{"blue", "green"} {
		put(w, side+"/index.html", `<title>`+side+`</title><script src="/main.js"></script><link rel="preload" as="fetch" href="/api/session">`)
		put(w, side+"/main.js", "1")
	}
	w.Document.Plan.Smoke = &release.Smoke{Paths: []string{"/"}, Header: "aws-cf-cd-release"}
	policy, err := live.ReadPolicy(t.Context(), w.API, pairtest.Policy)
	w.Must(err)
	enabled := true
	policy.Enabled, policy.TrafficConfig = &enabled, live.ByHeader(release.Header{Name: "aws-cf-cd-release", Value: w.Document.SmokeMark() + "secret"})
	w.Must(policy.Update(t.Context(), w.API))
	w.Document.Route = &release.Route{Write: release.Write{At: w.Clock.Now()}}
	return w, &site{w: w, side: "green"}
}

func put(w *pairtest.World, key, body string) {
	w.Must(w.S3.Put(bucket, key, []byte(body), http.Header{"Content-Type": {typeOf(key)}}))
}

func look(t *testing.T, w *pairtest.World, s *site) (release.SmokeTest, error) {
	t.Helper()
	return smoketest.Handler{CloudFront: w.API, Objects: w.Records, Web: s.get, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

func TestThePageAndWhatItLoadsAreLookedAt(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	part, err := look(t, w, s)
	w.Must(err)
	if !part.Passed || part.Again || part.Paths != 2 || !slices.Equal(s.asked, []string{"/", "/main.js"}) {
		t.Errorf("got %+v after asking for %v: an API is not asked", part, s.asked)
	}
}

func TestAsLongAsThePageFromBeforeComesTheTestWaits(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	s.side = "blue"
	for range 3 {
		part, err := look(t, w, s)
		w.Must(err)
		if !part.Again || part.Passed || !strings.Contains(part.Note, "as it was before") {
			t.Fatalf("got %+v", part)
		}
		w.Document.Smoke = &part
		w.Clock.Advance(release.PollEvery)
	}
	s.side = "green"
	if part, err := look(t, w, s); err != nil || !part.Passed || part.Looks != 4 {
		t.Errorf("got %+v and %v", part, err)
	}
	s.side = "blue"
	w.Clock.Advance(release.SmokeWithin)
	part, err := look(t, w, s)
	if w.Must(err); part.Again || part.Passed || part.Findings[0].Name != release.SmokeNotRouting {
		t.Errorf("got %+v when the time was over", part)
	}
}

func TestAServerErrorMayPass(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	s.instead = func(path string) *http.Response {
		if path == "/main.js" {
			return answer(503, "text/html", "busy")
		}
		return nil
	}
	part, err := look(t, w, s)
	if w.Must(err); !part.Again || part.Next != 1 {
		t.Errorf("got %+v, want it to go on with the script", part)
	}
	w.Document.Smoke, s.instead, s.asked = &part, nil, nil
	if part, err = look(t, w, s); err != nil || !part.Passed || !slices.Equal(s.asked, []string{"/main.js"}) {
		t.Errorf("got %+v and %v after asking for %v", part, err, s.asked)
	}
}

// TestALookEndsBeforeTheLambdaDoes: the paths that are left are the next one's.
func TestALookEndsBeforeTheLambdaDoes(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	var page strings.Builder
	page.WriteString("<title>green</title>")
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		page.WriteString(`<script src="/` + name + `.js"></script>`)
		put(w, "green/"+name+".js", name)
		put(w, "blue/"+name+".js", name)
	}
	put(w, "green/index.html", page.String())
	s.instead = func(string) *http.Response { w.Clock.Advance(9 * time.Second); return nil }
	for i := range 5 {
		part, err := look(t, w, s)
		w.Must(err)
		if part.Passed {
			if i == 0 || len(s.asked) != 7 {
				t.Errorf("it passed after %d looks and %v", i+1, s.asked)
			}
			return
		}
		if !part.Again {
			t.Fatalf("got %+v", part)
		}
		w.Document.Smoke = &part
	}
	t.Error("it does not pass")
}

// film is an object of twice what is compared to the byte.
type film struct{ content.Getter }

const (
	most   = 10 << 20
	length = 2 * most
)

// GetObject knows the film, and leaves the rest to the stand-in, which takes none so large.
func (f film) GetObject(ctx context.Context, in *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	if !strings.HasSuffix(aws.ToString(in.Key), "film.mp4") {
		return f.Getter.GetObject(ctx, in, options...)
	}
	return &s3.GetObjectOutput{
		ContentType: aws.String("video/mp4"), ContentLength: aws.Int64(length), Body: io.NopCloser(strings.NewReader(strings.Repeat("x", most+1))),
	}, nil
}

func TestOfALargeObjectTheLengthIsCompared(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length int64
		want   string
	}{"the same": {length, ""}, "another": {length - 5, release.SmokeWrongBytes}, "one that the answer does not say": {-1, ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := world(t)
			put(w, "green/index.html", `<title>green</title><video src="/film.mp4"></video>`)
			s.instead = func(path string) *http.Response {
				if path != "/film.mp4" {
					return nil
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"video/mp4"}}, Body: http.NoBody, ContentLength: c.length}
			}
			part, err := smoketest.Handler{CloudFront: w.API, Objects: film{w.Records}, Web: s.get, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
			w.Must(err)
			if got := strings.Join(names(part.Findings), " "); got != c.want {
				t.Errorf("got %q: %+v", got, part)
			}
		})
	}
}

func names(findings []release.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Name)
	}
	return all
}

func TestWhereBothSidesAreEqualNothingIsProven(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	put(w, "green/index.html", "<title>the same</title>")
	put(w, "blue/index.html", "<title>the same</title>")
	part, err := look(t, w, s)
	if w.Must(err); !part.Passed || !strings.Contains(part.Note, "none tells staging from the primary") {
		t.Errorf("got %+v", part)
	}
}

func TestAPolicyOfSomebodyElseEndsTheTest(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	w.Clock.Advance(time.Minute)
	w.EditPolicy("TrafficConfig/SingleHeaderConfig/Value", "mine")
	_, err := look(t, w, s)
	pairtest.WantFault(t, err, fault.ConfigChanged, "changed by someone else")

	w, s = world(t)
	w.Clock.Advance(time.Minute)
	w.Document.Route.At = w.Clock.Now() // the read is from before Route Header
	w.EditPolicy("Enabled", "false")
	w.Document.Route.At = w.Clock.Now().Add(time.Second)
	_, err = look(t, w, s)
	pairtest.WantFault(t, err, fault.Unavailable, "as before Route Header")
}

func TestAChangedStagingEndsTheTest(t *testing.T) {
	t.Parallel()
	w, s := world(t)
	w.Edit(pairtest.Staging, "Comment", "mine")
	_, err := look(t, w, s)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Staging)
}
