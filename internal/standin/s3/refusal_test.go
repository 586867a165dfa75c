package s3_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/s3"
)

func TestWhatIsNotImplementedSaysSo(t *testing.T) {
	_, c, _ := world(t)
	put(t, c, "k", "1")
	bucket, key := aws.String("record"), aws.String("k")
	tests := map[string]func() error{
		"tags": func() error {
			_, err := c.GetObjectTagging(t.Context(), &sdk.GetObjectTaggingInput{Bucket: bucket, Key: key})
			return err
		},
		"bucket encryption": func() error {
			_, err := c.GetBucketEncryption(t.Context(), &sdk.GetBucketEncryptionInput{Bucket: bucket})
			return err
		},
		"ACLs": func() error {
			_, err := c.PutObject(t.Context(), &sdk.PutObjectInput{
				Bucket: bucket, Key: key, ACL: types.ObjectCannedACLPublicRead, Body: strings.NewReader(""),
			})
			return err
		},
		"multipart uploads": func() error {
			_, err := c.CreateMultipartUpload(t.Context(), &sdk.CreateMultipartUploadInput{Bucket: bucket, Key: key})
			return err
		},
		"deleting one version": func() error {
			_, err := c.DeleteObject(t.Context(), &sdk.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: aws.String("v")})
			return err
		},
		"deleting many": func() error {
			_, err := c.DeleteObjects(t.Context(), &sdk.DeleteObjectsInput{
				Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: key}}},
			})
			return err
		},
		"checksums it cannot verify": func() error {
			_, err := c.PutObject(t.Context(), &sdk.PutObjectInput{
				Bucket: bucket, Key: key, ChecksumXXHASH3: aws.String("AAAAAAAAAAA="), Body: strings.NewReader(""),
			})
			return err
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) { wantCode(t, call(), "NotImplemented") })
	}
}

func TestADamagedBodyIsRefused(t *testing.T) {
	server, _, _ := world(t)
	tests := map[string]struct {
		header http.Header
		body   string
		want   string
	}{
		"another checksum before the body": {
			http.Header{"X-Amz-Checksum-Crc32": {"AAAAAA=="}}, "hello", "BadDigest",
		},
		"another checksum behind the body": {
			http.Header{"X-Amz-Content-Sha256": {"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "X-Amz-Decoded-Content-Length": {"5"}},
			"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest",
		},
		"a body that ends early": {
			http.Header{"X-Amz-Content-Sha256": {"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "X-Amz-Decoded-Content-Length": {"5"}},
			"5\r\nhel", "IncompleteBody",
		},
		"another length than announced": {
			http.Header{"X-Amz-Content-Sha256": {"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "X-Amz-Decoded-Content-Length": {"6"}},
			"5\r\nhello\r\n0\r\n\r\n", "IncompleteBody",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPut, "/record/k", strings.NewReader(tt.body))
			r.Header = tt.header
			server.ServeHTTP(w, r)
			if !strings.Contains(w.Body.String(), "<Code>"+tt.want+"</Code>") || w.Code != http.StatusBadRequest {
				t.Errorf("got %d %s, want %s", w.Code, w.Body, tt.want)
			}
		})
	}
	if keys := server.Keys("record", ""); len(keys) != 0 {
		t.Errorf("got keys %q, want none written", keys)
	}
}

func FuzzNoRequestPanics(f *testing.F) {
	f.Add("PUT", "/record/k", "x-amz-content-sha256", "STREAMING-X", "1;\r\nx\r\n0\r\na:b\r\n")
	f.Add("GET", "/record?list-type=2&max-keys=-1&continuation-token=%2f", "range", "bytes=9-1", "")
	f.Add("PUT", "/record/k", "x-amz-copy-source", "%zz", "")
	f.Add("PUT", "/record?versioning", "if-match", "*", "<VersioningConfiguration/>")
	f.Fuzz(func(_ *testing.T, method, path, header, value, body string) {
		server := s3.New(simtime.New(start()))
		if server.CreateBucket("record") != nil || server.Put("record", "k", []byte("1"), nil) != nil {
			return
		}
		r, err := http.NewRequest(method, "http://s3.test", strings.NewReader(body))
		if err != nil {
			return
		}
		if u, err := r.URL.Parse(path); err == nil {
			r.URL = u
		}
		r.Header.Set(header, value)
		server.ServeHTTP(httptest.NewRecorder(), r)
		server.Keys("record", "")
		server.Get("record", "k")
	})
}
