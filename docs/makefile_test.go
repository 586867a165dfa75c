package docs_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestEveryRecipeIsShell: make prints what it would run for every target of its help, and a shell can read that. Make cuts
// its own functions at every comma, so that a comma in a sentence can leave half a quotation.
func TestEveryRecipeIsShell(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(string(makefile), -1)
	if len(targets) < 15 {
		t.Fatalf("found %d targets", len(targets))
	}
	for _, variables := range [][]string{
		nil,
		{"PAIRS=E1:E2,E3:E4", "NOTIFY=a@example.com", "SETTINGS=a=1 b=2", "SCENARIO=healthy", "REQUEST=it's mine.json", "CLEAR_HOLD=looked at, mended"},
	} {
		for _, target := range targets {
			t.Run(target[1]+" "+strings.Join(variables, " "), func(t *testing.T) {
				printing := exec.CommandContext(t.Context(), "make", append([]string{"-C", "..", "--no-print-directory", "-n", target[1]}, variables...)...)
				recipe, err := printing.Output()
				if err != nil {
					t.Fatalf("make -n %s: %v", target[1], err)
				}
				shell := exec.CommandContext(t.Context(), "sh", "-n")
				shell.Stdin = strings.NewReader(string(recipe))
				if said, err := shell.CombinedOutput(); err != nil {
					t.Errorf("%s\n%s", said, recipe)
				}
			})
		}
	}
}
