package golden_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

const (
	statesAll   = "States.ALL"
	finish      = "Finish"
	placeHold   = "Place Hold"
	releaseLock = "Release Lock"
	acquireLock = "Acquire Lock"
)

// The rules that every workflow keeps.

func TestEveryTaskSaysWhatItDoesAndWhereItsFailuresGo(t *testing.T) {
	for _, s := range states(t) {
		if s.Type != "Task" {
			continue
		}
		if !strings.HasSuffix(s.Comment, ".") {
			t.Errorf("%s: got the comment %q, want a sentence", s.name, s.Comment)
		}
		if got, want := seconds(s.TimeoutSeconds), release.LambdaTimeout+5*time.Second; got != want {
			t.Errorf("%s: got TimeoutSeconds %s, want %s", s.name, got, want)
		}
		if len(s.Retry) == 0 {
			t.Errorf("%s has no Retry", s.name)
		}
		if len(s.Catch) == 0 || !slices.Equal(s.Catch[len(s.Catch)-1].ErrorEquals, []string{statesAll}) {
			t.Errorf("%s: the last Catch must be for %s", s.name, statesAll)
		}
		if string(s.ResultPath) != "null" && !strings.HasPrefix(string(s.ResultPath), `"$.`) {
			t.Errorf("%s: got ResultPath %s: a result has a key of its own or is thrown away", s.name, s.ResultPath)
		}
		if s.Parameters["document.$"] != "$" {
			t.Errorf("%s: got Parameters %v, want the whole document", s.name, s.Parameters)
		}
	}
}

func TestEveryErrorNameIsOneThatCanArrive(t *testing.T) {
	others := []string{"Sandbox.Timedout", "Runtime.ExitError"}
	for _, s := range states(t) {
		for _, list := range errorLists(s) {
			for _, name := range list {
				known := slices.Contains(fault.Names(), fault.Name(name)) || slices.Contains(others, name) ||
					strings.HasPrefix(name, "States.") || strings.HasPrefix(name, "Lambda.")
				if !known {
					t.Errorf("%s: no error is called %q", s.name, name)
				}
			}
		}
	}
}

// Step Functions refuses a definition that breaks this; the same holds for Retry.
func TestStatesALLStandsAloneAndLast(t *testing.T) {
	for _, s := range states(t) {
		for i, c := range s.Catch {
			if slices.Contains(c.ErrorEquals, statesAll) && (len(c.ErrorEquals) > 1 || i < len(s.Catch)-1) {
				t.Errorf("%s: %s is not alone and last in Catch", s.name, statesAll)
			}
		}
		for _, r := range s.Retry {
			if slices.Contains(r.ErrorEquals, statesAll) {
				t.Errorf("%s retries %s: a bug would be repeated like a network failure", s.name, statesAll)
			}
		}
	}
}

func TestNoErrorHasTwoRows(t *testing.T) {
	for _, s := range states(t) {
		var retried, caught []string
		for _, r := range s.Retry {
			retried = append(retried, r.ErrorEquals...)
		}
		for _, c := range s.Catch {
			caught = append(caught, c.ErrorEquals...)
		}
		for _, list := range [][]string{retried, caught} {
			slices.Sort(list)
			if n := len(list); len(slices.Compact(list)) != n {
				t.Errorf("%s names an error twice: %v", s.name, list)
			}
		}
	}
}

func TestEveryFaultHasAnArrowOrAReasonForNone(t *testing.T) {
	fallsToStatesALL := map[fault.Name]string{
		fault.NotDeployed:      "a propagation that never ends is answered like any other failure of its Check",
		fault.PromotionInDoubt: "Promote's States.ALL goes to look; Confirm Promotion raises it at its deadline, as its only failure that matters",
		fault.Unexpected:       "a bug is answered like the worst that can happen",
	}
	named := map[string]bool{}
	for _, s := range states(t) {
		for _, list := range errorLists(s) {
			for _, name := range list {
				named[name] = true
			}
		}
	}
	for _, name := range fault.Names() {
		_, falls := fallsToStatesALL[name]
		if named[string(name)] == falls {
			t.Errorf("%s: got retried or caught by name %t and listed as falling to States.ALL %t, want exactly one", name, named[string(name)], falls)
		}
	}
}

func TestEveryStateIsReachedAndEveryArrowLeadsToOne(t *testing.T) {
	for name, m := range machines(t) {
		if got, want := len(m.Order()), len(m.States); got != want {
			t.Errorf("%s: got %d states in reach of %q, want all %d", name, got, m.StartAt, want)
		}
		for title, s := range m.States {
			arrows := m.Arrows(title)
			for _, a := range arrows {
				if _, ok := m.States[a.To]; !ok {
					t.Errorf("%s/%s leads to %q, which is not a state", name, title, a.To)
				}
			}
			if isEnd(s) != (len(arrows) == 0) {
				t.Errorf("%s/%s of type %s has %d arrows", name, title, s.Type, len(arrows))
			}
		}
	}
}

func TestEveryStateCanReachAnEnd(t *testing.T) {
	for name, m := range machines(t) {
		for title := range m.States {
			if !slices.ContainsFunc(reach(m, title), func(to string) bool { return len(m.Arrows(to)) == 0 }) {
				t.Errorf("%s/%s leads to no end", name, title)
			}
		}
	}
}

