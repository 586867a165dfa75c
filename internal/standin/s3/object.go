package s3

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

func (s *Server) putObject(r *http.Request, t target) (*reply, error) {
	if t.has("versionId") {
		return nil, notImplemented("a write with a versionId")
	}
	if err := s.writeCondition(r, t); err != nil {
		return nil, err
	}
	source := r.Header.Get("X-Amz-Copy-Source")
	if source != "" {
		return s.copyObject(r, t, source)
	}
	body, headers, err := payload(r)
	if err != nil {
		return nil, err
	}
	inner := t.request(r)
	inner.Header.Del("If-Match")
	inner.Header.Del("If-None-Match")
	inner.Header.Set(packed, pack(headers))
	inner.Header.Set("Content-Length", strconv.Itoa(len(body)))
	inner.ContentLength = int64(len(body))
	inner.Body = io.NopCloser(bytes.NewReader(body))
	res := &reply{header: http.Header{}}
	s.inner.ServeHTTP(res, inner)
	explained(res)
	unpack(res.header, false)
	for name, value := range headers {
		if strings.HasPrefix(name, "X-Amz-Checksum-") && res.status < http.StatusMultipleChoices {
			res.header[name] = value
		}
	}
	return res, nil
}

// copyObject copies headers with the object unless the directive is REPLACE (CopyObject, Amazon S3 API Reference).
func (s *Server) copyObject(r *http.Request, t target, source string) (*reply, error) {
	if strings.Contains(source, "?") {
		return nil, notImplemented("a copy of an older version")
	}
	if err := s.sourceCondition(r, source); err != nil {
		return nil, err
	}
	inner := t.request(r)
	inner.Header.Del("If-Match")
	inner.Header.Del("If-None-Match")
	inner.Header.Set("X-Amz-Copy-Source", source)
	switch directive := r.Header.Get("X-Amz-Metadata-Directive"); directive {
	case "", "COPY":
	case "REPLACE":
		inner.Header.Set(packed, pack(objectHeaders(r.Header)))
	default:
		return nil, badRequest("InvalidArgument", "Unknown metadata directive.")
	}
	res := &reply{header: http.Header{}}
	s.inner.ServeHTTP(res, inner)
	unpack(res.header, false)
	return explained(res), nil
}

// sourceCondition checks x-amz-copy-source-if-match before a copy, and whether the source can be read at all (CopyObject,
// Amazon S3 API Reference).
func (s *Server) sourceCondition(r *http.Request, source string) error {
	plain, err := url.PathUnescape(source)
	if err != nil {
		return badRequest("InvalidArgument", "The source is not URL-encoded.")
	}
	var t target
	t.bucket, t.key, _ = strings.Cut(strings.TrimPrefix(plain, "/"), "/")
	if e, ok := s.encryptionOf(t.bucket, t.key); ok && !e.Clients {
		return accessDenied()
	}
	if want := r.Header.Get("X-Amz-Copy-Source-If-Match"); want != "" {
		return s.match(t, want)
	}
	return nil
}

// deleteObject honours If-Match against the current version ("How to perform conditional deletes", Amazon S3 User
// Guide).
func (s *Server) deleteObject(r *http.Request, t target) (*reply, error) {
	if t.has("versionId") {
		// After it removed the current version, gofakes3's store panics on the next read.
		return nil, notImplemented("the deletion of one version")
	}
	if want := r.Header.Get("If-Match"); want != "" {
		if err := s.conflict(); err != nil {
			return nil, err
		}
		err := s.match(t, want)
		var f *fault
		if errors.As(err, &f) && f.status == http.StatusNotFound && s.DeleteOfMissingSucceeds {
			return &reply{header: http.Header{}, status: http.StatusNoContent}, nil
		}
		if err != nil {
			return nil, err
		}
	}
	res, err := s.forward(r, t)
	if err == nil && res.header.Get("X-Amz-Delete-Marker") == "false" {
		res.header.Del("X-Amz-Delete-Marker")
	}
	return res, err
}

func (s *Server) readObject(r *http.Request, t target) (*reply, error) {
	if want := r.Header.Get("If-Match"); want != "" && !t.has("versionId") {
		if err := s.match(t, want); err != nil {
			return nil, s.hide(t, err)
		}
	}
	get := r
	if r.Method == http.MethodHead && t.has("versionId") {
		// gofakes3 answers a HEAD of any version with the current one.
		get = r.Clone(r.Context())
		get.Method = http.MethodGet
	}
	res, err := s.forward(get, t)
	if err != nil {
		return nil, err
	}
	if res.status == http.StatusNotFound && s.noList[t.bucket] {
		return nil, accessDenied()
	}
	unpack(res.header, r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED")
	if err := s.decrypt(r.Method, t, res); err != nil {
		return nil, err
	}
	if get != r {
		res.body.Reset()
	}
	return res, nil
}

// hide turns "missing" into "denied" for a caller who may not list.
func (s *Server) hide(t target, err error) error {
	var f *fault
	if errors.As(err, &f) && f.status == http.StatusNotFound && s.noList[t.bucket] {
		return accessDenied()
	}
	return err
}

// writeCondition checks If-None-Match and If-Match before a write ("How to prevent object overwrites with conditional
// writes", Amazon S3 User Guide). A delete marker counts as no object.
func (s *Server) writeCondition(r *http.Request, t target) error {
	none, match := r.Header.Get("If-None-Match"), r.Header.Get("If-Match")
	if none == "" && match == "" {
		return nil
	}
	if none != "" && match != "" {
		return notImplemented("If-Match together with If-None-Match")
	}
	if err := s.conflict(); err != nil {
		return err
	}
	if match != "" {
		return s.match(t, match)
	}
	if none != "*" {
		return notImplemented("If-None-Match with anything but an asterisk") // S3 too expects the asterisk
	}
	_, err := s.etag(t)
	var f *fault
	switch {
	case err == nil:
		return preconditionFailed()
	case errors.As(err, &f) && f.code == "NoSuchKey":
		return nil
	default:
		return err
	}
}

func (s *Server) conflict() error {
	if s.Conflicts <= 0 {
		return nil
	}
	s.Conflicts--
	return &fault{
		http.StatusConflict, "ConditionalRequestConflict",
		"The conditional request cannot succeed due to a conflicting operation against this resource.",
	}
}

// match is nil when the current version has the wanted ETag, or exists and the wanted one is an asterisk.
func (s *Server) match(t target, want string) error {
	got, err := s.etag(t)
	if err != nil {
		return err
	}
	if want != "*" && strings.Trim(want, `"`) != got {
		return preconditionFailed()
	}
	return nil
}

func (s *Server) etag(t target) (string, error) {
	if exists, err := s.store.BucketExists(t.bucket); err != nil || !exists {
		return "", &fault{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	object, err := s.store.HeadObject(t.bucket, t.key)
	if gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchKey) {
		return "", noSuchKey()
	}
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(object.Hash), nil
}
