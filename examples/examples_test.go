package examples_test

import (
	"io/fs"
	"slices"
	"testing"

	"cloudfront-cd/examples"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

func TestRequestsAreAccepted(t *testing.T) {
	files := glob(t, "request*.json")
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			plan, err := release.ParsePlan(content(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if plan.Reason == "" || plan.Primary != "E1PRIMARY" {
				t.Errorf("got primary %q and reason %q, want examples that people can copy", plan.Primary, plan.Reason)
			}
		})
	}
	if len(files) < 3 || !slices.Contains(files, "request.json") {
		t.Errorf("got the requests %v", files)
	}
}

func TestConfigsAreWhatTheCLIPrints(t *testing.T) {
	for _, name := range append(glob(t, "*.primary.json"), glob(t, "*.staging.json")...) {
		t.Run(name, func(t *testing.T) {
			if _, etag, err := distribution.ParseCLI(content(t, name)); err != nil || etag == "" {
				t.Errorf("got ETag %q and %v", etag, err)
			}
		})
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(examples.Files, pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("got %v, %v for %s", names, err, pattern)
	}
	return names
}

func content(t *testing.T, name string) []byte {
	t.Helper()
	data, err := examples.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
