package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInputIsRefusedWithAdvice: each message names what is wrong and says what to do, and nothing is run.
func TestBadInputIsRefusedWithAdvice(t *testing.T) {
	dir := t.TempDir()
	noJSON := write(t, "no.json", "{\n  \"primary\": E1\n}")
	unknown := write(t, "unknown.json", `{"Origins": {"Quantity": 0, "Colour": "red"}, "DefaultCacheBehavior": {}}`)
	whole := write(t, "whole.json", `{"Distribution": {}}`)
	swapped := write(t, "swapped.json", `{"primary": "E2STAGING", "change": {"kind": "staged"}}`)
	primary, staging := examples+"spa.primary.json", examples+"spa.staging.json"
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"an unknown flag":                {[]string{"--sped", "5"}, 2, []string{"--sped", "--help shows the flags"}},
		"a flag without its value":       {[]string{"--seed"}, 2, []string{"needs an argument: --seed", "--help"}},
		"something that is no flag":      {[]string{"healthy"}, 2, []string{`"healthy" is not a flag`, "--help"}},
		"an unknown scenario":            {[]string{"--scenario", "sunny"}, 2, []string{`"sunny"`, "--list shows them"}},
		"standing still":                 {[]string{"--speed", "0"}, 2, []string{`--speed "0"`, "from 1", `"max"`}},
		"going back":                     {[]string{"--speed", "-3"}, 2, []string{`--speed "-3"`, "from 1"}},
		"no number for a speed":          {[]string{"--speed", "NaN"}, 2, []string{`--speed "NaN"`, "from 1"}},
		"a seed below zero":              {[]string{"--seed", "-1"}, 2, []string{`--seed "-1"`, "whole number"}},
		"a request that is not there":    {[]string{"--request", "gone.json"}, 2, []string{"--request", "gone.json", "no such file", "examples/request.json"}},
		"a directory for the request":    {[]string{"--request", dir}, 2, []string{"--request", dir, "is a directory", "examples/request.json"}},
		"a request that is no JSON":      {[]string{"--request", noJSON}, 3, []string{"no.json is not JSON", "line 2", "InvalidExecutionInput", "nothing was touched", "examples/request.json"}},
		"a request about staging":        {[]string{"--request", swapped}, 2, []string{"E2STAGING is the staging distribution here", "E1PRIMARY"}},
		"a primary without its staging":  {[]string{"--primary", primary}, 2, []string{"go together", "give both"}},
		"a staging without its primary":  {[]string{"--staging", staging}, 2, []string{"go together", "give both"}},
		"a config that is not there":     {[]string{"--primary", "gone.json", "--staging", staging}, 2, []string{"--primary", "gone.json", "get-distribution-config"}},
		"a directory for a config":       {[]string{"--primary", primary, "--staging", dir}, 2, []string{"--staging", "is a directory", "get-distribution-config"}},
		"a config that is no JSON":       {[]string{"--primary", noJSON, "--staging", staging}, 2, []string{"--primary", "no.json", "get-distribution-config"}},
		"a config with an unknown field": {[]string{"--primary", unknown, "--staging", staging}, 2, []string{"unknown field DistributionConfig.Origins.Colour", "get-distribution-config"}},
		"what get-distribution prints":   {[]string{"--primary", whole, "--staging", staging}, 2, []string{"what get-distribution prints", "use get-distribution-config"}},
		"the primary's config twice":     {[]string{"--primary", primary, "--staging", primary}, 2, []string{"Staging member is not true", "did you give the primary's?"}},
		"a history in a directory":       {[]string{"--history", dir}, 2, []string{"--history", "is a directory", "name a file in it"}},
		"a record in no directory":       {[]string{"--record", filepath.Join(dir, "gone", "r.json")}, 2, []string{"--record", "there is no directory", "make it first"}},
		"one file for two":               {[]string{"--history", "a.json", "--record", "./a.json"}, 2, []string{"both name a.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := demo(t, c.args...)
			r.wantCode(t, c.code)
			wantContains(t, r.errs, c.want...)
			if r.out != "" {
				t.Errorf("got %q on stdout, want nothing", r.out)
			}
			if n := strings.Count(r.errs, "\n"); n != 1 || !strings.HasPrefix(r.errs, "local demo: ") {
				t.Errorf("got %q, want one line that begins with the command", r.errs)
			}
		})
	}
}

// TestARefusedRequestIsARun: what is JSON reaches the workflow, and Validate Request refuses it.
func TestARefusedRequestIsARun(t *testing.T) {
	for name, c := range map[string]struct{ request, want string }{
		"an unknown field": {`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "wieght": 1}`, `unknown field "wieght"`},
		"an array":         {`[]`, "array"},
		"an empty file":    {"", `primary ""`},
		"a broken rule":    {`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "bake": "1s"}`, `bake "1s"`},
	} {
		t.Run(name, func(t *testing.T) {
			record := filepath.Join(t.TempDir(), "record.json")
			r := demo(t, "--request", write(t, "request.json", c.request), "--record", record)
			r.wantCode(t, 3)
			wantContains(t, r.out, "the request will be refused", "InvalidRequest: ", c.want, "\nREJECTED: ", "Kept       no record in ")
			if _, err := os.Stat(record); err == nil {
				t.Error("got a record, want none: the request has no primary that could be trusted")
			}
		})
	}
}

func TestHelpExplainsEveryFlag(t *testing.T) {
	r := run(t, "demo", "--help")
	r.wantCode(t, 0)
	for _, flag := range []string{"scenario", "speed", "seed", "request", "primary", "staging", "history", "record", "list", "expected"} {
		wantContains(t, r.out, "\n  --"+flag+" ")
	}
	wantContains(t, r.out, "3 Rejected, 4 Rolled Back, 5 Needs Operator, 2 bad usage")
}

func TestCommandsThatAreNone(t *testing.T) {
	r := run(t)
	r.wantCode(t, 2)
	wantContains(t, r.errs, "Usage:")
	r = run(t, "demmo")
	r.wantCode(t, 2)
	wantContains(t, r.errs, `no command "demmo"`, "Usage:")
	r = run(t, "help")
	r.wantCode(t, 0)
	wantContains(t, r.out, "Usage:")
}