// Place Hold may fail too: its Fail state still finds a cause.
func TestTheDocumentHasAnOutcomeFromTheStart(t *testing.T) {
	want := release.Outcome{
		End: release.NeedsOperator, NeedsOperator: true,
		Cause: "The execution ended before it could say why. (runbook: Needs Operator)",
	}
	for name, m := range machines(t) {
		first := m.States[m.StartAt].Parameters
		var got release.Document
		if err := json.Unmarshal([]byte(text(t, first)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Outcome != want || got.Workflow != name {
			t.Errorf("%s: got workflow %q with the outcome %+v, want %+v", name, got.Workflow, got.Outcome, want)
		}
		execution, _ := first["execution"].(map[string]any)
		for key, path := range map[string]string{"arn.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "startTime.$": "$$.Execution.StartTime"} {
			if execution[key] != path {
				t.Errorf("%s: got execution %v, want %s from %s", name, execution, key, path)
			}
		}
		if first["request.$"] != "$$.Execution.Input" {
			t.Errorf("%s: got request %v, want the execution's input", name, first["request.$"])
		}
	}
}

// The lock is the sign of unfinished work: without it nobody would look at the pair again.
func TestThePairThatNeedsAnOperatorStaysLocked(t *testing.T) {
	for name, m := range machines(t) {
		if name == release.Cleanup {
			continue // which has found a pair unsafe, if it was, and finds it again
		}
		if slices.Contains(reach(m, placeHold), releaseLock) {
			t.Errorf("%s: the lock is released although the pair may be unsafe", name)
		}
		for title := range m.States {
			for _, a := range m.Arrows(title) {
				if a.To == releaseLock && title != "Pair Safe?" {
					t.Errorf("%s: %s leads to %s, which only a safe pair may", name, title, releaseLock)
				}
			}
		}
		safe := m.States["Pair Safe?"]
		if len(safe.Choices) != 1 || safe.Choices[0].Variable != "$.outcome.needsOperator" || safe.Choices[0].Next != placeHold || safe.Default != releaseLock {
			t.Errorf("%s: got %+v, want whatever needs an operator led to %s", name, safe, placeHold)
		}
	}
}

func TestChoicesLookAtOneBooleanThatALambdaComputed(t *testing.T) {
	for _, s := range states(t) {
		if s.Type != "Choice" {
			continue
		}
		if s.Default == "" {
			t.Errorf("%s has no default: Step Functions would end the execution with States.NoChoiceMatched", s.name)
		}
		for _, c := range s.Choices {
			// Parse refuses every other comparison, and And, Or and Not.
			if (c.BooleanEquals == nil) == (c.IsPresent == nil) || !strings.HasPrefix(c.Variable, "$.") {
				t.Errorf("%s: got the rule %+v, want BooleanEquals or IsPresent on one variable", s.name, c)
			}
		}
	}
}

func TestTitlesSayWhatKindOfBoxTheyAre(t *testing.T) {
	ends := map[string]string{
		release.Promoted: "Succeed", release.Calibrated: "Succeed", release.NothingToRelease: "Succeed",
		release.Recovered: "Succeed", release.NothingToRecover: "Succeed", release.Retired: "Succeed",
		release.Clean: "Succeed", release.Cleaned: "Succeed", release.OrphansFound: "Succeed",
		release.Enrolled: "Succeed", release.Maintained: "Succeed",
		release.Rejected: "Fail", release.RolledBack: "Fail", release.NeedsOperator: "Fail",
	}
	for _, s := range states(t) {
		for word := range strings.FieldsSeq(s.title) {
			if word[0] < 'A' || word[0] > 'Z' {
				t.Errorf("%q is not in Title Case", s.name)
			}
		}
		wait := strings.HasPrefix(s.title, "Wait For ") || s.title == "Bake"
		if wait != (s.Type == "Wait") {
			t.Errorf("%q has type %s: waits, and only they, are called Wait For … or Bake", s.name, s.Type)
		}
		if question := strings.HasSuffix(s.title, "?"); question != (s.Type == "Choice") {
			t.Errorf("%q is a question and its type is %s", s.name, s.Type)
		}
		if want, ok := ends[s.title]; ok != isEnd(s.State) || ok && s.Type != want {
			t.Errorf("got the end %q of type %s, want one of %v", s.name, s.Type, ends)
		}
		if s.Type == "Fail" && (s.Error != s.title || s.CausePath != "$.outcome.cause") {
			t.Errorf("%s: got Error %q and CausePath %q, want the title and the outcome's cause", s.name, s.Error, s.CausePath)
		}
	}
}

// The word in the console is the word of the folder, the log group and the runbook.
func TestEveryTaskHasItsFolderAndEveryFolderItsTask(t *testing.T) {
	tasks := map[string][]string{} // folder → titles
	for _, s := range states(t) {
		if s.Type != "Task" {
			continue
		}
		folder, found := strings.CutPrefix(s.Resource, "${")
		folder, closed := strings.CutSuffix(folder, "}")
		if !found || !closed {
			t.Errorf("%s: got Resource %q, want a ${folder}", s.name, s.Resource)
		}
		tasks[folder] = append(tasks[folder], s.title)
	}
	for folder, titles := range tasks {
		if _, err := os.Stat(filepath.Join("../../lambdas", folder, "bootstrap", "main.go")); err != nil {
			t.Errorf("%v: the folder has no Lambda: %v", titles, err)
		}
		for _, title := range titles {
			first, _, _ := strings.Cut(strings.ToLower(title), " ")
			own := folder == strings.ToLower(strings.ReplaceAll(title, " ", ""))
			shared := len(titles) > 1 && strings.HasPrefix(folder, first)
			if !own && !shared {
				t.Errorf("%q runs lambdas/%s, which nobody would look for under that title", title, folder)
			}
		}
	}
	entries, err := os.ReadDir("../../lambdas")
	if err != nil {
		t.Fatal(err)
	}
	tasks["idleside"] = []string{"none: pipelines call it"}
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != "testdata" && entry.Name() != "internal" && tasks[entry.Name()] == nil {
			t.Errorf("no task runs lambdas/%s", entry.Name())
		}
	}
}
