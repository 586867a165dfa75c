package cloudfront

import (
	"slices"
	"strconv"
)

// complete adds the fields that AWS returns whether they were sent or not, after those that the client sent: real clients
// follow them without looking. Which they are and what they hold: AWS CLI Reference, example of get-distribution-config; API
// Reference, DistributionConfig and the types below it; the configs under examples. What a client sent stays as it is.
func complete(tree *Node) {
	fillLists(tree, nameAliases, nameOriginGroups, nameBehaviors, nameErrorResponses)
	fill(tree, nameRootObject, "", "PriceClass", "PriceClass_All", "WebACLId", "", nameHTTPVersion, "http2",
		"IsIPV6Enabled", no, namePolicyID, "", nameStaging, no)
	fill(part(tree, "Logging"), nameEnabled, no, "IncludeCookies", no, "Bucket", "", "Prefix", "")
	fill(part(part(tree, "Restrictions"), nameGeoRestriction), "RestrictionType", "none", nameQuantity, "0")
	completeCertificate(part(tree, nameCertificate))
	for _, o := range tree.Child(nameOrigins).Items() {
		completeOrigin(o)
	}
	for _, g := range tree.Child(nameOriginGroups).Items() {
		fill(g, "SelectionCriteria", "default")
	}
	for b := range behaviors(tree) {
		completeBehavior(b)
	}
	for _, r := range tree.Child(nameErrorResponses).Items() {
		// Ten seconds: Developer Guide, "Control how long CloudFront caches errors".
		fill(r, "ResponsePagePath", "", "ResponseCode", "", "ErrorCachingMinTTL", "10")
	}
}

// completeOrigin: the defaults of ConnectionAttempts, ConnectionTimeout, OriginReadTimeout and OriginKeepaliveTimeout are the
// API Reference's. That of OriginSslProtocols is assumed: the console's selection, with the two older versions.
func completeOrigin(o *Node) {
	fill(o, namePath, "")
	fillLists(o, "CustomHeaders")
	fill(o, "ConnectionAttempts", "3", "ConnectionTimeout", "10", nameAccessControlID, "")
	fill(part(o, "OriginShield"), nameEnabled, no)
	if s3 := o.Child(nameS3Config); s3 != nil {
		fill(s3, "OriginAccessIdentity", "", nameReadTimeout, "30")
	}
	custom := o.Child(nameCustomConfig)
	if custom == nil {
		return
	}
	if custom.Child("OriginSslProtocols") == nil {
		custom.Put(List("OriginSslProtocols", Leaf("SslProtocol", "TLSv1"), Leaf("SslProtocol", "TLSv1.1"), Leaf("SslProtocol", "TLSv1.2")))
	}
	fill(custom, nameReadTimeout, "30", nameKeepalive, "5")
}

// completeBehavior: that without AllowedMethods these are GET and HEAD, the smallest of "three choices" (API Reference,
// AllowedMethods), is assumed.
func completeBehavior(b *Node) {
	for _, name := range [...]string{"TrustedSigners", "TrustedKeyGroups"} {
		fill(part(b, name), nameEnabled, no, nameQuantity, "0")
	}
	if b.Child(nameMethods) == nil {
		b.Put(getAndHead(nameMethods))
	}
	if methods := b.Child(nameMethods); methods.Child("CachedMethods") == nil {
		methods.Put(getAndHead("CachedMethods"))
	}
	fill(b, "SmoothStreaming", no, "Compress", no)
	fillLists(b, "LambdaFunctionAssociations", "FunctionAssociations")
	fill(b, "FieldLevelEncryptionId", "")
	fill(part(b, "GrpcConfig"), nameEnabled, no)
	if forwarded := b.Child(nameForwarded); forwarded != nil {
		fillLists(forwarded, "Headers", "QueryStringCacheKeys")
		completeTTLs(b)
	}
}

// completeTTLs: the default TTL is a day and the maximum a year, or as much as the next smaller one if that is more. So says
// the API Reference of cache policies (CachePolicyConfig); that it holds for a behaviour without one is assumed.
func completeTTLs(b *Node) {
	const day, year = 24 * 60 * 60, 365 * 24 * 60 * 60
	fill(b, nameMinTTL, "0")
	least := number(b, nameMinTTL)
	fill(b, nameDefaultTTL, strconv.FormatInt(max(day, least), 10))
	fill(b, nameMaxTTL, strconv.FormatInt(max(year, least, number(b, nameDefaultTTL)), 10))
}

// completeCertificate: with its own certificate CloudFront "automatically sets the security policy to TLSv1 regardless of the
// value that you set" (API Reference, ViewerCertificate). The deprecated Certificate and CertificateSource follow the fields
// that took their place.
func completeCertificate(c *Node) {
	acm, iam := c.Value(nameACM), c.Value(nameIAM)
	switch {
	case acm != "":
		fill(c, nameDefaultCertificate, no)
		c.Set("Certificate", acm)
		c.Set("CertificateSource", "acm")
	case iam != "":
		fill(c, nameDefaultCertificate, no)
		c.Set("Certificate", iam)
		c.Set("CertificateSource", "iam")
	case c.Value("Certificate") == "" || c.Value(nameDefaultCertificate) == yes:
		fill(c, nameDefaultCertificate, yes)
		c.Remove("Certificate")
		if c.Value(nameDefaultCertificate) == yes {
			c.Set(nameMinimumProtocol, "TLSv1")
		}
		c.Set("CertificateSource", "cloudfront")
	}
}

func getAndHead(name string) *Node { return List(name, Leaf("Method", "HEAD"), Leaf("Method", "GET")) }

// fill gives an element those of the named texts that it lacks.
func fill(n *Node, namesAndTexts ...string) {
	for pair := range slices.Chunk(namesAndTexts, 2) {
		if name, text := pair[0], pair[1]; n.Child(name) == nil {
			n.Children = append(n.Children, Leaf(name, text))
		}
	}
}

// fillLists gives an element those of the named lists that it lacks, empty.
func fillLists(n *Node, names ...string) {
	for _, name := range names {
		if n.Child(name) == nil {
			n.Children = append(n.Children, List(name))
		}
	}
}

// part is the child of that name, made if it is missing.
func part(n *Node, name string) *Node {
	if c := n.Child(name); c != nil {
		return c
	}
	c := Elem(name)
	n.Children = append(n.Children, c)
	return c
}
