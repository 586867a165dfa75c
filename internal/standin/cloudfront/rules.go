package cloudfront

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
)

// prepare makes a config that came from outside readable: it is checked for what no reader could make sense of, and gets
// AWS's defaults.
func (s *Server) prepare(tree *Node) error {
	if err := checkShape(tree); err != nil {
		return err
	}
	complete(tree)
	return s.checkReadable(tree)
}

// checkReadable is what every config must satisfy, even one of a world built in Go.
func (s *Server) checkReadable(tree *Node) error {
	// Required by the API's model; SDKs check it themselves, so that the code is assumed.
	for _, name := range [...]string{nameCallerReference, nameOrigins, nameDefaultBehavior, "Comment", nameEnabled} {
		if tree.Child(name) == nil {
			return invalidArgument("%s is missing.", name)
		}
	}
	if tree.Value(nameCallerReference) == "" {
		return invalidArgument("CallerReference is empty.")
	}
	if version := tree.Value(nameHTTPVersion); !slices.Contains([]string{"http1.1", "http2", "http3", "http2and3"}, version) {
		return invalidArgument("HttpVersion %q is not valid.", version)
	}
	if err := s.checkLists(tree); err != nil {
		return err
	}
	return checkTargets(tree)
}

// checkConfig checks a config by itself and against the rest of the account; self is nil for a new distribution. Which of
// several mistakes AWS names first is not documented.
func (s *Server) checkConfig(tree *Node, self *distribution) error {
	for _, check := range [...]func(*Node, *distribution) error{
		s.checkQuotas, s.checkFieldsOf, s.checkOrigins, s.checkBehaviors, s.checkAliases, s.checkCertificate,
	} {
		if err := check(tree, self); err != nil {
			return err
		}
	}
	return nil
}

// checkQuotas: Developer Guide, "Quotas", section "General quotas on distributions".
func (s *Server) checkQuotas(tree *Node, _ *distribution) error {
	for _, quota := range [...]struct {
		list, code string
		most       int
	}{
		{nameAliases, "TooManyDistributionCNAMEs", s.Limits.Aliases},
		{nameOrigins, "TooManyOrigins", s.Limits.Origins},
		{nameOriginGroups, "TooManyOriginGroupsPerDistribution", s.Limits.OriginGroups},
		{nameBehaviors, "TooManyCacheBehaviors", s.Limits.Behaviors},
	} {
		if len(tree.Child(quota.list).Items()) > quota.most {
			return fail(http.StatusBadRequest, quota.code, "A distribution can have %d of %s.", quota.most, quota.list)
		}
	}
	return nil
}

// checkLists compares every Quantity with the number of Items.
func (s *Server) checkLists(n *Node) error { return checkLists(n, s.Switches.EmptyItemsAccepted) }

// checkLists: terraform-provider-aws 5.100.0 sends empty Items with every GeoRestriction of no country and in every
// ForwardedValues, so AWS takes them there, whatever it does elsewhere.
func checkLists(n *Node, emptyItems bool) error {
	emptyItems = emptyItems || n.Name == nameForwarded || n.Name == nameGeoRestriction
	if items := n.Child(nameItems); items != nil && len(items.Children) == 0 && !emptyItems {
		return malformed("Unexpected list element termination")
	}
	if q := n.Child(nameQuantity); q != nil {
		want, err := strconv.Atoi(q.Text)
		if err != nil || want < 0 {
			return invalidArgument("Quantity %q is not valid.", q.Text)
		}
		if got := len(n.Items()); got != want {
			return fail(http.StatusBadRequest, "InconsistentQuantities",
				"The value of Quantity and the size of Items don't match: %s has %d and %d.", n.Name, want, got)
		}
	}
	for _, c := range n.Children {
		if err := checkLists(c, emptyItems); err != nil {
			return err
		}
	}
	return nil
}

// checkTargets wants at least one origin, distinct ids, and every behaviour to go to an origin or an origin group that exists.
func checkTargets(tree *Node) error {
	known := map[string]bool{}
	for _, list := range [...]string{nameOrigins, nameOriginGroups} {
		for _, o := range tree.Child(list).Items() {
			id := o.Value(nameID)
			if id == "" || known[id] {
				return invalidArgument("The id %q in %s is empty or used twice.", id, list)
			}
			known[id] = true
		}
	}
	if len(tree.Child(nameOrigins).Items()) == 0 {
		return invalidArgument("At least one origin is required.")
	}
	for b := range behaviors(tree) {
		if !known[b.Value("TargetOriginId")] {
			return noSuchOrigin()
		}
	}
	return nil
}

func noSuchOrigin() error {
	return fail(http.StatusNotFound, "NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
}

// behaviors are the default cache behaviour, if there is one, and all others.
func behaviors(tree *Node) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if b := tree.Child(nameDefaultBehavior); b != nil && !yield(b) {
			return
		}
		for _, b := range tree.Child(nameBehaviors).Items() {
			if !yield(b) {
				return
			}
		}
	}
}

// checkAliases: an alias belongs to one distribution, and viewers cannot reach a staging distribution by an alias
// (Developer Guide, "Work with a staging distribution"). That AWS refuses to store one there is assumed, as is what else than a
// name that is none has it say that "CNAME contains one or more parameters that are not valid" (cloudflare/Stout#40).
func (s *Server) checkAliases(tree *Node, self *distribution) error {
	aliases := tree.Child(nameAliases).Items()
	if len(aliases) == 0 {
		return nil
	}
	if tree.Value(nameStaging) == yes {
		return invalidArgument("A staging distribution cannot have aliases.")
	}
	for i, a := range aliases {
		if !validAlias(a.Text) || isAlias(aliases[:i], a.Text) {
			return invalidArgument("The parameter CNAME contains one or more parameters that are not valid.")
		}
	}
	for _, d := range s.distributions {
		if d == self || d.gone {
			continue
		}
		for _, taken := range d.config.Tree().Child(nameAliases).Items() {
			if isAlias(aliases, taken.Text) {
				return fail(http.StatusConflict, "CNAMEAlreadyExists",
					"One or more of the CNAMEs you provided are already associated with a different resource.")
			}
		}
	}
	return nil
}
