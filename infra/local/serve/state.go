package serve

import (
	"fmt"
	"net/url"
	"strings"

	"cloudfront-cd/internal/standin/cloudfront"
)

const clockTime = "15:04:05"

// state is everything at a glance: what aws cloudfront list-distributions does not say is how far each change has come.
func (a *Account) state(url.Values) (string, error) {
	var b strings.Builder
	say(&b, "It is %s UTC; %s.\n", a.clock.Now().Format("2006-01-02 "+clockTime), pace(a.speed))
	say(&b, "\nDistributions\n")
	ids := a.CloudFront.Distributions()
	for _, id := range ids {
		a.describe(&b, id)
	}
	if len(ids) == 0 {
		say(&b, "  none yet\n")
	}
	say(&b, "\nContinuous deployment policies\n")
	policies := a.CloudFront.Policies()
	for _, id := range policies {
		if now, ok := a.CloudFront.LivePolicy(id); ok {
			say(&b, "  %s  %s  staging %s  %s\n", id, traffic(now), now.StagingDomain, a.attached(id))
		}
	}
	if len(policies) == 0 {
		say(&b, "  none yet\n")
	}
	say(&b, "\nPoints of presence (a star: in override, everybody gets the primary)\n")
	for i, name := range a.CloudFront.POPs() {
		star := " "
		if a.Edge.Overridden(i) {
			star = "*"
		}
		say(&b, "  %-10s", name+star)
		if i%8 == 7 {
			say(&b, "\n")
		}
	}
	say(&b, "\n")
	if lag := a.CloudFront.ReadLag; lag > 0 {
		say(&b, "\nReads are %s behind.\n", lag)
	}
	if limit := a.CloudFront.Throttle; limit.Burst > 0 {
		say(&b, "\nCloudFront's API takes %g requests at once, then %g per second.\n", limit.Burst, limit.PerSecond)
	}
	return b.String(), nil
}

func (a *Account) describe(b *strings.Builder, id string) {
	live, ok := a.CloudFront.Live(id)
	if !ok {
		return
	}
	kind := "primary"
	if live.Text("Staging") == "true" {
		kind = "staging"
	}
	enabled := "enabled"
	if live.Text("Enabled") != "true" {
		enabled = "disabled"
	}
	have, all := a.CloudFront.Progress(id)
	say(b, "  %s  %s  %s  %s  %-10s  %2d of %d points of presence\n",
		id, live.DomainName, kind, enabled, a.CloudFront.Status(id), have, all)
}

func traffic(p cloudfront.Policy) string {
	state := "disabled"
	if p.Enabled {
		state = "enabled"
	}
	if p.Type == cloudfront.SingleHeader {
		return state + "  header " + p.Header
	}
	return fmt.Sprintf("%s  weight %g", state, p.Weight)
}

func (a *Account) attached(policyID string) string {
	for _, id := range a.CloudFront.Distributions() {
		if live, ok := a.CloudFront.Live(id); ok && live.Text("ContinuousDeploymentPolicyId") == policyID {
			return "attached to " + id
		}
	}
	return "attached to nothing"
}
