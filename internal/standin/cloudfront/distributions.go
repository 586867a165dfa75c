package cloudfront

import (
	"net/http"
	"slices"
)

func (s *Server) createDistribution(c *call) (reply, error) {
	tree, err := c.document(nameConfig)
	if err != nil {
		return reply{}, err
	}
	return s.create(c.author, tree, nil)
}

func (s *Server) createDistributionWithTags(c *call) (reply, error) {
	const root = "DistributionConfigWithTags"
	both, err := c.document(root)
	if err != nil {
		return reply{}, err
	}
	tree := both.Child(nameConfig)
	if tree == nil || both.Child(nameTags) == nil {
		return reply{}, malformed("%s must have a %s and %s.", root, nameConfig, nameTags)
	}
	tags, err := readTags(both.Child(nameTags))
	if err != nil {
		return reply{}, err
	}
	return s.create(c.author, tree, tags)
}

func (s *Server) create(c author, tree *Node, tags []tag) (reply, error) {
	if err := s.prepare(tree); err != nil {
		return reply{}, err
	}
	if err := s.checkConfig(tree, nil); err != nil {
		return reply{}, err
	}
	if tree.Value(namePolicyID) != "" {
		// Quoted by an acceptance test of terraform-provider-aws (continuous_deployment_policy_test.go), whose documentation of
		// the resource says the same.
		return reply{}, invalidArgument("Continuous deployment policy is not supported during distribution creation.")
	}
	return s.admit(c, tree, tags)
}

// admit creates a distribution from a checked config, if its CallerReference is new and quotas allow it.
func (s *Server) admit(c author, tree *Node, tags []tag) (reply, error) {
	live, staging := 0, 0
	for _, d := range s.distributions {
		if d.gone {
			continue
		}
		if d.config.Text(nameCallerReference) == tree.Value(nameCallerReference) {
			return reply{}, fail(http.StatusConflict, "DistributionAlreadyExists",
				"The caller reference you attempted to create the distribution with is associated with another distribution.")
		}
		live++
		if d.staging() {
			staging++
		}
	}
	if live >= s.Limits.Distributions || (tree.Value(nameStaging) == yes && staging >= s.Limits.Staging) {
		return reply{}, fail(http.StatusBadRequest, "TooManyDistributions",
			"Processing your request would cause you to exceed the maximum number of distributions allowed.")
	}
	d := s.newDistribution(tags)
	s.store(d, tree)
	s.record(c, Write{ID: d.id, ETagAfter: d.config.ETag, Config: d.config})
	out := s.now(d).reply(http.StatusCreated)
	out.location = "distribution/" + d.id
	return out, nil
}

func (s *Server) newDistribution(tags []tag) *distribution {
	s.forgetDeleted()
	s.created++
	d := &distribution{
		serial: s.created,
		id:     s.newID(), domain: s.newDomain(),
		tags: tags, pops: make([]pop, len(s.pops)),
	}
	if s.nextID != "" {
		d.id, s.nextID = s.nextID, ""
	}
	for i := range d.pops {
		d.pops[i] = pop{have: -1, due: -1}
	}
	s.distributions = append(s.distributions, d)
	return d
}

// copyDistribution makes a staging copy of a primary distribution. The header's "only valid value is True", and Enabled
// defaults to true (API Reference, CopyDistribution). That aliases and the policy id do not come along is assumed: a staging
// distribution can have neither.
func (s *Server) copyDistribution(c *call) (reply, error) {
	request, err := c.document("CopyDistributionRequest")
	if err != nil {
		return reply{}, err
	}
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if err := ifMatch(c.header, d.config.ETag); err != nil {
		return reply{}, err
	}
	if value := c.header.Get(nameStaging); value != yes && value != "True" {
		return reply{}, invalidArgument("The header Staging must be true.")
	}
	if d.staging() {
		return reply{}, invalidArgument("A staging distribution cannot be copied.")
	}
	if request.Child(nameEnabled) == nil {
		request.Set(nameEnabled, yes)
	}
	if err := checkShape(request); err != nil {
		return reply{}, err
	}
	if request.Value(nameCallerReference) == "" {
		return reply{}, invalidArgument("CallerReference is missing.")
	}
	tree := d.config.Tree().Clone()
	tree.Put(List(nameAliases))
	tree.Set(namePolicyID, "")
	tree.Set(nameStaging, yes)
	tree.Set(nameEnabled, request.Value(nameEnabled))
	tree.Set(nameCallerReference, request.Value(nameCallerReference))
	return s.admit(c.author, tree, nil)
}

