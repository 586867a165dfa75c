package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) createPolicy(c *call) (reply, error) {
	tree, err := c.document(namePolicyConfig)
	if err != nil {
		return reply{}, err
	}
	now, err := s.readPolicy(tree)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkStagingFree(now, tree, nil); err != nil {
		return reply{}, err
	}
	if s.countPolicies() >= s.Limits.Policies {
		return reply{}, fail(http.StatusBadRequest, "TooManyContinuousDeploymentPolicies",
			"You have reached the maximum number of continuous deployment policies for this account.")
	}
	s.forgetDeleted()
	p := &policy{id: s.newPolicyID()}
	s.policies = append(s.policies, p)
	s.put(c.author, p, now, tree)
	out := policyReply(http.StatusCreated, p.state())
	out.location = "continuous-deployment-policy/" + p.id
	return out, nil
}

// checkStagingFree checks what a policy points to. StagingDistributionInUse: "A continuous deployment policy for this
// staging distribution already exists"; ContinuousDeploymentPolicyAlreadyExists: "…with this configuration already exists"
// (API Reference). CreateContinuousDeploymentPolicy declares no NoSuchDistribution, so that a wrong name is an
// InvalidArgument is assumed.
func (s *Server) checkStagingFree(now Policy, tree *Node, self *policy) error {
	staging := s.byDomain(now.StagingDomain)
	if staging == nil || !staging.staging() {
		return invalidArgument("%q is not the domain name of a staging distribution.", now.StagingDomain)
	}
	other := s.policyFor(now.StagingDomain)
	switch {
	case other == nil || other == self:
		return nil
	case self == nil && same(other.doc.tree, tree):
		return fail(http.StatusConflict, "ContinuousDeploymentPolicyAlreadyExists",
			"A continuous deployment policy with this configuration already exists.")
	default:
		return fail(http.StatusConflict, "StagingDistributionInUse",
			"A continuous deployment policy for this staging distribution already exists.")
	}
}

func (s *Server) countPolicies() int {
	n := 0
	for _, p := range s.policies {
		if !p.gone {
			n++
		}
	}
	return n
}

func (s *Server) updatePolicy(c *call) (reply, error) {
	tree, err := c.document(namePolicyConfig)
	if err != nil {
		return reply{}, err
	}
	p := s.policy(c.id())
	if p == nil {
		return reply{}, noSuchPolicy()
	}
	if err := ifMatch(c.header, p.now.ETag); err != nil {
		return reply{}, err
	}
	if err := s.changePolicy(c.author, p, tree); err != nil {
		return reply{}, err
	}
	return policyReply(http.StatusOK, p.state()), nil
}

// changePolicy replaces the whole config of a policy: "all the fields are updated with the values that are provided in the
// request" (API Reference, UpdateContinuousDeploymentPolicy), the staging distribution and the type included.
func (s *Server) changePolicy(c author, p *policy, tree *Node) error {
	now, err := s.readPolicy(tree)
	if err != nil {
		return err
	}
	// Assumed: an update that names the same staging distribution as before is not refused because that one is gone.
	if now.StagingDomain != p.now.StagingDomain {
		if err := s.checkStagingFree(now, tree, p); err != nil {
			return err
		}
	}
	primary := s.primaryOf(p.id)
	if primary != nil {
		if err := s.checkPairUpdate(primary, p.now, now); err != nil {
			return err
		}
	}
	s.put(c, p, now, tree)
	if primary != nil {
		s.redeploy(c, primary)
	}
	return nil
}

