package diagram_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"cloudfront-cd/statemachine/diagram"
	"cloudfront-cd/statemachine/golden"
)

const document = "../../docs/release.md"

func TestTheDocumentShowsTheWorkflowAsItIs(t *testing.T) {
	want := page(t, golden.Release())
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s does not show the workflow any more: run \"make golden\"", document)
	}
}

func TestEveryBoxAndEveryArrowIsShown(t *testing.T) {
	m, err := golden.Parse(golden.Release())
	if err != nil {
		t.Fatal(err)
	}
	text := string(page(t, golden.Release()))
	for title := range m.States {
		from := identifier(title)
		if !regexp.MustCompile(`(?m)^  ` + from + `[\[({]`).MatchString(text) {
			t.Errorf("no picture has the box %q", title)
		}
		for _, a := range m.Arrows(title) {
			if a.Errors != nil {
				row := fmt.Sprintf("| %s | `%s` | %s |", title, strings.Join(a.Errors, "`, `"), a.To)
				if !strings.Contains(text, row) {
					t.Errorf("the table of failures has no row %q", row)
				}
				continue
			}
			if !regexp.MustCompile(`(?m)^  ` + from + ` (-- "\w+" )?--> ` + identifier(a.To) + `$`).MatchString(text) {
				t.Errorf("no picture has the arrow from %q to %q", title, a.To)
			}
		}
	}
}

func TestAFailureWithAWayOfItsOwnIsNamedOnItsArrow(t *testing.T) {
	text := string(page(t, golden.Release()))
	for name, line := range map[string]string{
		"a lost lock":                          `  ShiftTraffic -. "LockLost" .-> Finish`,
		"what goes back before the door":       `  Promote -. "ConfigChanged, Refused, Throttled, Unavailable" .-> StopTraffic`,
		"the rest of a box with names":         `  Promote -. "any other failure" .-> ConfirmPromotion`,
		"a failure that the next box judges":   `  Observe -. "any failure" .-> JudgeHealth`,
		"one arrow for all boxes of one kind":  `  anyorange -.-> StopTraffic`,
		"a failure that is thrown away":        `  style AnnounceStart stroke-dasharray:5 4`,
		"a box of another part, with its name": `  Finish[/"Finish<br/>(The ends)"/]`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s: no picture has the line %q", name, line)
		}
	}
}

func TestAPartThatTheWorkflowDoesNotHaveIsRefused(t *testing.T) {
	renamed := bytes.ReplaceAll(golden.Release(), []byte(`"Restore Primary"`), []byte(`"Put Primary Back"`))
	if _, err := diagram.Release(renamed); err == nil || !strings.Contains(err.Error(), "Restore Primary") {
		t.Errorf("got %v, want an error that names the missing box", err)
	}
	headless := bytes.ReplaceAll(golden.Release(), []byte(`"Receive Request"`), []byte(`"Begin"`))
	if _, err := diagram.Release(headless); err == nil || !strings.Contains(err.Error(), "Begin") {
		t.Errorf("got %v, want an error that names the box without a part", err)
	}
}

func page(t *testing.T, definition []byte) []byte {
	t.Helper()
	data, err := diagram.Release(definition)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func identifier(title string) string {
	return strings.NewReplacer(" ", "", "?", "").Replace(title)
}
