package cloudfront

import (
	"strconv"
	"strings"
)

// checkShape refuses what no reader could make sense of: a structure that is text, a field that is given twice (rules that
// look at the first would miss the other), a switch or number that is none. AWS's codes for these are assumed.
func checkShape(n *Node) error {
	if len(n.Children) == 0 {
		return checkLeaf(n)
	}
	if n.Name != nameItems {
		if err := checkOnce(n); err != nil {
			return err
		}
	}
	for _, c := range n.Children {
		if err := checkShape(c); err != nil {
			return err
		}
	}
	return nil
}

// checkOnce refuses siblings of one name. Few siblings are compared without a map, which is every element that a config of
// AWS's has.
func checkOnce(n *Node) error {
	const few = 32
	var seen map[string]bool
	if len(n.Children) > few {
		seen = make(map[string]bool, len(n.Children))
	}
	for i, c := range n.Children {
		twice := seen[c.Name]
		if seen == nil {
			twice = n.Child(c.Name) != n.Children[i]
		} else {
			seen[c.Name] = true
		}
		if twice {
			return malformed("The element %s is given twice.", c.Name)
		}
	}
	return nil
}

func checkLeaf(n *Node) error {
	switch n.Name {
	case nameEnabled, nameStaging, "IsIPV6Enabled", "IncludeCookies", "Compress", "SmoothStreaming", "QueryString", "IncludeBody",
		nameDefaultCertificate:
		if n.Text != yes && n.Text != no {
			return invalidArgument("%s must be true or false, not %q.", n.Name, n.Text)
		}
	case "HTTPPort", "HTTPSPort", nameReadTimeout, nameKeepalive, "ConnectionAttempts", "ConnectionTimeout",
		"ResponseCompletionTimeout", "ErrorCode", "ErrorCachingMinTTL", nameMinTTL, nameDefaultTTL, nameMaxTTL, nameQuantity:
		if v, err := strconv.ParseInt(n.Text, 10, 64); err != nil || v < 0 {
			return invalidArgument("%s %q is not valid.", n.Name, n.Text)
		}
	case nameAliases, nameOrigins, nameOriginGroups, nameBehaviors, nameErrorResponses, nameItems, nameCertificate, "Logging",
		"Restrictions", nameGeoRestriction, "Origin", "CustomHeaders", nameS3Config, nameCustomConfig, "OriginShield",
		"OriginSslProtocols", nameDefaultBehavior, "CacheBehavior", "TrustedSigners", "TrustedKeyGroups", nameMethods,
		"CachedMethods", "LambdaFunctionAssociations", "FunctionAssociations", "GrpcConfig", nameForwarded, "Headers", "Cookies",
		"QueryStringCacheKeys", "OriginGroup", "CustomErrorResponse":
		if strings.TrimSpace(n.Text) != "" {
			return malformed("Unexpected text in the element %s", n.Name)
		}
		n.Text = ""
	}
	return nil
}

// number is a field that checkShape has seen, or 0 without it.
func number(n *Node, path string) int64 {
	v, err := strconv.ParseInt(n.Value(path), 10, 64)
	if err != nil {
		return 0
	}
	return v
}