// checkPairUpdate checks what a new state of an attached policy means for its two distributions. HTTP/3 stands in the way of
// enabling, never of disabling.
func (s *Server) checkPairUpdate(primary *distribution, before, now Policy) error {
	if !s.Switches.PolicyUpdateWhileInProgress && primary.status == statusInProgress {
		return illegalUpdate("The distribution %s is still being deployed.", primary.id)
	}
	staging := s.byDomain(now.StagingDomain)
	if staging == nil {
		if now.Enabled {
			return invalidArgument("%q is not the domain name of a staging distribution.", now.StagingDomain)
		}
		return nil
	}
	if now.Enabled && (speaksHTTP3(primary.config.Tree()) || speaksHTTP3(staging.config.Tree())) {
		return s.Switches.http3()
	}
	if now.StagingDomain != before.StagingDomain && s.Switches.AttachChecksFields {
		if s.checkFields(primary.config.Tree(), staging.config.Tree(), pairIgnores) != nil {
			// The operation does not declare IllegalUpdate.
			return invalidArgument("The primary and the staging distribution differ in fields that are not supported for continuous deployment.")
		}
	}
	return nil
}

// deletePolicy refuses while the policy is attached: "You cannot delete a continuous deployment policy that is associated
// with a primary distribution" (API Reference); for the exception see DetachNever.
func (s *Server) deletePolicy(c *call) (reply, error) {
	p := s.policy(c.id())
	if p == nil {
		return reply{}, noSuchPolicy()
	}
	if err := ifMatch(c.header, p.now.ETag); err != nil {
		return reply{}, err
	}
	primary := s.primaryOf(p.id)
	if primary != nil && (s.Switches.DetachWithEmpty != DetachNever || p.now.Enabled) {
		return reply{}, policyInUse()
	}
	p.gone = true
	p.publish(s.clock.Now())
	s.record(c.author, Write{ID: p.id, ETagBefore: p.now.ETag})
	if primary != nil {
		tree := primary.config.Tree().Clone()
		tree.Set(namePolicyID, "")
		s.change(c.author, primary, tree)
	}
	return reply{status: http.StatusNoContent}, nil
}

func (s *Server) getPolicy(c *call) (reply, error) {
	state := s.seenPolicy(c.id())
	if state.policy == nil {
		return reply{}, noSuchPolicy()
	}
	return policyReply(http.StatusOK, state), nil
}

func (s *Server) getPolicyConfig(c *call) (reply, error) {
	state := s.seenPolicy(c.id())
	if state.policy == nil {
		return reply{}, noSuchPolicy()
	}
	return reply{status: http.StatusOK, etag: state.policy.ETag, body: rooted(namePolicyConfig, state.doc.xml())}, nil
}

// listPolicies returns summaries without ETags; Quantity counts all policies of the account (API Reference,
// ContinuousDeploymentPolicyList).
func (s *Server) listPolicies(c *call) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	var all []seenPolicy
	for _, p := range s.policies {
		if state := p.past.asOf(s.asOf()); state.policy != nil {
			all = append(all, state)
		}
	}
	slices.SortFunc(all, func(a, b seenPolicy) int { return strings.Compare(a.policy.ID, b.policy.ID) })
	shown, next := cutPage(all, after, limit, func(p seenPolicy) string { return p.policy.ID })
	page := listing{
		root: "ContinuousDeploymentPolicyList", item: "ContinuousDeploymentPolicySummary",
		next: next, limit: limit, quantity: len(all), short: true,
	}
	return listReply(page, shown, func(b *bytes.Buffer, p seenPolicy) {
		b.WriteString("<ContinuousDeploymentPolicy>")
		p.write(b)
		b.WriteString("</ContinuousDeploymentPolicy>")
	}), nil
}

// seenPolicy is what a reader sees of a policy.
func (s *Server) seenPolicy(id string) seenPolicy {
	for _, p := range s.policies {
		if p.id == id {
			return p.past.asOf(s.asOf())
		}
	}
	return seenPolicy{}
}

func (p *policy) state() seenPolicy { return seenPolicy{policy: &p.now, doc: p.doc} }

func (p seenPolicy) write(b *bytes.Buffer) {
	element(b, nameID, p.policy.ID)
	element(b, "LastModifiedTime", timestamp(p.policy.ModifiedAt))
	b.Write(p.doc.xml())
}

func policyReply(status int, p seenPolicy) reply {
	const root = "ContinuousDeploymentPolicy"
	var b bytes.Buffer
	openRoot(&b, root)
	p.write(&b)
	closeRoot(&b, root)
	return reply{status: status, etag: p.policy.ETag, body: b.Bytes()}
}
