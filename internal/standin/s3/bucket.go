package s3

import (
	"bytes"
	"io"
	"net/http"
)

// createBucket differs from gofakes3 where the bucket exists. In us-east-1, S3 answers 200 to its owner "for legacy
// compatibility", elsewhere 409 BucketAlreadyOwnedByYou (CreateBucket, Amazon S3 API Reference). A LocationConstraint is what
// tells the other regions; us-east-1 cannot be one.
func (s *Server) createBucket(r *http.Request, t target) (*reply, error) {
	const limit = 1 << 16
	body, err := io.ReadAll(io.LimitReader(r.Body, limit))
	if err != nil {
		return nil, badRequest("IncompleteBody", "The body ended early.")
	}
	if exists, err := s.store.BucketExists(t.bucket); err != nil || !exists {
		r.Body = io.NopCloser(bytes.NewReader(body))
		return s.forward(r, t)
	}
	if bytes.Contains(body, []byte("<LocationConstraint>")) {
		return nil, &fault{
			http.StatusConflict, "BucketAlreadyOwnedByYou",
			"Your previous request to create the named bucket succeeded and you already own it.",
		}
	}
	return &reply{header: http.Header{"Location": {"/" + t.bucket}}, status: http.StatusOK}, nil
}
