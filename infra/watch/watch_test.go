package watch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/simtime"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// shown is what a terminal of that width gets of a scenario; 0 stands for a file.
func shown(t *testing.T, name string, width int, prepare func(*world.World)) string {
	t.Helper()
	s, ok := scenario.Find(name)
	if !ok {
		t.Fatalf("there is no scenario %s", name)
	}
	stage, err := s.Build(scenario.Inputs{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(stage.World)
	}
	var out bytes.Buffer
	w := stage.World
	p := printer(&out, width, w.CloudFront.Progress)
	for _, e := range s.Ends {
		p.Names = append(p.Names, e.Execution)
	}
	w.Watch(func(x *asl.Execution, e asl.Event) { p.Event(x, e) })
	w.CloudFront.OnFlip = func(distribution, _ string, _, _ int) { p.Flip(w.Clock.Now(), distribution) }
	if !w.Clock.RunUntil(stage.Done) {
		t.Fatal("the scenario did not end")
	}
	w.Clock.Advance(10 * time.Minute) // what goes on after the end is not shown
	return out.String()
}

func printer(out io.Writer, width int, progress func(string) (int, int)) *watch.Printer {
	screen := &watch.Screen{Out: out, Terminal: width > 0}
	if width > 0 {
		screen.Width = func() int { return width }
	}
	return &watch.Printer{Screen: screen, Progress: progress}
}

func TestATerminalSeesEveryPointOfPresenceInOneLine(t *testing.T) {
	const erase = "\r\x1b[K"
	out := shown(t, "bad-release", 140, nil)
	for have := range 20 {
		want := fmt.Sprintf("%2d of 20 points of presence", have)
		if !strings.Contains(out, want) {
			t.Errorf("got no %q", want)
		}
	}
	for line := range strings.SplitSeq(out, "\n") {
		parts := strings.Split(line, erase)
		if last := parts[len(parts)-1]; strings.Contains(last, "█") || strings.Contains(last, "░") {
			t.Errorf("line %q stays, want it drawn over by what came of it", last)
		}
	}
}

func TestNoLineIsWiderThanItsTerminal(t *testing.T) {
	for _, width := range []int{80, 100, 140, 200} {
		t.Run(strconv.Itoa(width), func(t *testing.T) {
			for _, name := range []string{"slow-burn", "regression-after-promote"} {
				for line := range strings.SplitSeq(shown(t, name, width, nil), "\n") {
					for part := range strings.SplitSeq(line, "\r\x1b[K") {
						if n := utf8.RuneCountInString(part); n > width && len(strings.Fields(part)) > 1 {
							t.Errorf("got %d columns in %q", n, part)
						}
					}
				}
			}
		})
	}
}

func TestALookSaysWhoseRatesTheyAreWhereThereIsRoom(t *testing.T) {
	wide, narrow := shown(t, "bad-release", 140, nil), shown(t, "bad-release", 120, nil)
	if !regexp.MustCompile(`5xx \d\.\d\d % \(primary 0\.1\d %\)`).MatchString(wide) || strings.Contains(wide, "rates: staging/primary") {
		t.Errorf("got\n%s\nwant the long form", wide)
	}
	if !regexp.MustCompile(`5xx \d\.\d\d / 0\.1\d % · 4xx \d\.\d\d / \d\.\d\d % · unhealthy\n`).MatchString(narrow) || !strings.Contains(narrow, "rates: staging/primary") {
		t.Errorf("got\n%s\nwant the short form, and whose rates are which once", narrow)
	}
}

func TestAStandstillIsSaidEveryQuarterOfAnHour(t *testing.T) {
	out := shown(t, "stuck-in-progress", 0, nil)
	if n := strings.Count(out, "still 19 of 20 points of presence after "); n < 3 || n > 4 {
		t.Errorf("got %d lines about the standstill of an hour, want 3 or 4\n%s", n, out)
	}
	if !strings.Contains(out, "the plan allows 1h") {
		t.Errorf("got\n%s\nwant how long it may take", out)
	}
}

func TestAnAbortedExecutionShowsNothingMore(t *testing.T) {
	for _, title := range []string{"Wait For Traffic", "Wait For Viewers"} {
		t.Run(title, func(t *testing.T) {
			out := shown(t, "healthy", 0, func(w *world.World) {
				w.When(title, 1, func(x *asl.Execution) {
					w.Clock.After(time.Second, func() { x.Stop("Stopped", "by hand") })
				})
			})
			lines := strings.Split(strings.TrimSpace(out), "\n")
			lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, world.RecoveryOf(scenario.First, 1)) })
			lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  ") }) // a line's rest
			if last := lines[len(lines)-1]; !strings.Contains(last, title) || !strings.HasSuffix(last, "the execution is stopped: by hand") {
				t.Errorf("got %q at the end, want that it was stopped", last)
			}
		})
	}
}

