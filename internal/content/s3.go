package content

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Getter reads objects.
type Getter interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Lister lists them.
type Lister interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// In makes a call go to the region of a bucket, which need not be the workflow's.
func In(region string) func(*s3.Options) {
	return func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
	}
}

// RegionIn is where S3 says the bucket is, when it was asked for in another region: the domain name of an older origin does not
// tell (bucket.s3.amazonaws.com).
func RegionIn(err error) string {
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || response.Response == nil {
		return ""
	}
	switch response.HTTPStatusCode() {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest:
		return response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// FindRegion fills in where a side is, by listing one key there.
func FindRegion(ctx context.Context, api Lister, side *release.Side) error {
	in := &s3.ListObjectsV2Input{Bucket: &side.Bucket, Prefix: aws.String(side.Root()), MaxKeys: aws.Int32(1)}
	_, err := api.ListObjectsV2(ctx, in, In(side.Region))
	if elsewhere := RegionIn(err); elsewhere != "" && elsewhere != side.Region {
		side.Region = elsewhere
		_, err = api.ListObjectsV2(ctx, in, In(side.Region))
	}
	return err
}

// Object is one object of a side.
type Object struct {
	// Key is below the side, without its prefix.
	Key  string
	ETag string
	Size int64
	// Modified is when it was written, by S3's clock, in seconds of Unix time.
	Modified int64
}

// Page is one page of a side's objects behind a key, in order, and whether there are more.
func Page(ctx context.Context, api Lister, side release.Side, after string, most int32) (objects []Object, more bool, err error) {
	root := side.Root()
	in := &s3.ListObjectsV2Input{Bucket: &side.Bucket, Prefix: &root, MaxKeys: &most}
	if after != "" {
		in.StartAfter = aws.String(root + after)
	}
	got, err := api.ListObjectsV2(ctx, in, In(side.Region))
	if err != nil {
		return nil, false, err
	}
	for _, o := range got.Contents {
		key := strings.TrimPrefix(aws.ToString(o.Key), root)
		if key == "" || strings.HasSuffix(key, "/") { // what consoles make for a folder
			continue
		}
		objects = append(objects, Object{key, aws.ToString(o.ETag), aws.ToInt64(o.Size), aws.ToTime(o.LastModified).Unix()})
	}
	if len(objects) == 0 && len(got.Contents) > 0 && aws.ToBool(got.IsTruncated) { // a page of folders
		last := strings.TrimPrefix(aws.ToString(got.Contents[len(got.Contents)-1].Key), root)
		return Page(ctx, api, side, last, most)
	}
	return objects, aws.ToBool(got.IsTruncated), nil
}

// Missing tells an object that is not there.
func Missing(err error) bool {
	code := fault.Code(err)
	return code == "NoSuchKey" || code == "NotFound"
}
