package cloudfront

// reverse is the id of the attached policy that names a staging distribution, where its config shows it; see
// Switches.StagingShowsPolicy. Whether showing it gives the distribution another ETag is not known; here it does not.
func (s *Server) reverse(config *Config) string {
	if !s.Switches.StagingShowsPolicy || config == nil || config.Text(nameStaging) != yes {
		return ""
	}
	p := s.policyFor(config.DomainName)
	if p == nil || s.primaryOf(p.id) == nil {
		return ""
	}
	return p.id
}

// shown is a state as clients see it.
func (s *Server) shown(v seen) seen {
	if id := s.reverse(v.config); id != "" {
		config := *v.config
		config.doc = &document{tree: v.config.Tree().Clone()}
		config.doc.tree.Set(namePolicyID, id)
		v.config = &config
	}
	return v
}
