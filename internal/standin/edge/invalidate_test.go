package edge_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/edge"
)

func TestAnInvalidationReachesThePOPsItIsFor(t *testing.T) {
	for name, tt := range map[string]struct {
		pop  int
		want string
	}{"one": {1, "Hit Miss"}, "all": {edge.AllPOPs, "Miss Miss"}} {
		w := build(t, byHeader(), nil)
		get := func(pop int) string { return w.one(t, edge.Request{POP: pop, Host: alias, Path: "/a"}).Result }
		get(0)
		get(1)
		w.Invalidate(primaryID, tt.pop, []string{"/a"})
		if got := get(0) + " " + get(1); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

func TestAnInvalidationNamesObjects(t *testing.T) {
	queries := func(cfg *types.DistributionConfig) {
		legacy(0, 1000, 1000)(cfg)
		cfg.DefaultCacheBehavior.ForwardedValues.QueryString = aws.Bool(true) //nolint:staticcheck // deprecated, and in use everywhere
	}
	tests := map[string]struct {
		path string
		gone string // of /a, /a?x=1, /dir/b
	}{
		"one object":             {"/a", "/a"},
		"without a slash":        {"a", "/a"},
		"with its query":         {"/a?x=1", "/a?x=1"},
		"a star takes the query": {"/a*", "/a /a?x=1"},
		"a folder":               {"/dir/*", "/dir/b"},
		"everything":             {"/*", "/a /a?x=1 /dir/b"},
		"nothing of that name":   {"/A", ""},
		"a star inside is text":  {"/*/b", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), queries)
			get := func(path string) string {
				r := edge.Request{Host: alias, Path: path}
				if path == "/a?x=1" {
					r.Path, r.Query = "/a", "x=1"
				}
				return w.one(t, r).Result
			}
			objects := []string{"/a", "/a?x=1", "/dir/b"}
			for _, o := range objects {
				get(o)
			}
			w.Invalidate(stagingID, edge.AllPOPs, []string{"/*"})
			w.Invalidate(primaryID, 1, []string{"/*"})
			w.Invalidate("nobody", 0, []string{"/*"})
			w.Invalidate(primaryID, 0, []string{tt.path})
			var gone []string
			for _, o := range objects {
				if get(o) == "Miss" {
					gone = append(gone, o)
				}
			}
			if got := strings.Join(gone, " "); got != tt.gone {
				t.Errorf("got %q invalidated, want %q", got, tt.gone)
			}
		})
	}
}
