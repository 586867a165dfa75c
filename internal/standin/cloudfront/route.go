package cloudfront

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const apiVersion = "/2020-05-31/"

// route is one operation of the API.
type route struct {
	operation string
	handle    func(*Server, *call) (reply, error)
}

// routes has every operation that is implemented, by routeKey. Method, path and success status of each: CloudFront API
// Reference, and the serializers of the AWS SDK for Go.
func routes() map[string]route {
	all := map[string]route{
		"POST distribution":                            {"CreateDistribution", (*Server).createDistribution},
		"POST distribution?WithTags":                   {"CreateDistributionWithTags", (*Server).createDistributionWithTags},
		"POST distribution/*/copy":                     {"CopyDistribution", (*Server).copyDistribution},
		"GET distribution":                             {"ListDistributions", (*Server).listDistributions},
		"GET distribution/*":                           {"GetDistribution", (*Server).getDistribution},
		"GET distribution/*/config":                    {"GetDistributionConfig", (*Server).getDistributionConfig},
		"PUT distribution/*/config":                    {"UpdateDistribution", (*Server).updateDistribution},
		"PUT distribution/*/promote-staging-config":    {"UpdateDistributionWithStagingConfig", (*Server).promote},
		"DELETE distribution/*":                        {"DeleteDistribution", (*Server).deleteDistribution},
		"POST continuous-deployment-policy":            {"CreateContinuousDeploymentPolicy", (*Server).createPolicy},
		"GET continuous-deployment-policy":             {"ListContinuousDeploymentPolicies", (*Server).listPolicies},
		"GET continuous-deployment-policy/*":           {"GetContinuousDeploymentPolicy", (*Server).getPolicy},
		"GET continuous-deployment-policy/*/config":    {"GetContinuousDeploymentPolicyConfig", (*Server).getPolicyConfig},
		"PUT continuous-deployment-policy/*":           {"UpdateContinuousDeploymentPolicy", (*Server).updatePolicy},
		"DELETE continuous-deployment-policy/*":        {"DeleteContinuousDeploymentPolicy", (*Server).deletePolicy},
		"GET distributions/*/monitoring-subscription":  {"GetMonitoringSubscription", (*Server).getMonitoring},
		"POST distributions/*/monitoring-subscription": {"CreateMonitoringSubscription", (*Server).createMonitoring},
		"DELETE distributions/*/monitoring-subscription": {
			"DeleteMonitoringSubscription", (*Server).deleteMonitoring,
		},
		"GET tagging":                  {"ListTagsForResource", (*Server).listTags},
		"POST tagging?Operation=Tag":   {"TagResource", (*Server).tagResource},
		"POST tagging?Operation=Untag": {"UntagResource", (*Server).untagResource},

		"POST distribution/*/invalidation":   {"CreateInvalidation", (*Server).createInvalidation},
		"GET distribution/*/invalidation":    {"ListInvalidations", (*Server).listInvalidations},
		"GET distribution/*/invalidation/*":  {"GetInvalidation", (*Server).getInvalidation},
		"GET conflicting-alias":              {"ListConflictingAliases", (*Server).listConflictingAliases},
		"PUT distribution/*/associate-alias": {"AssociateAlias", (*Server).associateAlias},
		"POST origin-access-control":         {"CreateOriginAccessControl", (*Server).createAccessControl},
		"GET origin-access-control":          {"ListOriginAccessControls", (*Server).listAccessControls},
		"GET origin-access-control/*":        {"GetOriginAccessControl", (*Server).getAccessControl},
		"GET origin-access-control/*/config": {"GetOriginAccessControlConfig", (*Server).getAccessControlConfig},
		"PUT origin-access-control/*/config": {"UpdateOriginAccessControl", (*Server).updateAccessControl},
		"DELETE origin-access-control/*":     {"DeleteOriginAccessControl", (*Server).deleteAccessControl},
	}
	for _, k := range policyKinds() {
		maps.Copy(all, k.routes())
	}
	return all
}

// routeKey is method and path with a star for each id: in CloudFront's paths every second segment is one, except that origin
// access identities are two words. The two query parameters that select an operation are part of it. An id may contain an
// escaped slash; one that is not escaped properly, or is empty, is no id.
func routeKey(r *http.Request) (key string, ids []string) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), apiVersion)
	if !ok {
		return "", nil
	}
	segments := strings.Split(path, "/")
	first := 1
	if segments[0] == "origin-access-identity" {
		first = 2
	}
	for i := first; i < len(segments); i += 2 {
		id, err := url.PathUnescape(segments[i])
		if err != nil || id == "" {
			return "", nil
		}
		ids = append(ids, id)
		segments[i] = "*"
	}
	key = r.Method + " " + strings.Join(segments, "/")
	if r.Method != http.MethodPost || r.URL.RawQuery == "" {
		return key, ids
	}
	query := r.URL.Query()
	if query.Has("WithTags") {
		key += "?WithTags"
	}
	if query.Has("Operation") {
		key += "?Operation=" + query.Get("Operation")
	}
	return key, ids
}

// call is a request that was routed and read.
type call struct {
	author

	ids    []string
	query  url.Values
	header http.Header
	body   []byte
}

func newCall(operation string, ids []string, r *http.Request) (*call, error) {
	c := &call{author: author{operation, accessKey(r.Header.Get("Authorization"))}, ids: ids, header: r.Header}
	if r.URL.RawQuery != "" {
		c.query = r.URL.Query()
	}
	if r.Body == nil || r.Method == http.MethodGet {
		return c, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, malformed("Could not read the body: %v", err)
	}
	if len(body) > bodyLimit {
		return nil, fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body exceeds %d bytes.", bodyLimit)
	}
	c.body = body
	return c, nil
}

func (c *call) id() string { return c.ids[0] }

// document parses the body, whose root element has a given name.
func (c *call) document(root string) (*Node, error) {
	if len(c.body) == 0 {
		return nil, fail(http.StatusBadRequest, "MissingBody",
			"This operation requires a body. Ensure that the body is present and the Content-Type header is set.")
	}
	return parse(c.body, root)
}

// page reads Marker and MaxItems; 100 items are AWS's default, and the most it returns.
func (c *call) page() (after string, limit int, err error) {
	limit = 100
	if c.query.Has("MaxItems") {
		limit, err = strconv.Atoi(c.query.Get("MaxItems"))
		if err != nil || limit < 1 {
			return "", 0, invalidArgument("MaxItems must be a positive number, not %q.", c.query.Get("MaxItems"))
		}
	}
	return c.query.Get("Marker"), min(limit, 100), nil
}

// accessKey is the key id of a Signature Version 4 header: who is calling, as far as a stand-in without accounts can tell.
func accessKey(authorization string) string {
	_, credential, _ := strings.Cut(authorization, "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	return key
}

// reply is a success, or the rendered error.
type reply struct {
	status   int
	etag     string
	location string
	body     []byte
}

func respond(w http.ResponseWriter, requestID string, r reply) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", requestID)
	if r.etag != "" {
		h.Set("Etag", r.etag)
	}
	if r.location != "" {
		h.Set("Location", "https://cloudfront.amazonaws.com"+apiVersion+r.location)
	}
	if len(r.body) > 0 {
		h.Set("Content-Type", "text/xml")
	}
	w.WriteHeader(r.status)
	// A client that has gone away cannot be told so.
	_, _ = w.Write(r.body)
}
