package cloudfront

import "net/http"

// checkBehaviors checks each cache behaviour by itself and that no two have one path pattern.
func (s *Server) checkBehaviors(tree *Node, _ *distribution) error {
	patterns := map[string]bool{}
	for _, b := range tree.Child(nameBehaviors).Items() {
		p := b.Value("PathPattern")
		if p == "" || patterns[p] {
			return invalidArgument("The path pattern %q is empty or used twice.", p)
		}
		patterns[p] = true
	}
	for b := range behaviors(tree) {
		if err := s.checkBehavior(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) checkBehavior(b *Node) error {
	switch b.Value("ViewerProtocolPolicy") {
	case "allow-all", "https-only", "redirect-to-https":
	default:
		return invalidArgument("ViewerProtocolPolicy %q is not valid.", b.Value("ViewerProtocolPolicy"))
	}
	if err := checkMethods(b.Child(nameMethods)); err != nil {
		return err
	}
	if err := s.checkPolicies(b); err != nil {
		return err
	}
	return checkTTLs(b)
}

// checkMethods: "There are three choices" of allowed methods and two of cached ones, told apart by their number (API Reference,
// AllowedMethods and CachedMethods).
func checkMethods(methods *Node) error {
	switch len(methods.Items()) {
	case 2, 3, 7:
	default:
		return invalidArgument("AllowedMethods must be GET and HEAD; these and OPTIONS; or all seven.")
	}
	if n := len(methods.Child("CachedMethods").Items()); n != 2 && n != 3 {
		return invalidArgument("CachedMethods must be GET and HEAD, or these and OPTIONS.")
	}
	return nil
}

// checkPolicies: "A CacheBehavior must include either a CachePolicyId or ForwardedValues" (API Reference, CacheBehavior), and
// the policies it names must exist. The codes for having neither or both are reported
// (cloudposse/terraform-aws-cloudfront-s3-cdn#252, pulumi-aws#1364).
func (s *Server) checkPolicies(b *Node) error {
	cachePolicy, forwarded := b.Value("CachePolicyId"), b.Child(nameForwarded)
	if cachePolicy == "" && forwarded == nil {
		return invalidArgument("The parameter ForwardedValues is required.")
	}
	if cachePolicy != "" && forwarded != nil {
		return invalidArgument("The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.")
	}
	for _, k := range policyKinds() {
		if id := b.Value(k.name + nameID); id != "" && s.managed[k.name][id] == nil && !s.foreign[id] {
			return k.unknown()
		}
	}
	return nil
}

// checkTTLs: API Reference, InvalidTTLOrder: "The TTL order specified is not valid". They apply without a cache policy only.
func checkTTLs(b *Node) error {
	if b.Child(nameForwarded) == nil {
		return nil
	}
	least, usual, most := number(b, nameMinTTL), number(b, nameDefaultTTL), number(b, nameMaxTTL)
	if least > usual || usual > most {
		return fail(http.StatusBadRequest, "InvalidTTLOrder", "MinTTL, DefaultTTL and MaxTTL must not fall: %d, %d, %d.", least, usual, most)
	}
	return nil
}
