package release_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/release"
)

func TestThePhasesSayWhereTheTimeWent(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	write := func(minute int) *release.Write { return &release.Write{At: at(minute)} }
	staging := &release.Staging{Write: *write(2)}
	step := func(minutes ...int) *release.Step {
		s := &release.Step{}
		for _, m := range minutes {
			s.Shifts = append(s.Shifts, release.Shift{At: at(m)})
		}
		return s
	}
	for name, tc := range map[string]struct {
		doc  release.Document
		want string
	}{
		"a refused release is all Prepare": {release.Document{}, "Prepare 60"},
		"nothing to release ends with Stage": {
			release.Document{Staging: staging}, "Prepare 2, Stage 58",
		},
		"a promoted one has every step and the bake": {
			release.Document{
				Staging: staging, Step: step(6, 20), Promote: &release.PromoteAnswer{Write: *write(40)},
				Promotion: &release.Promotion{Confirmed: true, Write: *write(40)}, Stop: write(41), Bake: &release.Bake{Since: at(45)},
			},
			"Prepare 2, Stage 4, Step 1 14, Step 2 20, Promote 5, Bake 15",
		},
		"a promotion in doubt began with the doubt": {
			release.Document{
				Staging: staging, Step: step(6),
				Promotion: &release.Promotion{Confirmed: true, Since: at(30), Write: *write(40)}, Bake: &release.Bake{Since: at(45)},
			},
			"Prepare 2, Stage 4, Step 1 24, Promote 15, Bake 15",
		},
		"a promotion that nobody could confirm goes on to the end": {
			release.Document{Staging: staging, Step: step(6), Promote: &release.PromoteAnswer{Write: *write(40)}},
			"Prepare 2, Stage 4, Step 1 34, Promote 20",
		},
		"the way back before the promotion": {
			release.Document{Staging: staging, Step: step(6), Stop: write(50)}, "Prepare 2, Stage 4, Step 1 44, Go Back 10",
		},
		"a staging that could not be changed goes back from Prepare": {
			release.Document{Stop: write(50)}, "Prepare 50, Go Back 10",
		},
		"the way back after the promotion": {
			release.Document{
				Staging: staging, Step: step(6), Promotion: &release.Promotion{Confirmed: true, Write: *write(20)},
				Stop: write(21), Bake: &release.Bake{Since: at(25), Regressed: true}, Restore: write(50),
			},
			"Prepare 2, Stage 4, Step 1 14, Promote 5, Bake 25, Go Back 10",
		},
		"a Lambda's clock behind that of Step Functions takes no time back": {
			release.Document{Staging: &release.Staging{Write: *write(-1)}}, "Prepare 0, Stage 61",
		},
		"recover has none": {release.Document{Workflow: release.Recover}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.doc.Execution.StartTime, tc.doc.Outcome.At = start, at(60)
			var got []string
			for _, p := range tc.doc.Phases() {
				got = append(got, fmt.Sprintf("%s %.0f", p.Name, p.Took.Minutes()))
				if !slices.Contains(release.PhaseNames(), p.Name) {
					t.Errorf("%s is not among the names of phases", p.Name)
				}
			}
			if text := strings.Join(got, ", "); text != tc.want {
				t.Errorf("got  %s\nwant %s", text, tc.want)
			}
		})
	}
}
