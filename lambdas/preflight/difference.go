package preflight

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// pairFindings are about the two distributions as they are.
func pairFindings(f facts) []release.Finding {
	return slices.Concat(http3(f), multiTenant(f), unknownFields(f), inProgress(f), webACL(f), illegal(f))
}

func http3(f facts) []release.Finding {
	var on []string
	for _, s := range f.sides() {
		if distribution.HTTP3(s.config) {
			on = append(on, fmt.Sprintf("%s has HttpVersion %s", s.name, s.config.HttpVersion))
		}
	}
	if len(on) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Block, release.HTTP3Enabled, strings.Join(on, ", "),
		"continuous deployment does not work with HTTP/3 (CloudFront Developer Guide, Quotas and other considerations for continuous deployment)",
		"set HttpVersion to http2 there; it is not among the settings that can change while a policy is attached, so detach the policy first")}
}

func multiTenant(f facts) []release.Finding {
	var on []string
	for _, s := range f.sides() {
		if distribution.MultiTenant(s.config) {
			on = append(on, fmt.Sprintf("%s is multi-tenant (ConnectionMode %s)", s.name, s.config.ConnectionMode))
		}
	}
	if len(on) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Block, release.MultiTenant, strings.Join(on, ", "),
		"continuous deployment is for standard distributions only",
		"release a multi-tenant distribution without it, or serve this site from a standard distribution")}
}

// inProgress is about a change that is on its way to the edges. It is someone else's: this release has touched nothing
// yet, and Recover waited for its own.
func inProgress(f facts) []release.Finding {
	const deployed = "Deployed"
	var moving, waits []string
	for _, s := range f.sides() {
		if s.status != deployed {
			moving = append(moving, fmt.Sprintf("%s is %s", s.name, s.status))
			waits = append(waits, "aws cloudfront wait distribution-deployed --id "+s.id)
		}
	}
	if len(moving) == 0 {
		return nil
	}
	do := "nothing, unless there are other findings: this execution waits for it until " + f.waitUntil().UTC().Format(time.RFC3339)
	if !f.now.Before(f.waitUntil()) {
		do = fmt.Sprintf("this execution has waited since %s; find out who is changing it, wait for the end, then start again:\n%s",
			f.since.UTC().Format(time.RFC3339), strings.Join(waits, "\n"))
	}
	return []release.Finding{finding(release.Block, release.InProgress,
		strings.Join(moving, ", ")+": someone else's change is on its way to the edges",
		"until it is deployed everywhere viewers get a mixture of configs, and no measurement says which one it is about", do)}
}

func webACL(f facts) []release.Finding {
	if f.staging == nil || !distribution.WebACLOnOneSideOnly(f.primary.config, f.staging.config) {
		return nil
	}
	return []release.Finding{finding(release.Block, release.WebACLDiffers,
		fmt.Sprintf("primary %s has %s, staging %s has %s", f.primary.id, acl(f.primary.config), f.staging.id, acl(f.staging.config)),
		"with continuous deployment a web ACL can neither be associated for the first time nor be taken away, and a promotion copies"+
			" staging's over the primary's: viewers could lose their protection",
		"give both the same web ACL or none; CloudFront asks for the continuous deployment policy to be deleted first (CloudFront"+
			" Developer Guide, Quotas and other considerations for continuous deployment)")}
}

func acl(c *types.DistributionConfig) string {
	if c.WebACLId == nil || *c.WebACLId == "" {
		return "no web ACL"
	}
	return "the web ACL " + *c.WebACLId
}

// illegal names what CloudFront would answer with one IllegalUpdate that names nothing.
func illegal(f facts) []release.Finding {
	if f.staging == nil {
		return nil
	}
	diff := distribution.Illegal(distribution.Diff(f.primary.config, f.staging.config))
	texts := fields(slices.DeleteFunc(diff, func(d distribution.Difference) bool { return hasOwnFinding(f, d.Field()) }))
	if a := f.staging.config.Aliases; a != nil && len(a.Items) > 0 {
		texts = append(texts, "Aliases: a staging distribution has none, and this one has "+listed(a.Items, ", ", 3))
	}
	if len(texts) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Block, release.IllegalDifference,
		"staging differs from the primary (primary → staging) in what continuous deployment does not allow to differ: "+listed(texts, "; ", mostNamed),
		"CloudFront refuses such a pair with an IllegalUpdate that does not say which field it means; only these may differ: "+
			strings.Join(distribution.AllowedFields(), ", "),
		fmt.Sprintf("give %s the primary's values; to change one of these fields on the primary itself, detach the policy first", f.staging.id))}
}

// hasOwnFinding is true for a field whose difference another finding explains better.
func hasOwnFinding(f facts, field string) bool {
	p, s := f.primary.config, f.staging.config
	switch field {
	case "HttpVersion":
		return distribution.HTTP3(p) || distribution.HTTP3(s)
	case "ConnectionMode", "TenantConfig":
		return distribution.MultiTenant(p) || distribution.MultiTenant(s)
	case "WebACLId":
		return distribution.WebACLOnOneSideOnly(p, s)
	}
	return field == "Enabled"
}
