package distribution

import "reflect"

// isList reports whether the type is CloudFront's wrapper around a list: Quantity and Items, sometimes with more beside.
func isList(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	items, has := t.FieldByName("Items")
	return has && items.Type.Kind() == reflect.Slice
}

// isSet reports whether the order of a list of plain values means nothing. A list that is not known here keeps its order,
// which can only find too many differences.
func isSet(list string) bool {
	switch list {
	case "Aliases", "AllowedMethods", "CachedMethods", "CookieNames", "GeoRestriction", "Headers", "OriginSslProtocols",
		"QueryStringCacheKeys", "StatusCodes", "TrustedKeyGroups", "TrustedSigners":
		return true
	default:
		return false
	}
}

// elementKey is the member that identifies an element among its siblings, and whether their order means something
// nevertheless: cache behaviors are matched in the order in which they are listed (CloudFront API Reference,
// CacheBehavior). Elements without a key go by their position, as the members of an origin group do: the first is the
// primary, the second the one to fail over to.
func elementKey(element string) (key string, ordered bool) {
	switch element {
	case "CacheBehavior":
		return "PathPattern", true
	case "CustomErrorResponse":
		return "ErrorCode", false
	case "FunctionAssociation", "LambdaFunctionAssociation":
		return "EventType", false
	case "Origin", "OriginGroup":
		return "Id", false
	case "OriginCustomHeader":
		return "HeaderName", false
	case "ParameterDefinition":
		return "Name", false
	default:
		return "", true
	}
}

// documentedDefault is the value that AWS gives a member that is left out, where the CloudFront API Reference says so in as
// many words ("the default (if you don't specify otherwise) is …", and for the two Enabled "if not, this field is
// false"); else empty. HttpVersion is not among them: its default is documented for new distributions only.
func documentedDefault(owner, field string) string {
	switch owner + "." + field {
	case "Origin.ConnectionAttempts":
		return "3"
	case "Origin.ConnectionTimeout":
		return "10"
	case "CustomOriginConfig.OriginKeepaliveTimeout", "VpcOriginConfig.OriginKeepaliveTimeout":
		return "5"
	case "CustomOriginConfig.OriginReadTimeout", "S3OriginConfig.OriginReadTimeout", "VpcOriginConfig.OriginReadTimeout":
		return "30"
	case "TrustedKeyGroups.Enabled", "TrustedSigners.Enabled":
		return "false"
	default:
		return ""
	}
}

// isSecret reports whether a member's value must not reach records, logs and execution histories. The headers that
// CloudFront adds to requests to an origin commonly prove to it, with a shared secret, that CloudFront is asking (Amazon
// CloudFront Developer Guide, "Add custom headers to origin requests").
func isSecret(owner, field string) bool {
	return owner == "OriginCustomHeader" && field == "HeaderValue"
}
