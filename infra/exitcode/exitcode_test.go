package exitcode_test

import (
	"testing"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/release"
)

// TestEveryEndHasACodeAndAMeaningOfItsOwn: an end that somebody adds must not look like a tool that broke.
func TestEveryEndHasACodeAndAMeaningOfItsOwn(t *testing.T) {
	none := exitcode.Meaning("ABORTED")
	for _, end := range release.Ends() {
		if exitcode.Of(end) == exitcode.Failure || exitcode.Meaning(end) == none {
			t.Errorf("%s: got exit code %d, %q, want its own", end, exitcode.Of(end), exitcode.Meaning(end))
		}
	}
	for _, status := range release.UnsafeStatuses() {
		if got := exitcode.Of(status); got != exitcode.Failure {
			t.Errorf("%s: got exit code %d, want %d", status, got, exitcode.Failure)
		}
	}
}
