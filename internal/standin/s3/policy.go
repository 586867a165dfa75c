package s3

import (
	"encoding/json"
	"io"
	"net/http"
)

// bucketPolicy answers GetBucketPolicy, PutBucketPolicy and DeleteBucketPolicy (Amazon S3 API Reference). The document
// is kept as it is; nothing here is enforced.
func (s *Server) bucketPolicy(r *http.Request, t target) (*reply, error) {
	if exists, err := s.store.BucketExists(t.bucket); err != nil || !exists {
		return nil, &fault{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	if s.noRead[t.bucket] {
		return nil, accessDenied()
	}
	switch r.Method {
	case http.MethodGet:
		document, ok := s.policy[t.bucket]
		if !ok {
			return nil, &fault{http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist"}
		}
		res := &reply{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusOK}
		res.body.WriteString(document)
		return res, nil
	case http.MethodPut:
		document, err := io.ReadAll(r.Body)
		if err != nil || !json.Valid(document) {
			return nil, badRequest("MalformedPolicy", "This policy contains invalid Json")
		}
		s.setPolicy(t.bucket, string(document))
	case http.MethodDelete:
		s.setPolicy(t.bucket, "")
	default:
		return nil, notImplemented(r.Method + " of a bucket policy")
	}
	return &reply{header: http.Header{}, status: http.StatusNoContent}, nil
}
