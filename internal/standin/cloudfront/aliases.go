package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// listConflictingAliases lists aliases that are equal to one or overlap with it through a wildcard. The distribution must have
// an attached certificate that includes the alias (API Reference, ListConflictingAliases); that without one the answer is
// InvalidArgument is assumed.
func (s *Server) listConflictingAliases(c *call) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	alias := strings.ToLower(c.query.Get("Alias"))
	if !validAlias(alias) {
		return reply{}, invalidArgument("The alias %q is not valid.", alias)
	}
	asking := s.distribution(c.query.Get("DistributionId"))
	if asking == nil {
		return reply{}, noSuchDistribution()
	}
	if !asking.certified() {
		return reply{}, invalidArgument("The distribution has no certificate that includes the alias %q.", alias)
	}
	all := s.conflicts(alias)
	shown, next := cutPage(all, after, limit, func(v conflict) string { return v.alias })
	page := listing{
		root: "ConflictingAliasesList", item: "ConflictingAlias", next: next, limit: limit, quantity: len(shown), short: true,
	}
	return listReply(page, shown, func(b *bytes.Buffer, v conflict) {
		element(b, "Alias", v.alias)
		element(b, "DistributionId", masked(v.distribution))
		element(b, "AccountId", masked(account))
	}), nil
}

type conflict struct{ alias, distribution string }

func (s *Server) conflicts(alias string) []conflict {
	var out []conflict
	for _, d := range s.distributions {
		if d.gone {
			continue
		}
		for _, a := range d.config.Tree().Child(nameAliases).Items() {
			if taken := strings.ToLower(a.Text); taken == alias || covers(taken, alias) || covers(alias, taken) {
				out = append(out, conflict{taken, d.id})
			}
		}
	}
	slices.SortFunc(out, func(a, b conflict) int { return strings.Compare(a.alias, b.alias) })
	return out
}

// covers reports whether a wildcard like *.example.com stands for a name. It does for names of any depth: such as
// marketing.product-name.example.com (Developer Guide, "Use wildcards in alternate domain names").
func covers(wildcard, name string) bool {
	suffix, ok := strings.CutPrefix(wildcard, "*")
	return ok && name != wildcard && strings.HasSuffix(name, suffix)
}

// validAlias: a domain name, at most with a star as its first label (Developer Guide, "Requirements for using alternate domain
// names"). That an address of IPv4 is none is assumed; the limits are those of DNS.
func validAlias(alias string) bool {
	const longest, longestLabel = 253, 63
	labels := strings.Split(strings.TrimPrefix(alias, "*."), ".")
	for _, label := range labels {
		if label == "" || len(label) > longestLabel || strings.ContainsFunc(label, strangeInAlias) {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(labels) > 1 && len(alias) <= longest && strings.Trim(top, "0123456789") != ""
}

func strangeInAlias(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// isAlias reports whether one of the aliases is the name, in whatever case: to DNS they are the same.
func isAlias(aliases []*Node, name string) bool {
	return slices.ContainsFunc(aliases, func(a *Node) bool { return strings.EqualFold(a.Text, name) })
}

// masked hides the first half of an id: "the distribution and account IDs are partially hidden" (API Reference,
// ConflictingAliasesList); how much of them is assumed.
func masked(id string) string {
	hidden := len(id) / 2
	return strings.Repeat("*", hidden) + id[hidden:]
}

// certified reports whether a distribution has a certificate of its own. Which names that covers is for ACM to know.
func (d *distribution) certified() bool {
	return d.config.Text(nameCertificate+"/"+nameDefaultCertificate) != yes
}

// associateAlias moves an alias from the distribution that has it to another one, without a moment in which neither has it
// (API Reference, AssociateAlias). It changes both whether a continuous deployment policy is attached or not: nothing
// documents an exception. All distributions here belong to one account, so the source may stay enabled. Assumed: an alias that
// no distribution has is added; a target that is a staging distribution or has no certificate is an IllegalUpdate; the TXT
// record that AWS may ask for is not looked at.
func (s *Server) associateAlias(c *call) (reply, error) {
	alias := c.query.Get("Alias")
	if !validAlias(alias) {
		return reply{}, invalidArgument("The alias %q is not valid.", alias)
	}
	target := s.distribution(c.id())
	if target == nil {
		return reply{}, noSuchDistribution()
	}
	if target.staging() || !target.certified() {
		return reply{}, illegalUpdate("The distribution %s cannot have the alias %q.", target.id, alias)
	}
	aliases := target.config.Tree().Child(nameAliases)
	if isAlias(aliases.Items(), alias) {
		return reply{status: http.StatusOK}, nil
	}
	if len(aliases.Items()) >= s.Limits.Aliases {
		return reply{}, fail(http.StatusBadRequest, "TooManyDistributionCNAMEs",
			"Your request contains more CNAMEs than are allowed per distribution.")
	}
	for _, source := range s.distributions {
		if !source.gone && isAlias(source.config.Tree().Child(nameAliases).Items(), alias) {
			s.changeAliases(c.author, source, func(items []*Node) []*Node {
				return slices.DeleteFunc(items, func(a *Node) bool { return strings.EqualFold(a.Text, alias) })
			})
		}
	}
	s.changeAliases(c.author, target, func(items []*Node) []*Node { return append(items, Leaf("CNAME", alias)) })
	return reply{status: http.StatusOK}, nil
}

func (s *Server) changeAliases(c author, d *distribution, change func([]*Node) []*Node) {
	tree := d.config.Tree().Clone()
	tree.Put(List(nameAliases, change(tree.Child(nameAliases).Items())...))
	s.change(c, d, tree)
}
