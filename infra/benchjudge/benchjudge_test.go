package main_test

import (
	"runtime"
	"strings"
	"testing"

	benchjudge "cloudfront-cd/infra/benchjudge"
)

func run(args ...string) (code int, out, errs string) {
	var o, e strings.Builder
	code = benchjudge.Run(args, &o, &e)
	return code, o.String(), e.String()
}

func TestFlagsAreRefusedClearly(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no releases":       {[]string{"--releases", "0"}, "--releases 0: give 1 to 1000000"},
		"less than none":    {[]string{"--releases", "-5"}, "--releases -5: give 1 to 1000000"},
		"too many":          {[]string{"--releases", "1000001"}, "--releases 1000001: give 1 to 1000000"},
		"not a number":      {[]string{"--releases", "many"}, `invalid value "many" for flag -releases`},
		"a negative seed":   {[]string{"--seed", "-1"}, `invalid value "-1" for flag -seed`},
		"an unknown flag":   {[]string{"--release", "5"}, "-release"},
		"a bare word":       {[]string{"20000"}, `"20000" is not a flag`},
		"a flag left empty": {[]string{"--seed", ""}, "flag -seed"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := run(c.args...)
			if code != 2 || out != "" || !strings.Contains(errs, c.want) || !strings.Contains(errs, "Usage:") {
				t.Errorf("got exit code %d, %q, want 2 and %q", code, out+errs, c.want)
			}
		})
	}
	if code, out, errs := run("--help"); code != 0 || !strings.Contains(out, "Exit codes") || errs != "" {
		t.Errorf("--help: got exit code %d, %q, %q", code, out, errs)
	}
}

func TestTheWholeTableIsPrinted(t *testing.T) {
	code, out, progress := run("--releases", "4", "--seed", "3")
	if code != 0 {
		t.Errorf("got exit code %d", code)
	}
	for _, want := range []string{
		"4 releases of each line, seed 3", "\nPoisson, 0.1 %\n", "\nbursty, 2 %\n", "\n500/s 15 % all | ",
		"\n  kept    at most 1 % of identical sides", "by minute 5 in the median", "Mann-Whitney every minute: keeps them on ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("got no %q in\n%s", want, out)
		}
	}
	if lines := strings.Count(out, " own | ") + strings.Count(out, " all | "); lines != 2*3*3*2*2 {
		t.Errorf("got %d lines of cells", lines)
	}
	for l := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSuffix(l, "\n"))); n > 160 {
			t.Errorf("got a line of %d columns: %s", n, l)
		}
	}
	if !strings.Contains(progress, "100 % of 288 releases") || strings.Contains(out, "of 288 releases") {
		t.Errorf("got progress %q", progress)
	}
}

// TestSameSeedSameBytes is with several blocks for each site, so that they finish in another order.
func TestSameSeedSameBytes(t *testing.T) {
	const releases, sites = 300, 2
	want := benchjudge.Simulated(releases, 1, sites)
	for _, cores := range []int{1, 7} {
		before := runtime.GOMAXPROCS(cores)
		got := benchjudge.Simulated(releases, 1, sites)
		runtime.GOMAXPROCS(before)
		if got != want {
			t.Errorf("with %d cores: got\n%s\nwant\n%s", cores, got, want)
		}
	}
	table := func(text string) string { return text[strings.Index(text, "requests  "):] }
	if table(benchjudge.Simulated(releases, 2, sites)) == table(want) {
		t.Error("another seed gave the same table")
	}
}
