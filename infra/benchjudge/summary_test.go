package main_test

import (
	"strings"
	"testing"

	benchjudge "cloudfront-cd/infra/benchjudge"
)

func TestPromises(t *testing.T) {
	good := benchjudge.Counts{RolledBack: 10, Promoted: 10, CaughtAt: 5}
	for name, c := range map[string]struct {
		own  benchjudge.Counts
		want string
	}{
		"all just kept":            {good, ""},
		"a rollback too many":      {benchjudge.Counts{RolledBack: 11, Promoted: 10, CaughtAt: 5}, "MISSED  at most 1 % of identical sides rolled back on every line: at most 1.10 %"},
		"a promotion too many":     {benchjudge.Counts{RolledBack: 10, Promoted: 11, CaughtAt: 5}, "MISSED  at most 1 % promoted with +1 point on every line: at most 1.10 %"},
		"caught a minute too late": {benchjudge.Counts{RolledBack: 10, Promoted: 10, CaughtAt: 6}, "MISSED  +5 points at 15 % of 500/s caught by minute 5 in the median: by minute 6 at the latest"},
	} {
		t.Run(name, func(t *testing.T) {
			text, kept := benchjudge.Summary(c.own, good)
			if kept != (c.want == "") || strings.Count(text, "MISSED") != strings.Count(c.want, "MISSED") || !strings.Contains(text, c.want) {
				t.Errorf("got kept %t and\n%s\nwant %q", kept, text, c.want)
			}
		})
	}
}

func TestAPeerIsFasterOnlyWithTheSameErrorRates(t *testing.T) {
	own := benchjudge.Counts{CaughtAt: 5}
	for name, c := range map[string]struct {
		peer  benchjudge.Counts
		keeps string
		star  bool
	}{
		"faster":                       {benchjudge.Counts{RolledBack: 10, Promoted: 10, CaughtAt: 3}, "keeps them on 1 of 1 lines", true},
		"as fast":                      {benchjudge.Counts{CaughtAt: 5}, "keeps them on 1 of 1 lines", false},
		"slower":                       {benchjudge.Counts{CaughtAt: 8}, "keeps them on 1 of 1 lines", false},
		"faster, but rolls back more":  {benchjudge.Counts{RolledBack: 11, CaughtAt: 3}, "keeps them on 0 of 1 lines", false},
		"faster, but promotes +1 more": {benchjudge.Counts{Promoted: 11, CaughtAt: 3}, "keeps them on 0 of 1 lines", false},
	} {
		t.Run(name, func(t *testing.T) {
			text, _ := benchjudge.Summary(own, c.peer)
			if !strings.Contains(text, "Mann-Whitney every minute: "+c.keeps) {
				t.Errorf("got no %q in\n%s", c.keeps, text)
			}
			told := strings.Contains(text, "+5 caught   on  1; by most in minute 3 against our 5: Poisson, 0.5 % errors, 500/s 15 % own")
			marked := strings.Contains(text, "50@3*")
			if told != c.star || marked != c.star {
				t.Errorf("got told %t and marked %t, want %t, in\n%s", told, marked, c.star, text)
			}
		})
	}
}

func TestMediansAreOverAllReleases(t *testing.T) {
	for name, c := range map[string]struct {
		releases int
		caught   []int
		median   int
		text     string
	}{
		"the middle one":     {3, []int{9, 2, 4}, 4, "100@4"},
		"just half":          {4, []int{7, 3}, 7, "50@7"},
		"less than half":     {4, []int{3}, 61, "25@>60"},
		"hardly any":         {1000, []int{3}, 61, "<1@>60"},
		"none":               {4, nil, 61, "never"},
		"in the last minute": {1, []int{60}, 60, "100@60"},
	} {
		t.Run(name, func(t *testing.T) {
			if median, text := benchjudge.Median(c.releases, c.caught...); median != c.median || text != c.text {
				t.Errorf("got %d, %s, want %d, %s", median, text, c.median, c.text)
			}
		})
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0", 0.005: "0.01", 9.994: "9.99", 9.996: "10.0", 99.94: "99.9", 99.96: "100", 100: "100"} {
		if got := benchjudge.Percent(share); got != want {
			t.Errorf("%g: got %s, want %s", share, got, want)
		}
	}
}
