package s3_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// What the AWS CLI met that no test of the SDK alone did.

func TestAPresignedRequestIsAnswered(t *testing.T) {
	server, c, _ := world(t)
	if err := server.Put("record", "a.html", []byte("hello"), nil); err != nil {
		t.Fatal(err)
	}
	signed, err := sdk.NewPresignClient(c).PresignGetObject(t.Context(),
		&sdk.GetObjectInput{Bucket: aws.String("record"), Key: aws.String("a.html")})
	if err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"version 4": signed.URL,
		"version 2": "http://127.0.0.1:4566/record/a.html?AWSAccessKeyId=any&Signature=dz0%3D&Expires=1795766381",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if got := w.Body.String(); w.Code != http.StatusOK || got != "hello" {
				t.Errorf("got %d %q, want the object", w.Code, got)
			}
		})
	}
}

func TestABucketMayBeMadeAgainInItsOwnRegion(t *testing.T) {
	_, c, _ := world(t)
	if _, err := c.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String("record")}); err != nil {
		t.Errorf("got %v, want no error in us-east-1", err)
	}
	_, err := c.CreateBucket(t.Context(), &sdk.CreateBucketInput{
		Bucket:                    aws.String("record"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraintEuCentral1},
	})
	wantError(t, err, "BucketAlreadyOwnedByYou", "you already own it")
}

func TestErrorsHaveAMessage(t *testing.T) {
	server, c, _ := world(t)
	if err := server.Put("record", "a.html", []byte("hello"), nil); err != nil {
		t.Fatal(err)
	}
	_, err := c.DeleteBucket(t.Context(), &sdk.DeleteBucketInput{Bucket: aws.String("record")})
	wantError(t, err, "BucketNotEmpty", "is not empty")
	_, err = c.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("record"), Key: aws.String("gone")})
	wantError(t, err, "NoSuchKey", "does not exist")
}

func TestAnObjectBeyondTheLimitIsRefused(t *testing.T) {
	_, c, _ := world(t)
	_, err := c.PutObject(t.Context(), &sdk.PutObjectInput{
		Bucket: aws.String("record"), Key: aws.String("big"), Body: bytes.NewReader(make([]byte, 10<<20+1)),
	})
	wantError(t, err, "EntityTooLarge", "10 MB")
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	got, ok := errors.AsType[smithy.APIError](err)
	if !ok || got.ErrorCode() != code || !strings.Contains(got.ErrorMessage(), message) {
		t.Errorf("got %v, want %s with %q", err, code, message)
	}
}
