package watch_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/infra/watch"
)

func TestPrintBreaksLongTextsUnderTheirColumn(t *testing.T) {
	for name, c := range map[string]struct {
		width int
		text  string
		want  string
	}{
		"a short text":                    {60, "short", "head      short\n"},
		"no text":                         {60, "", "head\n"},
		"a long text":                     {60, strings.Repeat("word ", 14), "head      word word word word word word word word word word\n          word word word word\n"},
		"a word that is too long":         {60, "see " + strings.Repeat("x", 60) + " there", "head      see\n          " + strings.Repeat("x", 60) + "\n          there\n"},
		"a percent sign stays":            {60, strings.Repeat("1234 ", 9) + "12.5 % of it", "head      " + strings.Repeat("1234 ", 8) + "1234\n          12.5 % of it\n"},
		"a command stands alone":          {200, "Look: aws s3 ls s3://bucket (runbook: X)", "head      Look:\n          aws s3 ls s3://bucket\n          (runbook: X)\n"},
		"a command at the end":            {200, "Do: aws s3 rm s3://b/k.json", "head      Do:\n          aws s3 rm s3://b/k.json\n"},
		"the word aws is no command":      {200, "as aws says", "head      as aws says\n"},
		"a column too far right is moved": {45, strings.Repeat("word ", 9), "head      word word word word word word word\n          word word\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			screen := watch.Screen{Out: &out, Width: func() int { return c.width }}
			column := 10
			if c.width < 50 {
				column = 30
			}
			screen.Print("head", column, c.text, watch.Plain)
			if got := out.String(); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

func TestOnlyAScreenWithColoursIsColoured(t *testing.T) {
	for _, colour := range []bool{true, false} {
		var out bytes.Buffer
		screen := watch.Screen{Out: &out, Terminal: true, Colour: colour}
		screen.Print("", 0, "PROMOTED", watch.Good)
		if got := strings.Contains(out.String(), "\x1b["); got != colour {
			t.Errorf("got %q, want colours: %v", out.String(), colour)
		}
	}
}

func TestADrawnLineIsReplaced(t *testing.T) {
	var out bytes.Buffer
	screen := watch.Screen{Out: &out, Terminal: true, Width: func() int { return 30 }}
	screen.Draw("head", 10, "one")
	screen.Draw("head", 10, "two, which is too long for the line")
	screen.Print("head", 10, "done", watch.Plain)
	screen.Print("head", 10, "next", watch.Plain)
	want := "\r\x1b[Khead      one\r\x1b[Khead      two, which is too l\r\x1b[Khead      done\nhead      next\n"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAFileGetsNothingDrawn(t *testing.T) {
	var out bytes.Buffer
	screen := watch.Screen{Out: &out}
	screen.Draw("head", 10, "one")
	screen.Keep()
	if out.Len() > 0 {
		t.Errorf("got %q, want nothing", out.String())
	}
}

func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"0": watch.Count(0), "999": watch.Count(999), "1,000": watch.Count(1000), "1,234,567": watch.Count(1234567), "-1,000": watch.Count(-1000), "-100": watch.Count(-100),
		"5 %": watch.Percent(0.05), "12.5 %": watch.Percent(0.125), "0.1 %": watch.Percent(0.001),
		"45s": watch.Short(45*time.Second + 300*time.Millisecond), "4m1s": watch.Short(4*time.Minute + time.Second),
		"10m": watch.Short(10*time.Minute + 3*time.Second), "53m": watch.Short(53*time.Minute + 26*time.Second), "1h1m": watch.Short(time.Hour + 49*time.Second),
		"1 note": watch.Plural(1, "note"), "0 notes": watch.Plural(0, "note"),
		"0.16 %": watch.Rate(24, 14779), "none": watch.Rate(0, 0),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
