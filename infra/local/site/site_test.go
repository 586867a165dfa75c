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

// TestAnAssetsNameSaysItsBytes: what two builds have under the same name is the same, but for the pages.
func TestAnAssetsNameSaysItsBytes(t *testing.T) {
	bodies := map[string]string{}
	shared := 0
	for _, name := range []string{"blue", "green"} {
		objects, err := site.Build{Name: name}.Objects()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects {
			if strings.HasSuffix(o.Key, ".html") {
				continue
			}
			before, ok := bodies[o.Key]
			if ok {
				shared++
			}
			if ok && before != string(o.Body) {
				t.Errorf("%s has other bytes in build %s", o.Key, name)
			}
			bodies[o.Key] = string(o.Body)
		}
	}
	if shared != 1 {
		t.Errorf("the two builds share %d assets, want their library", shared)
	}
}
