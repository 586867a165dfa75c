package cloudfront

import (
	"fmt"
	"time"
)

// console is who edits by Edit and EditPolicy.
const console = "console"

// author is who does what.
type author struct{ operation, who string }

// Write is one mutation. Who is the access key id that signed the request, or "console". A mutation that touches two
// resources, such as a promotion, is two writes. ETagAfter is empty for a deletion; Config or Policy is the state written,
// where the write was one of these.
type Write struct {
	Time                  time.Time
	Operation             string
	Who                   string
	ID                    string
	ETagBefore, ETagAfter string
	Config                *Config
	Policy                *Policy
}

// Log is every mutation so far, in order. It must not be changed.
func (s *Server) Log() []Write { return s.log }

func (s *Server) record(c author, w Write) {
	if s.Forgetful {
		return
	}
	w.Time, w.Operation, w.Who = s.clock.Now(), c.operation, c.who
	s.log = append(s.log, w)
}

// Live is the newest config of a distribution, whatever readers or POPs see.
func (s *Server) Live(distributionID string) (*Config, bool) {
	d := s.distribution(distributionID)
	if d == nil {
		return nil, false
	}
	return d.config, true
}

// Status is InProgress or Deployed, or empty where there is no such distribution.
func (s *Server) Status(distributionID string) string {
	d := s.distribution(distributionID)
	if d == nil {
		return ""
	}
	return d.status
}

// LivePolicy is the newest state of a policy, whatever readers or POPs see.
func (s *Server) LivePolicy(policyID string) (Policy, bool) {
	p := s.policy(policyID)
	if p == nil {
		return Policy{}, false
	}
	return p.now, true
}

// Distributions are the ids of all distributions that exist, in order of their creation.
func (s *Server) Distributions() []string {
	var ids []string
	for _, d := range s.distributions {
		if !d.gone {
			ids = append(ids, d.id)
		}
	}
	return ids
}

