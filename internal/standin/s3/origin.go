package s3

import (
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

// originState is what ReadAsOrigin remembers, because it is called far more often than anything changes.
type originState struct {
	policies map[string]parsedPolicy // by bucket
	objects  map[objectKey]readObject
	errors   map[string]readObject // by code
}

type objectKey struct{ bucket, key string }

type readObject struct {
	version gofakes3.VersionID
	status  int
	etag    string
	header  http.Header
	body    []byte
}

func newOriginState() originState {
	return originState{map[string]parsedPolicy{}, map[objectKey]readObject{}, map[string]readObject{}}
}

// ReadAsOrigin answers a CDN's GET or HEAD of an object as S3's REST endpoint does, without HTTP in between. With a
// sourceARN the request is signed by the service principal cloudfront.amazonaws.com for that distribution (origin access
// control), without one it is anonymous; the bucket policy alone decides (Amazon S3 User Guide, "Bucket policies for Amazon
// S3"; CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"). Block Public Access is not simulated. Header
// and body are shared and must not be changed.
func (s *Server) ReadAsOrigin(
	bucket, escapedPath, sourceARN, method, ifNoneMatch string,
) (status int, header http.Header, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.readAsOrigin(bucket, escapedPath, sourceARN, method)
	if found.status == http.StatusOK && ifNoneMatch != "" && found.etag != "" && strings.Contains(ifNoneMatch, found.etag) {
		return http.StatusNotModified, found.header, nil
	}
	if method == http.MethodHead {
		return found.status, found.header, nil
	}
	return found.status, found.header, found.body
}

func (s *Server) readAsOrigin(bucket, escapedPath, sourceARN, method string) readObject {
	path := escapedPath
	if strings.IndexByte(path, '%') >= 0 {
		plain, err := url.PathUnescape(path)
		if err != nil {
			return s.originError(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
		}
		path = plain
	}
	if exists, err := s.store.BucketExists(bucket); err != nil || !exists {
		return s.originError(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	}
	if method != http.MethodGet && method != http.MethodHead {
		return s.originError(http.StatusMethodNotAllowed, "MethodNotAllowed",
			"The specified method is not allowed against this resource.")
	}
	who := caller{sourceARN: sourceARN}
	policy := s.parsedPolicy(bucket)
	lists := func() bool { return policy.allows(who, "s3:listbucket", "arn:aws:s3:::"+bucket) }
	key := strings.TrimPrefix(path, "/")
	denied := s.originError(http.StatusForbidden, "AccessDenied", "Access Denied")
	if key == "" {
		if !lists() {
			return denied
		}
		return s.listAsOrigin(bucket)
	}
	if !policy.allows(who, "s3:getobject", "arn:aws:s3:::"+bucket+"/"+key) {
		return denied
	}
	if e, ok := s.encryptionOf(bucket, key); ok && !e.Origins {
		return denied
	}
	object, ok := s.objectAsOrigin(bucket, key)
	switch {
	case ok:
		return object
	case lists():
		return s.originError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	default:
		// Who may not list is not told whether the key exists (GetObject, Amazon S3 API Reference).
		return denied
	}
}

// objectAsOrigin reads the current version. What was made of a version is kept, as a version does not change.
func (s *Server) objectAsOrigin(bucket, key string) (readObject, bool) {
	id := objectKey{bucket, key}
	object, err := s.store.GetObject(bucket, key, nil)
	if err != nil {
		delete(s.origin.objects, id)
		return readObject{}, false
	}
	if known, ok := s.origin.objects[id]; ok && known.version == object.VersionID && object.VersionID != "" {
		return known, true
	}
	body, err := io.ReadAll(object.Contents)
	if err != nil {
		return readObject{}, false
	}
	etag := `"` + hex.EncodeToString(object.Hash) + `"`
	h := http.Header{"Etag": {etag}, "Server": {"AmazonS3"}, "Accept-Ranges": {"bytes"}}
	for name, value := range object.Metadata {
		h[http.CanonicalHeaderKey(name)] = []string{value}
	}
	unpack(h, false)
	for name := range h {
		if name == "Content-Length" || strings.HasPrefix(name, "X-Amz-Checksum-") {
			delete(h, name)
		}
	}
	read := readObject{object.VersionID, http.StatusOK, etag, h, body}
	s.origin.objects[id] = read
	return read, true
}

// originError is the same for the same code, so that a cache in front can recognize it.
func (s *Server) originError(status int, code, message string) readObject {
	read, ok := s.origin.errors[code]
	if !ok {
		read = readObject{
			status: status,
			header: http.Header{"Content-Type": {"application/xml"}, "Server": {"AmazonS3"}},
			body: []byte(xml.Header + "<Error><Code>" + code + "</Code><Message>" + message +
				"</Message></Error>"),
		}
		s.origin.errors[code] = read
	}
	return read
}

// listAsOrigin is what the path / gets from whoever may list: the listing, not an index document.
func (s *Server) listAsOrigin(bucket string) readObject {
	prefix := gofakes3.Prefix{}
	list, err := s.store.ListBucket(bucket, &prefix, gofakes3.ListBucketPage{})
	if err != nil {
		return s.originError(http.StatusInternalServerError, "InternalError", "We encountered an internal error.")
	}
	type contents struct {
		Key  string `xml:"Key"`
		Size int64  `xml:"Size"`
	}
	result := struct {
		XMLName  xml.Name   `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
		Name     string     `xml:"Name"`
		Contents []contents `xml:"Contents"`
	}{Name: bucket}
	for _, c := range list.Contents {
		result.Contents = append(result.Contents, contents{c.Key, c.Size})
	}
	slices.SortFunc(result.Contents, func(a, b contents) int { return strings.Compare(a.Key, b.Key) })
	body, err := xml.Marshal(result)
	if err != nil {
		return s.originError(http.StatusInternalServerError, "InternalError", strconv.Quote(err.Error()))
	}
	return readObject{
		status: http.StatusOK, body: append([]byte(xml.Header), body...),
		header: http.Header{"Content-Type": {"application/xml"}, "Server": {"AmazonS3"}},
	}
}
