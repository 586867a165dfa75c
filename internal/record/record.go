// Package record is the record bucket: the only state of ours outside AWS's own.
//
//	locks/<primary>.json                       one release at a time
//	holds/<primary>.json                       no release until an operator or recover clears it
//	releases/<primary>/<time>-<execution>.json the evidence, and the way back
//	cleanups/<time>-<execution>.json           what a cleanup has seen and done
//	keep.json                                  what must never be taken apart
//
// Writes are conditional where two executions could meet. Reading a key that may be missing needs s3:ListBucket, or S3
// answers 403 instead of 404 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Reader reads an object.
type Reader interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Writer writes an object.
type Writer interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// ReadWriter does both.
type ReadWriter interface {
	Reader
	Writer
}

// maxObject bounds what is read back: two configs with 75 behaviours each stay well below it.
const maxObject = 16 << 20

// Key is where the evidence of an execution is kept.
func Key(plan release.Plan, execution release.Execution) string {
	return fmt.Sprintf("releases/%s/%s-%s.json", plan.Primary, execution.StartTime.UTC().Format("20060102T150405Z"), execution.Name)
}

// KeyOf is Key for another execution's lock.
func KeyOf(primary string, holder Holder) string {
	return Key(release.Plan{Primary: primary}, release.Execution{Name: holder.Name, StartTime: holder.StartTime})
}

// Read decodes the object at key into v and returns its ETag. A missing object is not an error: found is false. Where there
// is an object that cannot be decoded, found is true beside the error.
func Read(ctx context.Context, s Reader, bucket, key string, v any) (etag string, found bool, err error) {
	got, err := s.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if code := fault.Code(err); code == "NoSuchKey" || code == "NotFound" {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, maxObject))
	if err = firstOf(err, got.Body.Close()); err != nil {
		return "", false, fault.Errorf(fault.Unavailable, "read s3://%s/%s: %w", bucket, key, err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return aws.ToString(got.ETag), true, fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	return aws.ToString(got.ETag), true, nil
}

// Condition of a write; at most one is set.
type Condition struct {
	Missing bool   // only if there is no such object
	ETag    string // only if the object still has this ETag
}

// Write stores v as JSON at key and returns the new ETag.
func Write(ctx context.Context, s Writer, bucket, key string, v any, only Condition) (etag string, err error) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write s3://%s/%s: %w", bucket, key, err)
	}
	in := &s3.PutObjectInput{
		Bucket: &bucket, Key: &key,
		Body: bytes.NewReader(body), ContentType: aws.String("application/json"),
	}
	if only.Missing {
		in.IfNoneMatch = aws.String("*")
	}
	if only.ETag != "" {
		in.IfMatch = &only.ETag
	}
	out, err := s.PutObject(ctx, in)
	if err != nil {
		return "", fmt.Errorf("write s3://%s/%s: %w", bucket, key, err)
	}
	return aws.ToString(out.ETag), nil
}

// Amend reads the object at key into v, lets change have its way with it, and writes it under the ETag that was read: a write
// from before that arrives late, when its sender has long given up, replaces nothing. Where the object has changed meanwhile
// the fault is Unavailable, and nothing was written: to be tried again.
func Amend(ctx context.Context, s ReadWriter, bucket, key string, v any, change func() error) error {
	etag, found, err := Read(ctx, s, bucket, key, v)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	_, err = Write(ctx, s, bucket, key, v, Condition{ETag: etag, Missing: !found})
	if code := fault.Code(err); code == "PreconditionFailed" || code == "NoSuchKey" {
		return fault.Errorf(fault.Unavailable, "s3://%s/%s has changed since it was read: %w", bucket, key, err)
	}
	return err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Hold is the content of holds/<primary>.json.
type Hold struct {
	Execution release.Execution `json:"execution"`
	Cause     string            `json:"cause"`
	At        time.Time         `json:"at"`
}

// HoldKey is where the hold of a primary is kept.
func HoldKey(primary string) string { return "holds/" + primary + ".json" }
