package cloudfront

import (
	"net/http"
	"slices"
	"strconv"
)

// complete adds the fields that AWS returns whether they were sent or not, after those that the client sent. Which they are
// and what they hold: AWS CLI Reference, example of get-distribution-config; API Reference, DistributionConfig.
func complete(tree *Node) {
	defaults := [...]*Node{
		List(nameAliases), List(nameOriginGroups), List(nameBehaviors), List("CustomErrorResponses"),
		Leaf("DefaultRootObject", ""), Leaf("PriceClass", "PriceClass_All"), Leaf("WebACLId", ""),
		Leaf(nameHTTPVersion, "http2"), Leaf("IsIPV6Enabled", no), Leaf(namePolicyID, ""), Leaf(nameStaging, no),
		Elem("Logging", Leaf(nameEnabled, no), Leaf("IncludeCookies", no), Leaf("Bucket", ""), Leaf("Prefix", "")),
		Elem("Restrictions", Elem("GeoRestriction", Leaf("RestrictionType", "none"), Leaf(nameQuantity, "0"))),
		Elem("ViewerCertificate", Leaf("CloudFrontDefaultCertificate", yes), Leaf("MinimumProtocolVersion", "TLSv1"),
			Leaf("CertificateSource", "cloudfront")),
	}
	for _, d := range defaults {
		if tree.Child(d.Name) == nil {
			tree.Children = append(tree.Children, d)
		}
	}
}

// checkConfig checks a config by itself and against the rest of the account; self is nil for a new distribution.
func (s *Server) checkConfig(tree *Node, self *distribution) error {
	// Required by the API's model; SDKs check it themselves, so that the code is assumed.
	for _, name := range [...]string{nameCallerReference, nameOrigins, "DefaultCacheBehavior", "Comment", nameEnabled} {
		if tree.Child(name) == nil {
			return invalidArgument("%s is missing.", name)
		}
	}
	if tree.Value(nameCallerReference) == "" {
		return invalidArgument("CallerReference is empty.")
	}
	if err := checkOnce(tree); err != nil {
		return err
	}
	for _, name := range [...]string{nameEnabled, nameStaging} {
		if _, err := readBool(tree, name); err != nil {
			return err
		}
	}
	switch version := tree.Value(nameHTTPVersion); version {
	case "http1.1", "http2", "http3", "http2and3":
	default:
		return invalidArgument("HttpVersion %q is not valid.", version)
	}
	if err := s.checkLists(tree); err != nil {
		return err
	}
	if err := checkOrigins(tree); err != nil {
		return err
	}
	return s.checkAliases(tree, self)
}

// checkOnce refuses a field that is given twice: rules that look at the first one would miss the other.
func checkOnce(tree *Node) error {
	names := make(map[string]bool, len(tree.Children))
	for _, c := range tree.Children {
		if names[c.Name] {
			return malformed("The element %s is given twice.", c.Name)
		}
		names[c.Name] = true
	}
	return nil
}

// checkLists compares every Quantity with the number of Items.
func (s *Server) checkLists(n *Node) error {
	items := n.Child(nameItems)
	if items != nil && len(items.Children) == 0 && !s.Switches.EmptyItemsAccepted {
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
		if err := s.checkLists(c); err != nil {
			return err
		}
	}
	return nil
}

// checkOrigins wants at least one origin, distinct ids, and every behaviour to go to an origin or an origin group that
// exists.
func checkOrigins(tree *Node) error {
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
	behaviors := append([]*Node{tree.Child("DefaultCacheBehavior")}, tree.Child(nameBehaviors).Items()...)
	for _, b := range behaviors {
		if !known[b.Value("TargetOriginId")] {
			return fail(http.StatusNotFound, "NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
		}
	}
	return nil
}

// checkAliases: an alias belongs to one distribution, and viewers cannot reach a staging distribution by an alias
// (Developer Guide, "Work with a staging distribution"). That AWS refuses to store one there is assumed.
func (s *Server) checkAliases(tree *Node, self *distribution) error {
	aliases := tree.Child(nameAliases).Items()
	if len(aliases) == 0 {
		return nil
	}
	if tree.Value(nameStaging) == yes {
		return invalidArgument("A staging distribution cannot have aliases.")
	}
	for _, d := range s.distributions {
		if d == self || d.gone {
			continue
		}
		for _, taken := range d.config.Tree().Child(nameAliases).Items() {
			if slices.ContainsFunc(aliases, func(a *Node) bool { return a.Text == taken.Text }) {
				return fail(http.StatusConflict, "CNAMEAlreadyExists",
					"One or more of the CNAMEs you provided are already associated with a different resource.")
			}
		}
	}
	return nil
}
