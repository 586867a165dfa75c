package s3

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// target is what a request is about.
type target struct {
	bucket, key string
	query       url.Values
}

// A bucket of its own host name, as the SDK addresses it unless it is told to use path style.
var virtualHost = regexp.MustCompile(`^(.+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?::\d+)?$`)

// parse finds bucket, key and query, and refuses a subresource, parameter or header that would otherwise be ignored
// silently.
func parse(r *http.Request) (target, error) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	t := target{query: r.URL.Query()}
	host := cmp.Or(r.Host, r.URL.Host) // a client's request that reaches us in process may leave Host empty
	if m := virtualHost.FindStringSubmatch(host); m != nil {
		t.bucket, t.key = m[1], path
	} else {
		t.bucket, t.key, _ = strings.Cut(path, "/")
	}
	const mode = "X-Amz-Checksum-Mode"
	if t.has(mode) { // presigning turns headers into parameters
		r.Header.Set(mode, t.query.Get(mode))
		t.query.Del(mode)
	}
	for _, name := range presigned() {
		t.query.Del(name)
	}
	for name := range t.query {
		if !knownParameter(name, t.key != "") {
			return t, notImplemented("the parameter " + name)
		}
	}
	for name := range r.Header {
		if !knownHeader(name) {
			return t, notImplemented("the header " + name)
		}
	}
	return t, nil
}

// presigned are the parameters of a signature in the query, which is not checked: of version 4 ("Authenticating requests: using
// query parameters", Amazon S3 API Reference), and of version 2, which the AWS CLI 1 still makes for "aws s3 presign".
func presigned() []string {
	return []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
		"X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token",
	}
}

func (t target) has(parameter string) bool {
	_, ok := t.query[parameter]
	return ok
}

func knownParameter(name string, object bool) bool {
	if name == "x-id" { // the SDK adds the name of the operation
		return true
	}
	if object {
		return name == "versionId" || strings.HasPrefix(name, "response-")
	}
	return slices.Contains([]string{
		"policy", "location", "versioning", "versions", "list-type", "prefix", "delimiter", "max-keys", "marker",
		"start-after", "continuation-token", "fetch-owner", "encoding-type",
	}, name)
}

// knownHeader says whether a header is honoured or harmless. S3 answers 501 to "a header you provided [that] implies
// functionality that is not implemented" (Error responses, Amazon S3 API Reference).
func knownHeader(name string) bool {
	name = http.CanonicalHeaderKey(name)
	if !strings.HasPrefix(name, "X-Amz-") {
		return true
	}
	for _, prefix := range []string{"X-Amz-Meta-", "X-Amz-Checksum-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-User-Agent",
		"X-Amz-Decoded-Content-Length", "X-Amz-Trailer", "X-Amz-Sdk-Checksum-Algorithm",
		"X-Amz-Copy-Source", "X-Amz-Copy-Source-If-Match", "X-Amz-Metadata-Directive",
	}, name)
}

// request is the one that gofakes3 sees: path style, without the headers it would keep as the object's metadata.
func (t target) request(r *http.Request) *http.Request {
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{Path: "/" + t.bucket, RawQuery: t.query.Encode()}
	if t.key != "" {
		inner.URL.Path += "/" + t.key
	}
	inner.Host = "s3.amazonaws.com"
	for name := range inner.Header {
		if strings.HasPrefix(name, "X-Amz-") {
			inner.Header.Del(name)
		}
	}
	return inner
}
