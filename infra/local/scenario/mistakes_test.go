package scenario_test

import (
	"fmt"
	"slices"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/standin/edge"
)

// TestMistakesShowForTheirReason: what a story says is wrong is what staging's viewers get, and all that they get; the
// primary's get nothing of it. Rates alone would be as bad if something else had broken.
func TestMistakesShowForTheirReason(t *testing.T) {
	for name, want := range map[string][]string{
		"inverted-cache-key": {"/api/session 400"},
		"missing-header":     {"/api/session 401"},
		"broken-root":        {"/ 403", "/index.html 403"},
		"bad-release":        {"/api/next/session 500"},
		"slow-burn":          {"/api/next/session 503"},
		"healthy":            nil,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := scenario.Find(name)
			stage, err := s.Build(scenario.Inputs{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			staging, primary := tally{}, tally{}
			stage.World.Edge.Log = func(r edge.LogRecord) {
				if r.PrimaryID != "" {
					staging.add(r)
				} else {
					primary.add(r)
				}
			}
			run(t, stage)
			if got := staging.list(); !slices.Equal(got, want) {
				t.Errorf("staging fails with %q, want %q", got, want)
			}
			if got := primary.list(); got != nil {
				t.Errorf("the primary fails with %q", got)
			}
		})
	}
}

// tally counts answers by path, and errors by path and status.
type tally map[string]int64

func (f tally) add(r edge.LogRecord) {
	f[r.Path] += r.Count
	if r.Status >= 400 {
		f[fmt.Sprint(r.Path, " ", r.Status)] += r.Count
	}
}

// list is what fails more often than an API always does.
func (f tally) list() (above []string) {
	const background = 0.06
	for key, count := range f {
		var path string
		var status int
		if n, _ := fmt.Sscan(key, &path, &status); n == 2 && float64(count) > background*float64(f[path]) {
			above = append(above, key)
		}
	}
	slices.Sort(above)
	return above
}
