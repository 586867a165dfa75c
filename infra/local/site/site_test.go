package site_test

import (
	"regexp"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/site"
)

// TestABuildHasWhateverItsPagesReferTo, apart from what an API answers.
func TestABuildHasWhateverItsPagesReferTo(t *testing.T) {
	objects, err := site.Build{Name: "v42", Calls: []string{"/api/session"}}.Objects()
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, o := range objects {
		if len(o.Body) == 0 || o.Header.Get("Content-Type") == "" || o.Header.Get("Cache-Control") == "" {
			t.Errorf("%s has no body, type or lifetime: %+v", o.Key, o.Header)
		}
		has["/"+o.Key] = true
	}
	pages, calls := 0, 0
	for _, o := range objects {
		if !strings.HasSuffix(o.Key, ".html") {
			continue
		}
		pages++
		resources := 0
		for _, m := range regexp.MustCompile(`(<a )?(?:href|src)="([^"]+)"`).FindAllStringSubmatch(string(o.Body), -1) {
			path, query, called := strings.Cut(m[2], "?")
			switch {
			case called:
				calls++
				if path != "/api/session" || !strings.HasPrefix(query, site.CallParameter+"=") {
					t.Errorf("%s calls %s", o.Key, m[2])
				}
			case !has[path]:
				t.Errorf("%s refers to %s, which the build has not", o.Key, path)
			case m[1] == "":
				resources++
			}
		}
		if resources != site.Shared+site.Own {
			t.Errorf("%s refers to %d resources, want %d", o.Key, resources, site.Shared+site.Own)
		}
	}
	if pages < 3 || calls != pages || !has["/"+site.Root] {
		t.Errorf("got %d pages and %d calls: %v", pages, calls, has)
	}
}

func TestTwoBuildsShareNoAsset(t *testing.T) {
	blue, err := site.Build{Name: "blue"}.Objects()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range blue {
		if strings.HasPrefix(o.Key, "assets/") && !strings.Contains(o.Key, ".blue.") {
			t.Errorf("%s may be kept by browsers for ever and has no build in its name", o.Key)
		}
	}
}
