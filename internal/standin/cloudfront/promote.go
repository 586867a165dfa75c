package cloudfront

import "net/http"

// promote copies the staging distribution's config to its primary, except Aliases and ContinuousDeploymentPolicyId, and
// disables the policy (API Reference, UpdateDistributionWithStagingConfig). CallerReference and Staging say which
// distribution it is and stay too. The staging distribution keeps config and ETag.
func (s *Server) promote(c *call) (reply, error) {
	primary := s.distribution(c.id())
	stagingID := c.query.Get("StagingDistributionId")
	if stagingID == "" {
		// Assumed: the model does not require it, but does not say either which staging distribution is meant otherwise.
		return reply{}, invalidArgument("StagingDistributionId is missing.")
	}
	staging := s.distribution(stagingID)
	if primary == nil || staging == nil {
		return reply{}, noSuchDistribution()
	}
	if err := s.bothETags(c.header, primary.config.ETag, staging.config.ETag); err != nil {
		return reply{}, err
	}
	p, err := s.checkPromote(primary, staging)
	if err != nil {
		return reply{}, err
	}
	tree, err := s.promoted(primary.config.Tree(), staging.config.Tree())
	if err != nil {
		return reply{}, err
	}
	now, disabled := p.now, p.doc.tree.Clone()
	now.Enabled = false
	disabled.Set(nameEnabled, no)
	s.put(c.author, p, now, disabled)
	s.change(c.author, primary, tree)
	return s.now(primary).reply(http.StatusOK), nil
}

// checkPromote wants the two to be a pair and ready. The code of each refusal is assumed: IllegalUpdate, the one that the
// operation declares for what may not be.
func (s *Server) checkPromote(primary, staging *distribution) (*policy, error) {
	p := s.policy(primary.policyID())
	switch {
	case p == nil:
		return nil, illegalUpdate("No continuous deployment policy is attached to the distribution %s.", primary.id)
	case p.now.StagingDomain != staging.domain:
		return nil, illegalUpdate("The distribution %s is not the staging distribution of %s.", staging.id, primary.id)
	case !p.now.Enabled && !s.Switches.PromoteWithPolicyDisabled:
		return nil, illegalUpdate("The continuous deployment policy %s is disabled.", p.id)
	case !s.Switches.PromoteWhileInProgress && (primary.status == statusInProgress || staging.status == statusInProgress):
		return nil, illegalUpdate("The distribution %s or %s is still being deployed.", primary.id, staging.id)
	default:
		return p, nil
	}
}

// promoted is the config that the primary gets. HTTP/3 on either side is caught where the policy was attached or enabled.
func (s *Server) promoted(primary, staging *Node) (*Node, error) {
	if s.Switches.PromoteChecksFields {
		if err := s.checkFields(primary, staging, pairIgnores); err != nil {
			return nil, err
		}
	}
	tree := staging.Clone()
	for _, name := range [...]string{nameAliases, namePolicyID, nameCallerReference, nameStaging} {
		tree.Put(primary.Child(name))
	}
	if !s.Switches.PromoteCopiesEnabled {
		tree.Put(primary.Child(nameEnabled))
	}
	return tree, nil
}
