// Package s3 is a stand-in for Amazon S3: gofakes3 in memory behind a handler that corrects what gofakes3 gets wrong.
//
// The unmodified SDK is its client, over path-style or virtual-host addresses. Corrected here: conditional writes and
// deletes, Cache-Control and the other object headers, metadata of an overwritten object (gofakes3 merges it with the
// new one), aws-chunked bodies with trailing checksums, bucket policies, listing by delimiter over pages, and the order
// of versions. Every bucket made with CreateBucket is versioned.
//
// Objects are limited to 10 MB; S3 itself takes 5 GB in one request. What is left out answers 501 NotImplemented, as S3 answers a header or subresource it does not know: multipart
// uploads, deleting many objects or one version, ACLs, tags, object locks and encryption settings in requests.
// Signatures and permissions are not checked, except for what the switches of Server say.
package s3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/johannesboyne/gofakes3"

	"cloudfront-cd/internal/simtime"
)

// Server is the S3 of one simulation. Its switches may be changed at any time between two requests.
type Server struct {
	// Conflicts is how many of the next conditional writes and deletes are answered 409 ConditionalRequestConflict, as
	// S3 does when another request for the same key ended in between ("Add preconditions to S3 operations with
	// conditional requests", Amazon S3 User Guide).
	Conflicts int

	// DeleteOfMissingSucceeds makes a conditional delete of a missing key answer 204 instead of 404. Unverified against
	// live AWS: "How to perform conditional deletes" in the Amazon S3 User Guide names 204, 409 and 412, and its 404
	// only for writes.
	DeleteOfMissingSucceeds bool

	mu     sync.Mutex
	store  *store
	inner  http.Handler
	policy map[string]string
	noList map[string]bool
	noRead map[string]bool
	origin originState

	encrypted []encrypted
}

// New returns an S3 without buckets that reads the time from clock.
func New(clock *simtime.Clock) *Server {
	st := newStore(clock)
	front := gofakes3.New(st,
		gofakes3.WithTimeSource(source{clock}),
		// The SDK stamps requests with the wall clock, which has nothing to do with simulated time.
		gofakes3.WithTimeSkewLimit(0),
		gofakes3.WithMetadataSizeLimit(0),
	)
	return &Server{
		store: st, inner: front.Server(),
		policy: map[string]string{}, noList: map[string]bool{}, noRead: map[string]bool{},
		origin: newOriginState(),
	}
}

// CreateBucket makes an empty, versioned bucket.
func (s *Server) CreateBucket(bucket string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := gofakes3.ValidateBucketName(bucket); err != nil {
		return fmt.Errorf("create bucket %q: %w", bucket, err)
	}
	if err := s.store.CreateBucket(bucket); err != nil {
		return fmt.Errorf("create bucket %q: %w", bucket, err)
	}
	enabled := gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}
	return s.store.SetVersioningConfiguration(bucket, enabled)
}

// HasBucket reports whether a bucket has been made.
func (s *Server) HasBucket(bucket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	exists, err := s.store.BucketExists(bucket)
	return err == nil && exists
}

// Put writes an object as somebody else would, without conditions. Headers are the object's own (Content-Type,
// Cache-Control, X-Amz-Meta-…) and may be nil.
func (s *Server) Put(bucket, key string, body []byte, headers http.Header) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	meta := map[string]string{"Last-Modified": s.store.clock.Now().Format(http.TimeFormat), packed: pack(headers)}
	_, err := s.store.PutObject(bucket, key, meta, bytes.NewReader(body), int64(len(body)), nil)
	if err != nil {
		return fmt.Errorf("put %s/%s: %w", bucket, key, err)
	}
	return nil
}

// Get is the current version of an object, and whether there is one.
func (s *Server) Get(bucket, key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	object, err := s.store.GetObject(bucket, key, nil)
	if err != nil {
		return nil, false
	}
	body, err := io.ReadAll(object.Contents)
	return body, err == nil
}

// Delete removes an object as somebody else would, without conditions; older versions stay.
func (s *Server) Delete(bucket, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.store.DeleteObject(bucket, key); err != nil {
		return fmt.Errorf("delete %s/%s: %w", bucket, key, err)
	}
	return nil
}

// Keys lists the keys of a bucket that begin with prefix, in order; a bucket that does not exist has none.
func (s *Server) Keys(bucket, prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := gofakes3.NewPrefix(&prefix, nil)
	list, err := s.store.ListBucket(bucket, &p, gofakes3.ListBucketPage{})
	if err != nil {
		return nil
	}
	keys := make([]string, 0, len(list.Contents))
	for _, c := range list.Contents {
		keys = append(keys, c.Key)
	}
	return keys
}

// SetPolicy sets the bucket's policy document; an empty one removes it.
func (s *Server) SetPolicy(bucket, document string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setPolicy(bucket, document)
}

func (s *Server) setPolicy(bucket, document string) {
	delete(s.policy, bucket)
	if document != "" {
		s.policy[bucket] = document
	}
}

// DenyPolicy makes reading and writing the bucket's policy answer 403 AccessDenied, as for a bucket of another account.
func (s *Server) DenyPolicy(bucket string, denied bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noRead[bucket] = denied
}

// DenyList takes s3:ListBucket away: listing answers 403, and so does reading a key that is missing, where S3 does not
// tell a caller who may not list whether the key exists (GetObject, Amazon S3 API Reference).
func (s *Server) DenyList(bucket string, denied bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noList[bucket] = denied
}

// ServeHTTP answers one request of the S3 API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	res, err := s.answer(r)
	if err != nil {
		var f *fault
		if !errors.As(err, &f) {
			f = &fault{status: http.StatusInternalServerError, code: "InternalError", message: err.Error()}
		}
		f.write(w, r)
		return
	}
	res.copyTo(w)
}

func (s *Server) answer(r *http.Request) (*reply, error) {
	t, err := parse(r)
	if err != nil {
		return nil, err
	}
	switch {
	case t.has("policy"):
		return s.bucketPolicy(r, t)
	case t.key == "":
		if s.noList[t.bucket] && r.Method == http.MethodGet && !t.has("location") && !t.has("versioning") {
			return nil, accessDenied()
		}
		if r.Method == http.MethodPut && len(t.query) == 0 {
			return s.createBucket(r, t)
		}
		return s.forward(r, t)
	case r.Method == http.MethodPut:
		return s.putObject(r, t)
	case r.Method == http.MethodDelete:
		return s.deleteObject(r, t)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return s.readObject(r, t)
	default:
		return nil, notImplemented(r.Method + " of an object")
	}
}

// forward lets gofakes3 answer.
func (s *Server) forward(r *http.Request, t target) (*reply, error) {
	inner := t.request(r)
	res := &reply{header: http.Header{}}
	s.inner.ServeHTTP(res, inner)
	return explained(res), nil
}
