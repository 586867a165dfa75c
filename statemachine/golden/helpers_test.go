package golden_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// machines is every workflow by its name.
func machines(t *testing.T) map[string]golden.Machine {
	t.Helper()
	parsed := map[string]golden.Machine{}
	for name, definition := range golden.All() {
		m, err := golden.Parse(definition)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		parsed[name] = m
	}
	return parsed
}

// state is a box with its title, and with its name among all workflows.
type state struct {
	golden.State

	title, name string
}

// states is every box of every workflow.
func states(t *testing.T) []state {
	t.Helper()
	var all []state
	for workflow, m := range machines(t) {
		for _, title := range m.Order() {
			all = append(all, state{State: m.States[title], title: title, name: workflow + "/" + title})
		}
	}
	return all
}

func errorLists(s state) [][]string {
	var lists [][]string
	for _, r := range s.Retry {
		lists = append(lists, r.ErrorEquals)
	}
	for _, c := range s.Catch {
		lists = append(lists, c.ErrorEquals)
	}
	return lists
}

// reach is every state that title leads to, itself included, on ways that pass none of the states without.
func reach(m golden.Machine, title string, without ...string) []string {
	reached := []string{title}
	for i := 0; i < len(reached); i++ {
		for _, a := range m.Arrows(reached[i]) {
			if !slices.Contains(reached, a.To) && !slices.Contains(without, a.To) {
				reached = append(reached, a.To)
			}
		}
	}
	return reached
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func text(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func releaseMachine(t *testing.T) golden.Machine {
	t.Helper()
	return machines(t)[release.Release]
}

func isEnd(s golden.State) bool { return s.Type == "Succeed" || s.Type == "Fail" }

func checkEnds(t *testing.T, m golden.Machine, want ...string) {
	t.Helper()
	var got []string
	for title, s := range m.States {
		if isEnd(s) {
			got = append(got, title)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got the ends %q, want %q", got, want)
	}
}

// checkWaits compares the waits with those that are named, and all others with the pace at which a propagation is looked at.
func checkWaits(t *testing.T, m golden.Machine, named map[string]time.Duration) {
	t.Helper()
	for title := range named {
		if m.States[title].Type != "Wait" {
			t.Errorf("%s is no wait", title)
		}
	}
	for title, s := range m.States {
		if s.Type != "Wait" {
			continue
		}
		want, ok := named[title]
		if !ok {
			want = release.PollEvery
		}
		if got := seconds(s.Seconds); got != want {
			t.Errorf("%s: got %s, want %s", title, got, want)
		}
	}
}

// checkRetries expects the stubborn tasks to try hard, announcements to give up soon, and all others to be steady. Promotions
// have rules of their own.
func checkRetries(t *testing.T, m golden.Machine, stubborn []string) {
	t.Helper()
	for title, s := range m.States {
		if s.Type != "Task" || title == promote || title == promoteAgain {
			continue
		}
		throttled, transient := 15, 6
		switch {
		case slices.Contains(stubborn, title):
			throttled, transient = 30, 30
		case strings.HasPrefix(title, "Announce "):
			throttled, transient = 3, 3
		}
		if got := attempts(s, fault.Throttled); got != throttled {
			t.Errorf("%s: got %d attempts when throttled, want %d", title, got, throttled)
		}
		for _, name := range []fault.Name{
			fault.Unavailable, "States.Timeout", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
			"Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError",
		} {
			if got := attempts(s, name); got != transient {
				t.Errorf("%s: got %d attempts at %s, want %d", title, got, name, transient)
			}
		}
	}
}

// attempts is how often an error is retried, by the first Retry that names it.
func attempts(s golden.State, name fault.Name) int {
	for _, r := range s.Retry {
		if slices.Contains(r.ErrorEquals, string(name)) {
			return r.MaxAttempts
		}
	}
	return 0
}

// checkWhich expects the named tasks, and no others, to tell their Lambda which task it serves.
func checkWhich(t *testing.T, m golden.Machine, want map[string]string) {
	t.Helper()
	for title := range want {
		if m.States[title].Type != "Task" {
			t.Errorf("%s is no task", title)
		}
	}
	for title, s := range m.States {
		if s.Type != "Task" {
			continue
		}
		got, _ := s.Parameters["which"].(string)
		if got != want[title] {
			t.Errorf("%s: got which %q, want %q", title, got, want[title])
		}
	}
}
