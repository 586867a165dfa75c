package docs_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// TestTheVerdictByHandIsTheJudges: what judge.md works out from the record's numbers is what the judge makes of them.
func TestTheVerdictByHandIsTheJudges(t *testing.T) {
	t.Parallel()
	page := read(t, "judge.md")
	_, rest, found := strings.Cut(page, "```json\n")
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("judge.md has no block of JSON")
	}
	var shown release.Gate
	if err := json.Unmarshal([]byte(block), &shown); err != nil {
		t.Fatal(err)
	}
	got := judge.Compare(judge.Tally{Requests: shown.Canary.Requests, Errors: shown.Canary.Errors},
		judge.Tally{Requests: shown.Baseline.Requests, Errors: shown.Baseline.Errors}, shown.Dispersion, shown.Tolerance, shown.Alpha)
	for name, values := range map[string][2]float64{
		"estimate": {got.Interval.Estimate, shown.Estimate}, "lower": {got.Interval.Lower, shown.Lower},
		"upper": {got.Interval.Upper, shown.Upper}, "logE": {got.LogE, shown.LogE},
	} {
		if math.Abs(values[0]-values[1]) > 1e-6 {
			t.Errorf("%s: the judge says %v, the page %v", name, values[0], values[1])
		}
	}
	if string(got.Verdict) != shown.Verdict {
		t.Errorf("the judge says %s, the page %s", got.Verdict, shown.Verdict)
	}
}
