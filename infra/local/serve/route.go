package serve

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// destination is who answers a request. The request may differ from the one that came.
type destination struct {
	name    string
	handler http.Handler
	request *http.Request
}

const (
	toEdge       = "edge"
	toCloudFront = "cloudfront"
	toS3         = "s3"
	toCloudWatch = "monitoring"
	toControl    = "standin"
	toNobody     = "nobody"
)

// route decides by host first, since a viewer may ask for any path and send any header; then by who the request was signed
// for; then, for requests without a signature, by path.
func (a *Account) route(r *http.Request, body []byte) destination {
	if host, ok := a.viewersHost(r.Host); ok {
		r.Host = host
		return destination{toEdge, a.Edge, r}
	}
	service := serviceOf(r)
	switch {
	case strings.HasPrefix(r.URL.Path, controlPath):
		return destination{toControl, http.HandlerFunc(a.control), r}
	case service == toCloudFront:
		return destination{toCloudFront, a.CloudFront, r}
	case service == toS3:
		r.Host = bucketHost(r.Host)
		return destination{toS3, a.S3, r}
	case service == toCloudWatch && strings.HasPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/"):
		return destination{toCloudWatch, a.CloudWatch, r}
	}
	if service != "" || asked(r, body) != "" {
		return destination{toNobody, a.notImplemented(service, body), r}
	}
	return destination{toNobody, http.HandlerFunc(a.lost), r}
}

// viewersHost is the host that the edge knows: a domain name or alias of a distribution, which may have ".localhost" behind it
// because curl and browsers take such names to the loopback address without asking a name server (RFC 6761, 6.3).
func (a *Account) viewersHost(hostPort string) (string, bool) {
	host := strings.ToLower(hostPort)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(host, ".localhost")
	for pop := range a.CloudFront.POPs() {
		if _, _, ok := a.CloudFront.SiteAt(pop, host); ok {
			return host, true
		}
	}
	// A domain name that CloudFront could have given: its answer to strangers is the edge's to give.
	return host, strings.HasSuffix(host, ".cloudfront.net")
}

// serviceOf is the service that a request was signed for or, without a signature, that has its path; or empty.
func serviceOf(r *http.Request) string {
	service := signedFor(r)
	if service == "" && strings.HasPrefix(r.URL.Path, "/2020-05-31/") {
		return toCloudFront
	}
	return service
}

// signedFor is the service in the credential scope of a Signature Version 4: "<key>/<day>/<region>/<service>/aws4_request", in
// the Authorization header or, of a presigned request, in the query (IAM User Guide, "Elements of an AWS API request
// signature"). It is empty for a request without one.
func signedFor(r *http.Request) string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ = strings.Cut(credential, ",")
	if credential == "" {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	scope := strings.Split(credential, "/")
	if n := len(scope); n >= 5 && scope[n-1] == "aws4_request" {
		return strings.ToLower(scope[n-2])
	}
	if query := r.URL.Query(); query.Has("AWSAccessKeyId") && query.Has("Signature") && query.Has("Expires") {
		return toS3 // the AWS CLI 1 presigns with Signature Version 2, which S3 alone took in this form
	}
	return ""
}

var bucketOnLoopback = regexp.MustCompile(`^(.+?)(?:\.s3)?\.localhost(?::\d+)?$`)

// bucketHost turns "bucket.localhost", which clients make of an endpoint called localhost, into the host name that S3 has for
// the bucket.
func bucketHost(host string) string {
	if m := bucketOnLoopback.FindStringSubmatch(host); m != nil && m[1] != toS3 {
		return m[1] + ".s3.amazonaws.com"
	}
	return host
}

// asked is the name of an AWS operation that a request names, or empty: the Action of the query protocol, the target of the
// JSON protocols.
func asked(r *http.Request, body []byte) string {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return operation
	}
	if action := r.URL.Query().Get("Action"); action != "" {
		return action
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil {
			return form.Get("Action")
		}
	}
	return ""
}
