package world

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
)

// addBucket makes the bucket of an S3 origin, with a policy that lets both distributions in.
func (w *World) addBucket(domain string, o Options) error {
	bucket, region := distribution.ParseS3Domain(domain)
	if bucket == "" || w.S3.HasBucket(bucket) {
		return nil
	}
	if err := w.S3.CreateBucket(bucket); err != nil {
		return err
	}
	if region != "" {
		w.Transport.Hosts["s3."+region+".amazonaws.com"] = w.S3
	}
	if open(domain, o.Primary, o.Staging) {
		w.S3.SetPolicy(bucket, fmt.Sprintf(publicPolicy, bucket))
		return nil
	}
	w.closed = append(w.closed, bucket)
	w.letIn(bucket)
	return nil
}

// letIn gives a bucket a policy for the distributions that there are of the pair.
func (w *World) letIn(bucket string) {
	w.S3.SetPolicy(bucket, fmt.Sprintf(bucketPolicy, bucket, w.Pair.PrimaryID, w.Pair.StagingID))
}

// open reports whether everybody may read a bucket: the first config that has origins there has one whose requests no origin
// access control signs. The primary's come first, because what it needs is right; that staging forgets to sign is a mistake.
func open(domain string, configs ...*types.DistributionConfig) bool {
	for _, config := range configs {
		found := false
		for _, o := range items(config) {
			if aws.ToString(o.DomainName) != domain {
				continue
			}
			if aws.ToString(o.OriginAccessControlId) == "" {
				return true
			}
			found = true
		}
		if found {
			return false
		}
	}
	return false
}

// bucketPolicy is the one of CloudFront's documentation of origin access control, for two distributions.
const bucketPolicy = `{"Version": "2012-10-17", "Statement": [{
	"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*",
	"Condition": {"StringEquals": {"AWS:SourceArn": [
		"arn:aws:cloudfront::123456789012:distribution/%s", "arn:aws:cloudfront::123456789012:distribution/%s"]}}}]}`

// publicPolicy lets everybody read.
const publicPolicy = `{"Version": "2012-10-17", "Statement": [{
	"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*"}]}`

// origin is what answers at an origin's domain name: a bucket, which need not exist, or else a website with an API behind it,
// whatever it is called.
func (w *World) origin(domain string) edge.Origin {
	found := w.origins[domain]
	if found == nil {
		if bucket, _ := distribution.ParseS3Domain(domain); bucket != "" {
			found = origin.S3Bucket(w.S3, bucket)
		} else {
			found = w.website(domain)
		}
		w.origins[domain] = found
	}
	return found
}
