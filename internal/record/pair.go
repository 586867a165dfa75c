package record

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Lister lists the keys of objects.
type Lister interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Keys are all keys with a prefix, in alphabetical order.
func Keys(ctx context.Context, s Lister, bucket, prefix string) ([]string, error) {
	var keys []string
	in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
	for {
		got, err := s.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list s3://%s/%s: %w", bucket, prefix, err)
		}
		for _, object := range got.Contents {
			keys = append(keys, aws.ToString(object.Key))
		}
		if !aws.ToBool(got.IsTruncated) {
			return keys, nil
		}
		in.ContinuationToken = got.NextContinuationToken
	}
}

// Pair is a primary's pair as a record has it.
type Pair struct {
	PolicyID string `json:"policyId,omitempty"`
	Staging  string `json:"staging,omitempty"`
}

// LastPair is the pair in the newest record of a primary that has one: of a release, or of a retire that did not come to its
// end. It says what once was, not what is.
func LastPair(ctx context.Context, s interface {
	Reader
	Lister
}, bucket, primary string,
) (pair Pair, found bool, err error) {
	keys, err := Keys(ctx, s, bucket, "releases/"+primary+"/")
	if err != nil {
		return Pair{}, false, err
	}
	for _, key := range slices.Backward(keys) { // the time is in the key
		var e Evidence
		if _, _, err := Read(ctx, s, bucket, key, &e); err != nil {
			return Pair{}, false, err
		}
		if pair := e.pair(); pair != (Pair{}) {
			return pair, true, nil
		}
	}
	return Pair{}, false, nil
}

// LastRelease is the newest record of a release of a primary that came as far as Preflight.
func LastRelease(ctx context.Context, s interface {
	Reader
	Lister
}, bucket, primary string,
) (e Evidence, found bool, err error) {
	keys, err := Keys(ctx, s, bucket, "releases/"+primary+"/")
	if err != nil {
		return Evidence{}, false, err
	}
	for _, key := range slices.Backward(keys) {
		var e Evidence
		if _, _, err := Read(ctx, s, bucket, key, &e); err != nil {
			return Evidence{}, false, err
		}
		if e.Preflight != nil {
			return e, true, nil
		}
	}
	return Evidence{}, false, nil
}

func (e Evidence) pair() Pair {
	switch {
	case e.Parts != nil:
		return Pair{PolicyID: e.Parts.PolicyID, Staging: e.Parts.Staging}
	case e.Preflight != nil:
		return Pair{PolicyID: e.Preflight.PolicyID, Staging: e.Preflight.Staging.ID}
	}
	return Pair{}
}
