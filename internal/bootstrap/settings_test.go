package bootstrap_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/bootstrap"
)

func TestASettingThatBreaksItsRuleIsNamedWithItsValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value string
		words []string
	}{
		"nothing":                 {"", []string{"not set or empty"}},
		"two characters":          {"ab", []string{`"ab"`, "3 to 63"}},
		"64 characters":           {strings.Repeat("a", 64), []string{"3 to 63"}},
		"a capital":               {"Records", []string{"lower-case"}},
		"an underscore":           {"my_records", []string{"hyphens"}},
		"a hyphen at the end":     {"records-", []string{"the first and last a letter or digit"}},
		"a dot at the start":      {".records", []string{"the first and last a letter or digit"}},
		"two dots in a row":       {"my..records", []string{"no two dots in a row"}},
		"an IP address":           {"192.168.5.4", []string{"not an IP address"}},
		"a line break at the end": {"records\n", []string{`"records\n"`}},
		"an ARN":                  {"arn:aws:s3:::records", []string{`"arn:aws:s3:::records"`}},
	} {
		t.Run(name+" is no bucket", func(t *testing.T) {
			t.Parallel()
			err := bootstrap.Check("BUCKET", c.value)
			for _, word := range append(c.words, "environment variable BUCKET", "the stack sets it", "done nothing") {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("got %v, want it to say %q", err, word)
				}
			}
		})
	}
}

func TestASettingThatKeepsItsRuleIsTaken(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"three characters": "abc", "63 characters": strings.Repeat("a", 63), "digits": "123", "dots and hyphens": "my.own--records.1",
		"what CDK makes": "cloudfrontcd-records2f9c1a7e-1abcdefghijkl",
	} {
		if err := bootstrap.Check("BUCKET", value); err != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := bootstrap.Check("ANOTHER", "Anything At All"); err != nil {
		t.Errorf("got %v for a setting without a rule of its own", err)
	}
}
