package main_test

import (
	"os"
	"testing"
)

// TestOneSeedIsOneRun: output, history and record are the same to the byte, and another seed gives another run.
func TestOneSeedIsOneRun(t *testing.T) {
	for _, name := range []string{"healthy", "throttled", "aborted", "bad-release"} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			first, again, other := kept(t, name, "7"), kept(t, name, "7"), kept(t, name, "8")
			for i, what := range []string{"output", "history", "record"} {
				if first[i] != again[i] {
					t.Errorf("the same seed gave two %ss, want one", what)
				}
				if first[i] == other[i] {
					t.Errorf("another seed gave the same %s, want another", what)
				}
			}
		})
	}
}

func kept(t *testing.T, scenario, seed string) [3]string {
	t.Helper()
	r := demo(t, "--scenario", scenario, "--seed", seed, "--history", "history.json", "--record", "record.json")
	files := [3]string{r.out}
	for i, file := range []string{"history.json", "record.json"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files[i+1] = string(data)
	}
	return files
}