func TestLooksThatFindTheSameAreNotRepeated(t *testing.T) {
	out := shown(t, "quiet-site", 0, nil)
	if n := strings.Count(out, "· no requests · inconclusive"); n < 3 || n > 6 {
		t.Errorf("got %d looks in 20 minutes of silence, want one in 5 minutes\n%s", n, out)
	}
	if n := strings.Count(out, "requests: staging 0 of the 1,000 needed"); n != 2 {
		t.Errorf("got the reason %d times, want it at first and at the end\n%s", n, out)
	}
	out = shown(t, "silence-after-promote", 0, nil)
	for _, want := range []string{"it is extended once, by 10m", "20 of 20 min", "the bake ends without a verdict"} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant %q", out, want)
		}
	}
}

// TestUnreadableAlarmsAreNews: what a look's line does not say is shown below it, once.
func TestUnreadableAlarmsAreNews(t *testing.T) {
	out := judged(t,
		release.Judgement{Verdict: "inconclusive", Observe: true, JudgedMinutes: 1, Reasons: []string{"5xx: a 1 of 10 → healthy", "alarm x: could not be read (17 tries) → inconclusive", "observe: 1 judged minutes of 5m → inconclusive"}},
		release.Judgement{Verdict: "inconclusive", Observe: true, JudgedMinutes: 2, Reasons: []string{"5xx: a 2 of 20 → healthy", "alarm x: could not be read (18 tries) → inconclusive", "observe: 2 judged minutes of 5m → inconclusive"}},
		release.Judgement{Verdict: "inconclusive", Observe: true, JudgedMinutes: 3, Reasons: []string{"5xx: a 9 of 30, may be chance → inconclusive", "observe: 3 judged minutes of 5m → inconclusive"}},
	)
	for text, times := range map[string]int{"could not be read (17 tries)": 1, "could not be read (18 tries)": 0, "may be chance": 1, "observe:": 0, "→ healthy": 0, " of 5 min · ": 3} {
		if n := strings.Count(out, text); n != times {
			t.Errorf("got %q %d times, want %d\n%s", text, n, times, out)
		}
	}
}

// judged shows looks that never happened, one a minute.
func judged(t *testing.T, looks ...release.Judgement) string {
	t.Helper()
	clock := simtime.New(world.Start())
	var out bytes.Buffer
	p := printer(&out, 0, func(string) (int, int) { return 20, 20 })
	plan, err := release.ParsePlan([]byte(`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "ramp": [{"weight": 0.1, "observe": "5m"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	x := &asl.Execution{}
	for i, look := range looks {
		n := int64(i+1) * 10
		counts := release.Series{Requests: []int64{n * 10}, Errors4xx: []int64{n}, Errors5xx: []int64{int64(i)}}
		input := text(t, release.Document{Plan: &plan, Step: &release.Step{Weight: 0.1}, Observation: &release.Observation{Canary: counts, Baseline: counts}})
		clock.Advance(time.Minute)
		p.Event(x, asl.Event{Timestamp: clock.Now(), Type: "TaskStateEntered", StateEntered: &asl.StateEntered{Name: "Judge Health", Input: input}})
		p.Event(x, asl.Event{Timestamp: clock.Now(), LambdaFunctionSucceeded: &asl.Output{Output: text(t, look)}})
		p.Event(x, asl.Event{Timestamp: clock.Now(), StateExited: &asl.StateExited{}})
	}
	return out.String()
}

func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
