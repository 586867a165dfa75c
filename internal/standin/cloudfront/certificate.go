package cloudfront

import (
	"net/http"
	"slices"
	"strings"
)

// checkCertificate: which fields belong together is API Reference, ViewerCertificate. Whether a certificate covers an alias
// cannot be told here, since there is no ACM: any certificate but CloudFront's own is taken to. A world built in Go may have
// aliases without a certificate; they are looked at only when one of the two changes.
func (s *Server) checkCertificate(tree *Node, self *distribution) error {
	c, aliases := tree.Child(nameCertificate), tree.Child(nameAliases)
	if self != nil && same(c, self.config.Tree().Child(nameCertificate)) && same(aliases, self.config.Tree().Child(nameAliases)) {
		return nil
	}
	if err := checkSecurityPolicy(c, self); err != nil {
		return err
	}
	acm, iam := c.Value(nameACM), c.Value(nameIAM)
	kinds := 0
	for _, given := range [...]bool{acm != "", iam != "", c.Value(nameDefaultCertificate) == yes} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return invalidCertificate("Specify one of ACMCertificateArn, IAMCertificateId and CloudFrontDefaultCertificate.")
	case acm != "" && !strings.HasPrefix(acm, "arn:aws:acm:us-east-1:"):
		return invalidCertificate("The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
	case acm+iam != "" && (c.Value("SSLSupportMethod") == "" || c.Value(nameMinimumProtocol) == ""):
		return invalidCertificate("A certificate of your own needs SSLSupportMethod and MinimumProtocolVersion.")
	case len(aliases.Items()) > 0 && c.Value(nameDefaultCertificate) == yes:
		// AWS's text (winglang/wing#2440).
		return invalidCertificate("To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.")
	default:
		return nil
	}
}

// checkSecurityPolicy: the values are API Reference, ViewerCertificate. "You cannot specify SSLv3 as the minimum protocol
// version if you only want to support only clients that support Server Name Indication" (InvalidProtocolSettings);
// UpdateDistribution does not declare that code, InvalidArgument there is assumed.
func checkSecurityPolicy(c *Node, self *distribution) error {
	method, protocol := c.Value("SSLSupportMethod"), c.Value(nameMinimumProtocol)
	if method != "" && method != "sni-only" && method != "vip" && method != "static-ip" {
		return invalidCertificate("SSLSupportMethod %q is not valid.", method)
	}
	if protocol != "" && !slices.Contains([]string{
		"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025",
	}, protocol) {
		return fail(http.StatusBadRequest, "InvalidMinimumProtocolVersion", "MinimumProtocolVersion %q is not valid.", protocol)
	}
	if method == "sni-only" && protocol == "SSLv3" {
		code := "InvalidProtocolSettings"
		if self != nil {
			code = codeInvalidArgument
		}
		return fail(http.StatusBadRequest, code, "SSLv3 cannot be the minimum protocol version for clients that support SNI only.")
	}
	return nil
}

func invalidCertificate(format string, args ...any) error {
	return fail(http.StatusBadRequest, "InvalidViewerCertificate", format, args...)
}