func (s *Server) updateDistribution(c *call) (reply, error) {
	tree, err := c.document(nameConfig)
	if err != nil {
		return reply{}, err
	}
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if err := ifMatch(c.header, d.config.ETag); err != nil {
		return reply{}, err
	}
	if err := s.update(c.author, d, tree); err != nil {
		return reply{}, err
	}
	return s.now(d).reply(http.StatusOK), nil
}

// update replaces a config under all rules; the tree becomes the server's.
func (s *Server) update(c author, d *distribution, tree *Node) error {
	if !s.Switches.UpdateWhileInProgress && d.status == statusInProgress {
		return illegalUpdate("The distribution %s is still being deployed.", d.id)
	}
	if tree.Child(nameStaging) == nil {
		tree.Set(nameStaging, d.config.Text(nameStaging))
	}
	if err := s.settlePolicyID(d, tree); err != nil {
		return err
	}
	if err := s.prepare(tree); err != nil {
		return err
	}
	if err := s.checkConfig(tree, d); err != nil {
		return err
	}
	if err := s.checkUpdate(d, tree); err != nil {
		return err
	}
	s.change(c, d, tree)
	return nil
}

// change stores a checked config and writes it into the log.
func (s *Server) change(c author, d *distribution, tree *Node) {
	before := d.config.ETag
	s.store(d, tree)
	s.record(c, Write{ID: d.id, ETagBefore: before, ETagAfter: d.config.ETag, Config: d.config})
}

// deleteDistribution wants the distribution disabled and that change deployed. Terraform's provider keeps retrying
// DistributionNotDisabled for the second (terraform-provider-aws, resourceDistributionDelete). That a staging distribution
// with a policy is answered with ResourceInUse is assumed: of the codes that DeleteDistribution declares it is the only one
// that fits. A primary may go with its policy attached, since that is how the same provider destroys a pair.
func (s *Server) deleteDistribution(c *call) (reply, error) {
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if err := ifMatch(c.header, d.config.ETag); err != nil {
		return reply{}, err
	}
	if d.config.Text(nameEnabled) == yes || d.status != statusDeployed {
		return reply{}, fail(http.StatusConflict, "DistributionNotDisabled",
			"The distribution you are trying to delete has not been disabled.")
	}
	if s.policyFor(d.domain) != nil {
		return reply{}, fail(http.StatusConflict, "ResourceInUse", "The resource is currently used by a continuous deployment policy.")
	}
	d.gone = true
	d.invalidations = nil
	d.publish(s.clock.Now())
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag})
	return reply{status: http.StatusNoContent}, nil
}

func (s *Server) getDistribution(c *call) (reply, error) {
	state := s.seen(c.id())
	if state.config == nil {
		return reply{}, noSuchDistribution()
	}
	return state.reply(http.StatusOK), nil
}

func (s *Server) getDistributionConfig(c *call) (reply, error) {
	state := s.seen(c.id())
	if state.config == nil {
		return reply{}, noSuchDistribution()
	}
	return reply{status: http.StatusOK, etag: state.config.ETag, body: state.config.XML()}, nil
}

// seen is what a reader sees of a distribution. An id may have been used before: the youngest distribution counts.
func (s *Server) seen(id string) seen {
	for _, d := range slices.Backward(s.distributions) {
		if d.id == id {
			state := d.past.asOf(s.asOf())
			state.batches = d.batches(s.asOf())
			return s.shown(state)
		}
	}
	return seen{}
}

// now is the newest state of a distribution, which the answer to a write shows.
func (s *Server) now(d *distribution) seen {
	return s.shown(seen{config: d.config, status: d.status, batches: d.batches(s.clock.Now())})
}
