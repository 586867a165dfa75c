package release_test

import (
	"encoding/json"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

func TestALineSaysWhichExecutionItIsAbout(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   release.Input
		want string
	}{
		"a plan names the primary": {
			release.Input{Document: release.Document{Plan: &release.Plan{Primary: "E1PRIMARY"}}},
			"execution=mine workflow=release primary=E1PRIMARY",
		},
		"a Lambda of several states says which": {
			release.Input{Which: release.OfStop, Document: release.Document{Workflow: release.Release, Plan: &release.Plan{Primary: "E1PRIMARY"}}},
			"execution=mine workflow=release primary=E1PRIMARY which=stop",
		},
		"a request names it before there is a plan": {
			release.Input{Document: release.Document{Request: json.RawMessage(`{"primary": "E1PRIMARY", "chnage": {}}`)}},
			"execution=mine workflow=release primary=E1PRIMARY",
		},
		"so does the event of an execution's end": {
			release.Input{Document: release.Document{Workflow: release.Recover, Request: json.RawMessage(
				`{"executionArn": "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:dead", "input": "{\"primary\": \"E1PRIMARY\"}"}`)}},
			"execution=mine workflow=recover primary=E1PRIMARY",
		},
		"an event without a readable request names none": {
			release.Input{Document: release.Document{Workflow: release.Recover, Request: json.RawMessage(
				`{"executionArn": "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:dead"}`)}},
			"execution=mine workflow=recover",
		},
		"what cannot be an id is not repeated": {
			release.Input{Document: release.Document{Request: json.RawMessage(`{"primary": "see my letter"}`)}},
			"execution=mine workflow=release",
		},
		"a request that is no object names none": {
			release.Input{Document: release.Document{Request: json.RawMessage(`"E1PRIMARY"`)}}, "execution=mine workflow=release",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.in.Document.Execution.Name = "mine"
			var got []string
			for _, a := range tc.in.LogValue().Group() {
				got = append(got, a.String())
			}
			if text := strings.Join(got, " "); text != tc.want {
				t.Errorf("got  %s\nwant %s", text, tc.want)
			}
		})
	}
}
