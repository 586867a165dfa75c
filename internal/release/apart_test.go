package release_test

import (
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/release"
)

func TestRequestsOfRetireAndCleanup(t *testing.T) {
	t.Parallel()
	for request, refusal := range map[string]string{
		`{"primary": "E1PRIMARY", "reason": "gone"}`: "",
		`{"primary": "x"}`:                           "must be the id of the primary",
		`{"primary": "E1PRIMARY", "apply": true}`:    `unknown field "apply"`,
		`{"primary": "E1PRIMARY"} {}`:                "more after its closing brace",
	} {
		if _, err := release.ParseRetire([]byte(request)); refused(err, refusal) {
			t.Errorf("retire, %s: got %v, want %q", request, err, refusal)
		}
	}
	for request, refusal := range map[string]string{
		`{}`: "", `{"apply": true, "minimumAge": "2h"}`: "",
		`{"minimumAge": "0s"}`:     "must be at least 1h",
		`{"minimumAge": 24}`:       "not a duration",
		`{"primary": "E1PRIMARY"}`: `unknown field "primary"`,
	} {
		if _, err := release.ParseCleanup([]byte(request)); refused(err, refusal) {
			t.Errorf("cleanup, %s: got %v, want %q", request, err, refusal)
		}
	}
	plan, err := release.ParseCleanup([]byte(`{}`))
	if err != nil || plan.Apply || plan.MinimumAge.Std() != 24*time.Hour {
		t.Errorf("got %+v and %v, want a dry run with a day", plan, err)
	}
	if _, err := release.ParsePlan([]byte(`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "apply": true}`)); refused(err, "are for the cleanup workflow") {
		t.Errorf("a release takes apply: %v", err)
	}
}

// refused reports whether an error is not the one wanted; none is wanted where it is empty.
func refused(err error, want string) bool {
	if err == nil || want == "" {
		return err != nil || want != ""
	}
	return !strings.Contains(err.Error(), want)
}

func TestEveryKindOfOrphanHasAName(t *testing.T) {
	t.Parallel()
	for _, kind := range release.OrphanKinds() {
		o := release.Orphan{Kind: kind, Lock: "E1", PolicyID: "p", Staging: "E2"}
		if !strings.Contains(o.Name(), " ") {
			t.Errorf("%s is called %q", kind, o.Name())
		}
	}
}
