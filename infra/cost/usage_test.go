package main_test

import (
	"strings"
	"testing"
	"time"

	cost "cloudfront-cd/infra/cost"
)

func TestWhatCannotBePricedIsRefused(t *testing.T) {
	whole := anHour(observeARN)
	for name, c := range map[string]struct{ history, want string }{
		"no JSON":              {"ID,Type\n1,ExecutionStarted\n", "not JSON: line 1: "},
		"cut off JSON":         {whole.String()[:400], "not JSON: line "},
		"an empty file":        {"", "not JSON: line 1: "},
		"another document":     {`{"execution": {"name": "release"}}`, "it has no events"},
		"a list":               {`[{"id": 1}]`, "not an execution history: json: "},
		"no events":            {`{"events": []}`, "it has no events"},
		"a page of it":         {strings.TrimSuffix(whole.String(), "}") + `, "nextToken": "AAAA"}`, "it has a nextToken after 16 events"},
		"a page by --max-item": {strings.TrimSuffix(whole.String(), "}") + `, "NextToken": "AAAA"}`, "without --max-items and --no-paginate"},
		"a gap":                {strings.Replace(whole.String(), `"id": 5,`, `"id": 55,`, 1), "event 5 is missing or there twice"},
		"an event twice":       {strings.Replace(whole.String(), `"id": 5,`, `"id": 4,`, 1), "event 5 is missing or there twice"},
		"no times":             {`{"events": [{"id": 1, "type": "ExecutionStarted"}]}`, "event 1 has no timestamp"},
		"a time that is none":  {`{"events": [{"id": 1, "timestamp": "yesterday", "type": "ExecutionStarted"}]}`, `timestamp parsing time "yesterday"`},
		"no start":             {whole[1:].String(), `it begins with "PassStateEntered", not with ExecutionStarted`},
		"no end yet":           {whole[:12].String(), "was still running: its last event is WaitStateEntered of 2026-11-23T09:00:05Z"},
	} {
		t.Run(name, func(t *testing.T) {
			r := priced(t, c.history)
			if r.code != 2 || r.out != "" || !strings.Contains(r.errs, c.want) || !strings.HasPrefix(r.errs, "cost: --history: ") {
				t.Errorf("got exit code %d, %q, want 2 and %q", r.code, r.out+r.errs, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such file":    {[]string{"--history", "nowhere.json"}, "nowhere.json: no such file or directory: give the whole of what aws stepfunctions"},
		"a directory":     {[]string{"--history", "."}, "is a directory"},
		"an unknown flag": {[]string{"--histories", "h.json"}, "Usage:"},
		"a bare word":     {[]string{"h.json"}, `"h.json" is not a flag`},
	} {
		t.Run(name, func(t *testing.T) {
			if r := run(t, c.args...); r.code != 2 || r.out != "" || !strings.Contains(r.errs, c.want) {
				t.Errorf("got exit code %d, %q, want 2 and %q", r.code, r.out+r.errs, c.want)
			}
		})
	}
}

// TestEveryPriceHasASource: an item without a price would be free, a price without a source could not be checked.
func TestEveryPriceHasASource(t *testing.T) {
	listed := run(t, "--prices")
	if listed.code != 0 {
		t.Errorf("got exit code %d", listed.code)
	}
	for i, p := range cost.Prices() {
		if p.Item != i || p.Name == "" || p.Dollars <= 0 || p.Per < 1 {
			t.Errorf("row %d is %+v: want the item's own row with a name and a price", i, p)
		}
		if !strings.HasPrefix(p.Page, "https://aws.amazon.com/") || p.Seen == "" {
			t.Errorf("%s: got the source %q, seen %q, want AWS's page and where the number was read", p.Name, p.Page, p.Seen)
		}
		if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
			t.Errorf("%s: got as of %q, want a date", p.Name, p.AsOf)
		}
		if !strings.Contains(listed.out, p.Name) || !strings.Contains(listed.out, p.Page+"\n  "+p.Seen+" (as of "+p.AsOf+")") {
			t.Errorf("--prices does not list %s with its source", p.Name)
		}
	}
}

func TestHelp(t *testing.T) {
	if r := run(t, "--help"); r.code != 0 || !strings.Contains(r.out, "cost --history FILE") {
		t.Errorf("got exit code %d, %q", r.code, r.out+r.errs)
	}
}
