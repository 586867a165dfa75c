package cloudfront

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkFieldsOf checks the fields of a config that stand for themselves.
func (*Server) checkFieldsOf(tree *Node, _ *distribution) error {
	const longest = 128 // API Reference, DistributionConfig: "The comment cannot be longer than 128 characters".
	if utf8.RuneCountInString(tree.Value("Comment")) > longest {
		return invalidArgument("The comment is longer than %d characters.", longest)
	}
	switch tree.Value("PriceClass") {
	case "PriceClass_100", "PriceClass_200", "PriceClass_All", "None":
	default:
		return invalidArgument("PriceClass %q is not valid.", tree.Value("PriceClass"))
	}
	if err := checkRootObject(tree.Value(nameRootObject)); err != nil {
		return err
	}
	if err := checkErrorResponses(tree.Child(nameErrorResponses).Items()); err != nil {
		return err
	}
	return checkGeoRestriction(tree.At("Restrictions/" + nameGeoRestriction))
}

// checkRootObject: it "can't begin with a forward slash" (API Reference, DistributionConfig), has up to 255 characters of a
// set that is assumed, as is the number. InvalidDefaultRootObject: "The default root object file name is too big
// or contains an invalid character".
func checkRootObject(name string) error {
	const most, allowed = 255, "_-.*$/~\"',&"
	strange := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(allowed, r)
	}
	if strings.HasPrefix(name, "/") || len(name) > most || strings.ContainsFunc(name, strange) {
		return fail(http.StatusBadRequest, "InvalidDefaultRootObject", "The default root object %q is not valid.", name)
	}
	return nil
}

// checkErrorResponses: the codes that can be replaced are Developer Guide, "Create a custom error page for specific HTTP status
// codes"; that these and 200 can take their place is assumed. "If you specify a value for ResponseCode, you must also specify
// a value for ResponsePagePath", and the other way round (API Reference, CustomErrorResponse). That a code given twice is an
// InvalidErrorCode, and one of the two without the other an InvalidResponseCode, is assumed.
func checkErrorResponses(responses []*Node) error {
	replaced := []string{"400", "403", "404", "405", "414", "416", "500", "501", "502", "503", "504"}
	given := map[string]bool{}
	for _, r := range responses {
		code, page, response := r.Value("ErrorCode"), r.Value("ResponsePagePath"), r.Value("ResponseCode")
		switch {
		case !slices.Contains(replaced, code) || given[code]:
			return fail(http.StatusBadRequest, "InvalidErrorCode", "The error code %q is not valid or given twice.", code)
		case (page == "") != (response == "") || (response != "" && response != "200" && !slices.Contains(replaced, response)):
			return fail(http.StatusBadRequest, "InvalidResponseCode", "The response code %q for %s is not valid or has no page.", response, code)
		case page != "" && (!strings.HasPrefix(page, "/") || !urlEncoded(page)):
			return fail(http.StatusBadRequest, "InvalidRelativePath", "The path %q must begin with a slash and be URL-encoded.", page)
		}
		given[code] = true
	}
	return nil
}

// checkGeoRestriction: API Reference, GeoRestriction; a location is "a two-letter, uppercase country code". Whether a country
// has it is not looked up.
func checkGeoRestriction(n *Node) error {
	locations := n.Items()
	switch kind := n.Value("RestrictionType"); {
	case kind == "none" && len(locations) == 0:
	case (kind == "blacklist" || kind == "whitelist") && len(locations) > 0:
	default:
		return fail(http.StatusBadRequest, "InvalidGeoRestrictionParameter",
			"The restriction type %q is not valid for %d locations.", kind, len(locations))
	}
	for _, l := range locations {
		if len(l.Text) != 2 || strings.Trim(l.Text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return fail(http.StatusBadRequest, "InvalidLocationCode", "The location %q is not a country code.", l.Text)
		}
	}
	return nil
}