// Policies are the ids of all policies that exist, in order of their creation.
func (s *Server) Policies() []string {
	var ids []string
	for _, p := range s.policies {
		if !p.gone {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// Edit is a colleague in the console: a legitimate UpdateDistribution with a fresh ETag, under the same rules and with the
// same effects. ErrorCode tells why it was refused.
func (s *Server) Edit(distributionID string, change func(*Node)) error {
	d := s.distribution(distributionID)
	if d == nil {
		return noSuchDistribution()
	}
	tree := d.config.Tree().Clone()
	change(tree)
	return s.update(author{"UpdateDistribution", console}, d, tree)
}

// EditPolicy is the same for a policy; the node is its ContinuousDeploymentPolicyConfig.
func (s *Server) EditPolicy(policyID string, change func(*Node)) error {
	p := s.policy(policyID)
	if p == nil {
		return noSuchPolicy()
	}
	tree := p.doc.tree.Clone()
	change(tree)
	return s.changePolicy(author{"UpdateContinuousDeploymentPolicy", console}, p, tree)
}

// Tag gives a distribution a tag that it has always had.
func (s *Server) Tag(distributionID, key, value string) {
	d := s.distribution(distributionID)
	d.tags = append(d.tags, tag{key, value})
}

// Vanish is a distribution that is gone although a policy refers to it: its stack was torn down, nobody knows how, and the
// policy has survived.
func (s *Server) Vanish(distributionID string) {
	d := s.distribution(distributionID)
	d.gone = true
	d.publish(s.clock.Now())
}

// DropPolicy is a policy that has been detached and deleted by somebody else; the primary without it is on its way.
func (s *Server) DropPolicy(policyID string) {
	if d := s.primaryOf(policyID); d != nil {
		tree := d.config.Tree().Clone()
		tree.Set(namePolicyID, "")
		s.stamp(d, &document{tree: tree})
		s.deploy(d)
	}
	p := s.policy(policyID)
	p.gone = true
	p.publish(s.clock.Now())
}

// Pair is a primary distribution with its staging distribution and the policy that binds them. Ids that are empty are drawn.
type Pair struct {
	PrimaryID, StagingID string
	// Primary and Staging are the configs as DistributionConfig nodes; see Encode. AddPair takes copies.
	Primary, Staging *Node
	// Policy is attached to the primary; its StagingDomain is filled in.
	Policy Policy
}

// AddPair builds a world in which a pair has always existed: everything is Deployed at every POP and nothing is in the log.
// Only what makes a config unreadable is checked, so that a pair may break the rules of continuous deployment. CallerReference,
// Staging, the aliases of staging and the policy id are put right. It returns the pair with its ids.
func (s *Server) AddPair(p Pair) (Pair, error) {
	primary, err := s.AddDistribution(p.PrimaryID, p.Primary)
	if err != nil {
		return Pair{}, fmt.Errorf("add primary distribution: %w", err)
	}
	staging, err := s.AddDistribution(p.StagingID, stagingTree(p.Staging))
	if err != nil {
		return Pair{}, fmt.Errorf("add staging distribution: %w", err)
	}
	p.PrimaryID, p.StagingID = primary.ID, staging.ID
	p.Primary, p.Staging = primary.Tree(), staging.Tree()
	p.Policy.StagingDomain = staging.DomainName
	if p.Policy, err = s.AddPolicy(p.Policy); err != nil {
		return Pair{}, fmt.Errorf("add policy: %w", err)
	}
	d := s.distribution(p.PrimaryID)
	d.config.doc.tree.Set(namePolicyID, p.Policy.ID)
	d.revisions[0].policy = p.Policy
	return p, nil
}

func stagingTree(tree *Node) *Node {
	if tree == nil {
		return nil
	}
	tree = tree.Clone()
	tree.Set(nameStaging, yes)
	tree.Put(List(nameAliases))
	return tree
}

// AddDistribution is one distribution that has always existed, is Deployed at every POP and has no policy. So have the policies
// and origin access controls always existed that its config names.
func (s *Server) AddDistribution(id string, tree *Node) (*Config, error) {
	if tree == nil {
		return nil, invalidArgument("There is no config.")
	}
	if s.distribution(id) != nil {
		return nil, invalidArgument("The id %s is taken.", id)
	}
	tree = tree.Clone()
	dropEmptyItems(tree)
	tree.Remove(namePolicyID)
	if tree.Value(nameCallerReference) == "" {
		tree.Set(nameCallerReference, fmt.Sprintf("world-%d", s.created+1))
	}
	if err := s.prepare(tree); err != nil {
		return nil, err
	}
	if err := s.checkAliases(tree, nil); err != nil {
		return nil, err
	}
	s.adopt(tree)
	s.nextID = id
	d := s.newDistribution(nil)
	s.stamp(d, &document{tree: tree})
	s.revise(d)
	for i := range d.pops {
		d.pops[i] = pop{}
	}
	d.status = statusDeployed
	d.publish(time.Time{})
	return d.config, nil
}

// AddMetrics switches the additional metrics of a distribution on, as if they had always been.
func (s *Server) AddMetrics(distributionID string) {
	if d := s.distribution(distributionID); d != nil {
		d.monitoring = &Node{Name: nameMonitoring}
		d.monitoring.Set(pathSubscription, "Enabled")
	}
}

// AddPolicy is one policy that has always existed.
func (s *Server) AddPolicy(now Policy) (Policy, error) {
	tree := now.tree()
	if _, err := s.readPolicy(tree); err != nil {
		return Policy{}, err
	}
	if now.ID == "" {
		now.ID = s.newPolicyID()
	}
	now.ETag, now.ModifiedAt = s.newID(), s.clock.Now()
	p := &policy{id: now.ID, now: now, doc: &document{tree: tree}}
	p.publish(time.Time{})
	s.policies = append(s.policies, p)
	return now, nil
}

// dropEmptyItems removes what a client may send and no answer has; see Switches.EmptyItemsAccepted.
func dropEmptyItems(n *Node) {
	if items := n.Child(nameItems); items != nil && len(items.Children) == 0 {
		n.Remove(nameItems)
	}
	for _, c := range n.Children {
		dropEmptyItems(c)
	}
}
