package cloudfront

import "strings"

// fieldFrozen reports whether continuous deployment forbids a difference in a field of the config. It allows cache
// behaviours, origins and origin groups, custom error responses, geo restrictions, the default root object, logging and the
// comment (Developer Guide, "Understand continuous deployment"). Nothing else is listed. The four that have rules of their own are
// not judged here; nor is Enabled, because Terraform's provider disables a primary while its policy is attached.
func fieldFrozen(name string) bool {
	switch name {
	case "DefaultCacheBehavior", nameBehaviors, nameOrigins, nameOriginGroups, "CustomErrorResponses", "Restrictions",
		"DefaultRootObject", "Logging", "Comment",
		nameCallerReference, namePolicyID, nameStaging, nameEnabled:
		return false
	default:
		return true
	}
}

// pairIgnores are the frozen fields that may differ between a primary and its staging distribution: only a primary has
// aliases.
func pairIgnores(name string) bool { return name == nameAliases }

func (s *Server) updateIgnores(name string) bool {
	return name == nameAliases && s.Switches.AliasesWhileAttached
}

// checkFields refuses two configs that differ in a frozen field.
func (*Server) checkFields(a, b *Node, ignore func(string) bool) error {
	for _, pair := range [...][2]*Node{{a, b}, {b, a}} {
		for _, field := range pair[0].Children {
			if fieldFrozen(field.Name) && !ignore(field.Name) && !same(field, pair[1].Child(field.Name)) {
				return frozen()
			}
		}
	}
	return nil
}

func speaksHTTP3(tree *Node) bool { return strings.HasSuffix(tree.Value(nameHTTPVersion), "3") }

// settlePolicyID decides what a config's ContinuousDeploymentPolicyId means and writes the outcome into the config.
func (s *Server) settlePolicyID(d *distribution, tree *Node) error {
	if id := s.reverse(d.config); id != "" && tree.Value(namePolicyID) == id {
		tree.Set(namePolicyID, "")
	}
	attached := s.policy(d.policyID())
	given := tree.Child(namePolicyID)
	if attached == nil {
		return nil
	}
	if given == nil {
		switch s.Switches.OmittedPolicyID {
		case OmittedKeeps:
			tree.Set(namePolicyID, attached.id)
		case OmittedRefused:
			return illegalUpdate("You cannot update Origin or CallerReference.")
		case OmittedDetaches:
		}
		return nil
	}
	if given.Text == "" && (s.Switches.DetachWithEmpty == DetachNever ||
		(s.Switches.DetachWithEmpty == DetachDisabledOnly && attached.now.Enabled)) {
		tree.Set(namePolicyID, attached.id)
	}
	return nil
}

// checkUpdate checks a new config of a distribution against its present one.
func (s *Server) checkUpdate(d *distribution, tree *Node) error {
	if tree.Value(nameCallerReference) != d.config.Text(nameCallerReference) {
		return illegalUpdate("You cannot update Origin or CallerReference.")
	}
	if tree.Value(nameStaging) != d.config.Text(nameStaging) {
		// Assumed: the model describes Staging as what a distribution is, not as a setting.
		return illegalUpdate("You cannot change whether a distribution is a staging distribution.")
	}
	if d.staging() {
		return s.checkStagingUpdate(d, tree)
	}
	attached, wanted := d.policyID(), tree.Value(namePolicyID)
	if attached != "" {
		if err := s.checkFields(d.config.Tree(), tree, s.updateIgnores); err != nil {
			return err
		}
	}
	if wanted == attached || wanted == "" {
		return nil
	}
	if attached != "" {
		// Assumed: nothing documents a change from one policy to another in one step.
		return illegalUpdate("Another continuous deployment policy is attached to the distribution.")
	}
	return s.checkAttach(d, tree, wanted)
}

// checkStagingUpdate: a staging distribution cannot be disabled while a policy refers to it (terraform-provider-aws#33575),
// and its frozen fields stay as they are while that policy is attached to a primary.
func (s *Server) checkStagingUpdate(d *distribution, tree *Node) error {
	if tree.Value(namePolicyID) != "" {
		return invalidArgument("A staging distribution cannot have a continuous deployment policy.")
	}
	p := s.policyFor(d.domain)
	if p == nil {
		return nil
	}
	if d.config.Text(nameEnabled) == yes && tree.Value(nameEnabled) == no {
		return stagingInUse()
	}
	if s.primaryOf(p.id) == nil {
		return nil
	}
	return s.checkFields(d.config.Tree(), tree, s.updateIgnores)
}

// checkAttach checks whether a policy may be attached to a distribution. A policy has one primary: the
// ContinuousDeploymentPolicyInUse that UpdateDistribution declares has no other use.
func (s *Server) checkAttach(d *distribution, tree *Node, policyID string) error {
	p := s.policy(policyID)
	if p == nil {
		return noSuchPolicy()
	}
	if tree.Value(nameStaging) == yes {
		return invalidArgument("A staging distribution cannot have a continuous deployment policy.")
	}
	if other := s.primaryOf(policyID); other != nil && other != d {
		return policyInUse()
	}
	staging := s.byDomain(p.now.StagingDomain)
	if staging == nil {
		return invalidArgument("%q is not the domain name of a staging distribution.", p.now.StagingDomain)
	}
	if speaksHTTP3(tree) || speaksHTTP3(staging.config.Tree()) {
		return s.Switches.http3()
	}
	if s.Switches.AttachChecksFields {
		return s.checkFields(tree, staging.config.Tree(), pairIgnores)
	}
	return nil
}
