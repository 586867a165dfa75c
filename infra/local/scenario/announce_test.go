package scenario_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/lambdas/announce"
)

// TestAnnouncementsTellTheReleaseOnTheEventBus: each with an id by which a receiver knows a repeated one.
func TestAnnouncementsTellTheReleaseOnTheEventBus(t *testing.T) {
	for name, want := range map[string][]string{
		"healthy":               {"release-started", "step-passed", "promoted", "release-ended"},
		"bad-release":           {"release-started", "release-ended"},
		"http3":                 {"release-ended"},
		"silence-after-promote": {"release-started", "step-passed", "promoted", "release-ended", "bake-inconclusive"},
		"retire":                {"retire-ended"},
		"cleanup":               {"cleanup-ended"},
		"cleanup-dry-run":       {"cleanup-ended"},
	} {
		t.Run(name, func(t *testing.T) {
			stage := build(t, name, 1)
			run(t, stage)
			var got []string
			ids := map[string]bool{}
			for _, e := range stage.World.Events.Events() {
				got = append(got, e.DetailType)
				var d announce.Detail
				if err := json.Unmarshal([]byte(e.Detail), &d); err != nil {
					t.Fatal(err)
				}
				if e.Source != announce.Source || !strings.HasPrefix(d.ID, stage.Main().Name()+"/"+e.DetailType) || ids[d.ID] {
					t.Errorf("got source %q, id %q", e.Source, d.ID)
				}
				ids[d.ID] = true
				if strings.HasSuffix(e.DetailType, "-ended") && (d.End != scenario.End(stage.Main()) || d.Record == "" || d.Text == "") {
					t.Errorf("got the end %q, the record %q, the text %q", d.End, d.Record, d.Text)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
