package wildcard_test

import (
	"regexp"
	"strings"
	"testing"

	"cloudfront-cd/internal/wildcard"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "/any/thing", true},
		{"?", "", false},
		{"?", "a", true},
		{"/a?c", "/abc", true},
		{"/a?c", "/ac", false},
		{"/api/*", "/api/", true},
		{"/api/*", "/api", false},
		{"/api/*", "/API/x", false},
		{"*.jpg", "/a.jpg.png", false},
		{"*.jpg", "/a.png.jpg", true},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXcYb", false},
		{"a**", "a", true},
		{"a*?", "a", false},
	} {
		if got := wildcard.Match(c.pattern, c.text); got != c.want {
			t.Errorf("%q and %q: got %t", c.pattern, c.text, got)
		}
	}
}

// TestNoPatternIsSlow: with going back to every star this would take for ever.
func TestNoPatternIsSlow(t *testing.T) {
	if wildcard.Match(strings.Repeat("*a", 2000)+"b", strings.Repeat("a", 20_000)) {
		t.Error("a text without b fits")
	}
}

// FuzzMatch compares with a regular expression.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		// The expression counts characters, not bytes, and long ones are slow.
		ascii := func(s string) string {
			return strings.Map(func(r rune) rune { return r & 0x7f }, s[:min(len(s), 100)])
		}
		pattern, text = ascii(pattern), ascii(text)
		expression := strings.NewReplacer(`\*`, `(?s:.*)`, `\?`, `(?s:.)`).Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`^(?:` + expression + `)$`).MatchString(text)
		if got := wildcard.Match(pattern, text); got != want {
			t.Errorf("%q and %q: got %t, want %t", pattern, text, got, want)
		}
	})
}
