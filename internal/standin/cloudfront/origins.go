package cloudfront

import (
	"net/http"
	"strings"
)

// checkOrigins checks each origin by itself and that every origin group has members that exist.
func (s *Server) checkOrigins(tree *Node, self *distribution) error {
	origins := tree.Child(nameOrigins)
	for _, o := range origins.Items() {
		if err := s.checkOrigin(o, self); err != nil {
			return err
		}
	}
	for _, g := range tree.Child(nameOriginGroups).Items() {
		members := g.Child("Members").Items()
		if len(members) != 2 {
			// "An origin group includes two origins" (API Reference, OriginGroup). The code is assumed.
			return invalidArgument("The origin group %q must have two members.", g.Value(nameID))
		}
		for _, m := range members {
			if origins.item(m.Value("OriginId")) == nil {
				return noSuchOrigin()
			}
		}
	}
	return nil
}

func (s *Server) checkOrigin(o *Node, self *distribution) error {
	id, s3, custom := o.Value(nameID), o.Child(nameS3Config), o.Child(nameCustomConfig)
	kinds := 0
	for _, kind := range [...]*Node{s3, custom, o.Child("VpcOriginConfig")} {
		if kind != nil {
			kinds++
		}
	}
	if kinds > 1 || o.Value("DomainName") == "" {
		// Assumed. That none of the three is given is let pass, because the model requires none.
		return invalidArgument("The origin %q needs a DomainName and one of S3OriginConfig, CustomOriginConfig and VpcOriginConfig.", id)
	}
	if err := checkOriginPath(o.Value(namePath)); err != nil {
		return err
	}
	if s3 != nil {
		if err := checkBucket(o, self); err != nil {
			return err
		}
	}
	if err := checkTimeouts(o); err != nil {
		return err
	}
	return s.checkAccessControl(o)
}

// checkOriginPath: "The relative path is too big, is not URL-encoded, or does not begin with a slash" (API Reference,
// InvalidRelativePath); it must not end with one (Developer Guide, "Origin path"). The length is assumed, from DefaultRootObject's.
func checkOriginPath(path string) error {
	const most = 255
	switch {
	case path == "":
		return nil
	case !strings.HasPrefix(path, "/"), strings.HasSuffix(path, "/"), len(path) > most, !urlEncoded(path):
		return fail(http.StatusBadRequest, "InvalidRelativePath",
			"The path %q must begin with a slash, not end with one, and be URL-encoded.", path)
	default:
		return nil
	}
}

// urlEncoded reports whether a path has nothing that RFC 1738 calls unsafe: blanks, controls and what is not ASCII.
func urlEncoded(path string) bool {
	return !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// checkBucket: "The Amazon S3 origin server specified does not refer to a valid Amazon S3 bucket" (API Reference,
// InvalidOrigin). UpdateDistribution does not declare that code; InvalidArgument there is assumed.
func checkBucket(o *Node, self *distribution) error {
	domain := o.Value("DomainName")
	if _, rest, ok := strings.Cut(domain, ".s3"); ok && (rest[:min(1, len(rest))] == "." || rest[:min(1, len(rest))] == "-") &&
		strings.Contains(rest, ".amazonaws.com") {
		return nil
	}
	code := "InvalidOrigin"
	if self != nil {
		code = codeInvalidArgument
	}
	return fail(http.StatusBadRequest, code, "The parameter Origin DomainName does not refer to a valid S3 bucket: %q.", domain)
}

// checkTimeouts: the limits are the API Reference's, S3OriginConfig, CustomOriginConfig and Origin.
func checkTimeouts(o *Node) error {
	for _, config := range [...]string{nameS3Config, nameCustomConfig} {
		for _, field := range [...]string{nameReadTimeout, nameKeepalive} {
			n := o.At(config + "/" + field)
			if n == nil {
				continue
			}
			if v := number(n, ""); v < 1 || v > 120 {
				return fail(http.StatusBadRequest, "Invalid"+field, "%s %s is not between 1 and 120.", field, n.Text)
			}
		}
	}
	if v := number(o, "ConnectionAttempts"); v < 1 || v > 3 {
		return invalidArgument("ConnectionAttempts must be between 1 and 3.")
	}
	if v := number(o, "ConnectionTimeout"); v < 1 || v > 10 {
		return invalidArgument("ConnectionTimeout must be between 1 and 10.")
	}
	return nil
}

// checkAccessControl: an origin may have an origin access control that exists; with an origin access identity beside it,
// IllegalOriginAccessConfiguration: "An origin cannot contain both" (API Reference).
func (s *Server) checkAccessControl(o *Node) error {
	id := o.Value(nameAccessControlID)
	if id == "" {
		return nil
	}
	if o.Value(nameS3Config+"/OriginAccessIdentity") != "" {
		return fail(http.StatusBadRequest, "IllegalOriginAccessConfiguration",
			"Origin access control and origin access identity cannot be used together.")
	}
	if s.accessControl(id) == nil {
		return fail(http.StatusBadRequest, "InvalidOriginAccessControl", "The origin access control %q does not exist.", id)
	}
	return nil
}
