package cloudfront

import (
	"slices"
	"strings"
)

// Site is a handle of one distribution: what the edge needs for each request, without a search for each request.
type Site struct{ d *distribution }

// ID is the distribution's id.
func (x Site) ID() string { return x.d.id }

// ARN is the distribution's ARN.
func (x Site) ARN() string { return x.d.arn() }

// Domain is the distribution's domain name.
func (x Site) Domain() string { return x.d.domain }

// Staging reports whether it is a staging distribution.
func (x Site) Staging() bool { return x.d.staging() }

// AdditionalMetrics reports whether the distribution's additional CloudWatch metrics are switched on.
func (x Site) AdditionalMetrics() bool { return x.d.additionalMetrics() }

// Gone reports whether the distribution has been deleted.
func (x Site) Gone() bool { return x.d.gone }

// Revision is the number of the revision that a POP has, and -1 before the first.
func (x Site) Revision(popNumber int) int {
	if popNumber < 0 || popNumber >= len(x.d.pops) {
		return -1
	}
	return x.d.pops[popNumber].have
}

// At is what a revision of the distribution says. The number must be one that Revision returned, and not -1.
func (x Site) At(revision int) (*Config, Policy) {
	r := x.d.revisions[revision]
	return r.config, r.policy
}

// Epoch numbers the times between two resets of all sessions, counted from 1 over the revisions up to the given one:
// "disabling or enabling the continuous deployment policy or session stickiness" resets them, a changed weight is not
// named (Developer Guide, "Use CloudFront continuous deployment to safely test CDN configuration changes"). That another
// policy in its place resets them too is assumed.
func (x Site) Epoch(revision int) uint64 {
	type state struct {
		id     string
		sticky bool
	}
	var before state
	epoch := uint64(1)
	for i := range min(revision+1, len(x.d.revisions)) {
		p := x.d.revisions[i].policy
		now := state{sticky: p.MaximumTTL > 0}
		if p.Enabled {
			now.id = p.ID
		}
		if now != before {
			epoch++
		}
		before = now
	}
	return epoch
}

// SiteOf is the distribution with that domain name.
func (s *Server) SiteOf(domain string) (Site, bool) {
	d := s.byDomain(domain)
	return Site{d}, d != nil
}

// SiteAt is the distribution that answers for a host at a POP: the one with that domain name, or the one that the POP
// knows with that alias. Where only wildcards fit, the longest wins, as CloudFront
// prefers the most specific name (Developer Guide, "Use custom URLs by adding alternate domain names"); exact says that it was none.
func (s *Server) SiteAt(popNumber int, host string) (found Site, exact, ok bool) {
	var wild Site
	longest := 0
	for _, d := range s.distributions {
		x := Site{d}
		have := x.Revision(popNumber)
		if d.gone || have < 0 {
			continue
		}
		if strings.EqualFold(d.domain, host) {
			return x, true, true
		}
		aliases := d.revisions[have].config.Tree().Child(nameAliases).Items()
		if slices.ContainsFunc(aliases, func(a *Node) bool { return strings.EqualFold(a.Text, host) }) {
			return x, true, true
		}
		for _, a := range aliases {
			if covers(strings.ToLower(a.Text), strings.ToLower(host)) && len(a.Text) > longest {
				wild, longest = x, len(a.Text)
			}
		}
	}
	return wild, false, longest > 0
}
