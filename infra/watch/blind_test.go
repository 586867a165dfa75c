package watch_test

import (
	"bytes"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/asl"
)

// TestWithoutProgress: on AWS nobody can know how many points of presence have a config. A wait is said when it begins, and
// when it is long; a terminal sees how long it has been.
func TestWithoutProgress(t *testing.T) {
	for name, c := range map[string]struct {
		terminal bool
		once     string
		again    string // at least three times in the hour
	}{
		"a file":     {false, "Wait For Staging     until E2STAGING is deployed everywhere, usually 3 to 10 minutes\n", "still not everywhere after "},
		"a terminal": {true, "Wait For Staging     until E2STAGING is deployed everywhere, usually 3 to 10 minutes\n", "Wait For Staging     E2STAGING is not everywhere after 3"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := scenario.Find("stuck-in-progress")
			stage, err := s.Build(scenario.Inputs{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			p := &watch.Printer{Screen: &watch.Screen{Out: &out, Terminal: c.terminal}}
			stage.World.Watch(func(x *asl.Execution, e asl.Event) { p.Event(x, e) })
			stage.World.Clock.RunUntil(stage.Done)
			if n := strings.Count(out.String(), c.once); n != 1 {
				t.Errorf("got %q %d times, want it once\n%s", c.once, n, out.String())
			}
			if n := strings.Count(out.String(), c.again); n < 3 {
				t.Errorf("got %q %d times, want it again and again", c.again, n)
			}
		})
	}
}

// TestSparseLooks: one in five minutes, the last of a step in any case.
func TestSparseLooks(t *testing.T) {
	s, _ := scenario.Find("healthy")
	stage, err := s.Build(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &watch.Printer{Screen: &watch.Screen{Out: &out}, Sparse: true, Progress: stage.World.CloudFront.Progress}
	stage.World.Watch(func(x *asl.Execution, e asl.Event) { p.Event(x, e) })
	stage.World.Clock.RunUntil(stage.Done)
	for text, times := range map[string]int{"Judge Health ": 5, " 1 of 5 min": 1, " 2 of 5 min": 0, " 5 of 5 min": 1, " 1 of 10 min": 1, " 6 of 10 min": 1, "10 of 10 min": 2} {
		if n := strings.Count(out.String(), text); n != times {
			t.Errorf("got %q %d times, want %d\n%s", text, n, times, out.String())
		}
	}
}
