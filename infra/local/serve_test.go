package main_test

import (
	"strings"
	"testing"
)

// TestServeRefusesBadFlags: before anything listens, in one line.
func TestServeRefusesBadFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"an unknown flag":           {[]string{"--sped", "5"}, []string{"--sped", "--help shows the flags"}},
		"something that is no flag": {[]string{"4566"}, []string{`"4566" is not a flag`, "--help"}},
		"standing still":            {[]string{"--speed", "0"}, []string{`--speed "0"`, "above 0", "1 is real time"}},
		"going back":                {[]string{"--speed", "-3"}, []string{`--speed "-3"`, "above 0"}},
		"no number for a speed":     {[]string{"--speed", "NaN"}, []string{`--speed "NaN"`, "above 0"}},
		"as fast as it goes":        {[]string{"--speed", "max"}, []string{`--speed "max"`, "at most 100000"}},
		"a port by name":            {[]string{"--port", "http"}, []string{`--port "http"`, "0 to 65535"}},
		"a port too high":           {[]string{"--port", "65536"}, []string{`--port "65536"`, "0 to 65535"}},
		"a seed below zero":         {[]string{"--seed", "-1"}, []string{`--seed "-1"`, "whole number"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, append([]string{"serve"}, c.args...)...)
			r.wantCode(t, 2)
			wantContains(t, r.errs, c.want...)
			if n := strings.Count(r.errs, "\n"); n != 1 || r.out != "" || !strings.HasPrefix(r.errs, "local serve: ") {
				t.Errorf("got %q and %q, want one line that begins with the command", r.out, r.errs)
			}
		})
	}
}

func TestServeHelpExplainsEveryFlag(t *testing.T) {
	r := run(t, "serve", "--help")
	r.wantCode(t, 0)
	wantContains(t, r.out, "Usage:", "Flags of serve:", "\n  --port N ", "\n  --speed N ", "\n  --seed N ", "(default 4566)")
}
