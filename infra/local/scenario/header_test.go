package scenario_test

import (
	"cmp"
	"strings"
	"testing"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// TestHeaderRoutingIsPutBackDisabledAtEveryEnd: a policy that routed by header before the release does so after it, so
// that a team's smoke test by header finds what it left; it is disabled, as it was.
func TestHeaderRoutingIsPutBackDisabledAtEveryEnd(t *testing.T) {
	for name, want := range map[string]string{
		"healthy": release.Promoted, "nothing-to-release": release.NothingToRelease, "bad-release": release.RolledBack,
		"regression-after-promote": release.RolledBack, "http3": release.Rejected, "lost-request": release.Promoted,
		"timed-out": release.Recovered,
	} {
		t.Run(name, func(t *testing.T) {
			stage := withHeader(t, name)
			run(t, stage)
			if got := scenario.End(stage.Main()); got != want {
				t.Errorf("got %s, want %s: %s", got, want, stage.Main().Cause())
			}
			policy, _ := stage.World.CloudFront.LivePolicy(stage.World.Pair.Policy.ID)
			if policy.Enabled || policy.Type != cloudfront.SingleHeader || policy.Header != "aws-cf-cd-smoke" || policy.Value != "secret" {
				t.Errorf("the policy is %+v afterwards", policy)
			}
			checkAftermath(t, stage)
		})
	}
}

// TestASmokeTestPutsAFoundHeaderBackToo, and without one the weight, with its stickiness (checkAftermath).
func TestASmokeTestPutsAFoundHeaderBackToo(t *testing.T) {
	s, _ := scenario.Find("content")
	s.Options = func(o *world.Options) {
		o.Policy = cloudfront.Policy{Type: cloudfront.SingleHeader, Header: "aws-cf-cd-release", Value: "a colleague's"}
	}
	stage, err := s.Build(scenario.Inputs{Seed: 1, Request: []byte(acknowledgedContent(release.StickinessOff))})
	if err != nil {
		t.Fatal(err)
	}
	run(t, stage)
	policy, _ := stage.World.CloudFront.LivePolicy(stage.World.Pair.Policy.ID)
	if end := scenario.End(stage.Main()); end != release.Promoted || policy.Enabled || policy.Header != "aws-cf-cd-release" || policy.Value != "a colleague's" {
		t.Errorf("%s, and the policy is %+v afterwards", end, policy)
	}
	checkAftermath(t, stage)
}

// withHeader is a scenario whose policy routes by header, disabled, before it begins.
func withHeader(t *testing.T, name string) *scenario.Stage {
	t.Helper()
	s, _ := scenario.Find(name)
	before := s.Options
	s.Options = func(o *world.Options) {
		if before != nil {
			before(o)
		}
		o.Policy = cloudfront.Policy{Type: cloudfront.SingleHeader, Header: "aws-cf-cd-smoke", Value: "secret"}
	}
	request := strings.Replace(cmp.Or(s.Request, string(examples.Request)), `"custom-error-responses"`, `"custom-error-responses", "`+release.StickinessOff+`"`, 1)
	stage, err := s.Build(scenario.Inputs{Seed: 1, Request: []byte(request)})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}
