package s3

import (
	"net/http"
	"strings"
)

// Encryption is that of objects which a key of AWS KMS has encrypted; reading one needs kms:Decrypt on the key besides
// s3:GetObject (Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys").
type Encryption struct {
	// Clients and Origins are whether the key lets those who call the API use it, and CloudFront (CloudFront Developer Guide,
	// "Restrict access to an Amazon S3 origin", SSE-KMS).
	Clients, Origins bool
}

// encrypted is which objects a key has encrypted.
type encrypted struct {
	bucket, prefix string
	Encryption
}

// Encrypt makes the objects of a bucket below a prefix ones that a key of AWS KMS has encrypted. What is written there later is,
// too: that is a bucket's default encryption.
func (s *Server) Encrypt(bucket, prefix string, e Encryption) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.encrypted = append(s.encrypted, encrypted{bucket, prefix, e})
}

func (s *Server) encryptionOf(bucket, key string) (Encryption, bool) {
	for _, e := range s.encrypted {
		if e.bucket == bucket && strings.HasPrefix(key, e.prefix) {
			return e.Encryption, true
		}
	}
	return Encryption{}, false
}

// decrypt adds what an answer says of an object's encryption, or refuses the object. A HEAD decrypts nothing.
func (s *Server) decrypt(method string, t target, res *reply) error {
	e, ok := s.encryptionOf(t.bucket, t.key)
	if !ok || res.status >= http.StatusBadRequest {
		return nil
	}
	if !e.Clients && method != http.MethodHead {
		return &fault{
			http.StatusForbidden, "AccessDenied",
			"User is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext.",
		}
	}
	res.header.Set("X-Amz-Server-Side-Encryption", "aws:kms")
	return nil
}
