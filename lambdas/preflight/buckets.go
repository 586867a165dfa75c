package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// bucketAccess is whether the two distributions may read what one S3 origin of the release points at.
type bucketAccess struct {
	origin, bucket string
	folder         string // arn:aws:s3:::bucket/path/
	staging        answer
	// primary is asked only where the primary does not read the same folder today: after the promotion it will.
	primary answer
	problem string // why the policy cannot be read
	absence string // what is missing instead of a policy
}

// bucketPolicy is a policy as far as it could be read.
type bucketPolicy struct{ text, problem, absence string }

// readBuckets asks about every S3 origin of the config that staging will have, so also about the bucket that the change
// repoints an origin to.
func (h Handler) readBuckets(ctx context.Context, f facts) ([]bucketAccess, error) {
	staging, primary := readerOf(f.staging.arn), readerOf(f.primary.arn)
	var today []string
	for _, o := range distribution.S3Origins(f.primary.config) {
		today = append(today, folderOf(f.primary, f.primary.config, o))
	}
	policies := map[string]bucketPolicy{}
	var all []bucketAccess
	for _, o := range distribution.S3Origins(f.wanted) {
		access := bucketAccess{origin: o.OriginID, bucket: o.Bucket, folder: folderOf(f.primary, f.wanted, o), primary: allowed}
		if o.Bucket == "" {
			access.problem = "no bucket can be told from its domain name " + o.Domain
			all = append(all, access)
			continue
		}
		policy, known := policies[o.Bucket]
		if !known {
			var err error
			if policy, err = h.readBucketPolicy(ctx, o.Bucket, o.Region); err != nil {
				return nil, err
			}
			policies[o.Bucket] = policy
		}
		access.problem, access.absence = policy.problem, policy.absence
		access.staging = letsIn(policy.text, access.folder, staging)
		if !slices.Contains(today, access.folder) {
			access.primary = letsIn(policy.text, access.folder, primary)
		}
		all = append(all, access)
	}
	return all, nil
}

// folderOf is the ARN below which CloudFront reads for the origin, in the partition of the distribution.
func folderOf(owner side, config *types.DistributionConfig, o distribution.S3Origin) string {
	partition := "aws"
	if parts := strings.Split(owner.arn, ":"); len(parts) > 1 {
		partition = parts[1]
	}
	return fmt.Sprintf("arn:%s:s3:::%s%s/", partition, o.Bucket, originPath(config, o.OriginID))
}

func originPath(config *types.DistributionConfig, id string) string {
	for _, origin := range config.Origins.Items {
		if aws.ToString(origin.Id) == id {
			return aws.ToString(origin.OriginPath)
		}
	}
	return ""
}

// noPolicy is read like any other policy, and lets nobody in.
const noPolicy = "{}"

func (h Handler) readBucketPolicy(ctx context.Context, bucket, region string) (bucketPolicy, error) {
	out, err := h.getBucketPolicy(ctx, bucket, region)
	if elsewhere := content.RegionIn(err); elsewhere != "" && elsewhere != region {
		out, err = h.getBucketPolicy(ctx, bucket, elsewhere)
	}
	switch code := fault.Code(err); {
	case err == nil:
		return bucketPolicy{text: aws.ToString(out.Policy)}, nil
	case code == "NoSuchBucketPolicy":
		return bucketPolicy{text: noPolicy, absence: "has no bucket policy"}, nil
	case code == "NoSuchBucket":
		return bucketPolicy{text: noPolicy, absence: "does not exist"}, nil
	case gaveUp(err):
		return bucketPolicy{problem: err.Error()}, nil
	}
	return bucketPolicy{}, fmt.Errorf("read the policy of bucket %s: %w", bucket, err)
}

func (h Handler) getBucketPolicy(ctx context.Context, bucket, region string) (*s3.GetBucketPolicyOutput, error) {
	return h.BucketPolicies.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket}, content.In(region))
}

func bucketFindings(f facts) []release.Finding {
	var refuseStaging, refusePrimary []bucketAccess
	var unverified []string
	for _, b := range f.buckets {
		switch {
		case b.problem != "":
			unverified = append(unverified, fmt.Sprintf("origin %s: %s", b.origin, distribution.Shorten(b.problem, 300)))
			continue
		case b.staging == refused:
			refuseStaging = append(refuseStaging, b)
		case b.staging == unclear || b.primary == unclear:
			unverified = append(unverified, fmt.Sprintf("origin %s: the policy of bucket %s is of a kind that is not evaluated here", b.origin, b.bucket))
		}
		if b.primary == refused {
			refusePrimary = append(refusePrimary, b)
		}
	}
	var all []release.Finding
	if len(refuseStaging) > 0 {
		all = append(all, refusal(release.BucketPolicyRefusesStaging, refuseStaging, "staging "+f.staging.id, f.staging.arn,
			"every request that staging cannot answer from its cache would end in 403"))
	}
	if len(refusePrimary) > 0 {
		all = append(all, refusal(release.BucketPolicyRefusesPrimary, refusePrimary, "primary "+f.primary.id, f.primary.arn,
			"staging would be judged healthy, and after the promotion the primary could not read what it then points at"))
	}
	if len(unverified) > 0 {
		all = append(all, finding(release.Warn, release.CannotVerify,
			"it cannot be verified that staging may read its S3 origins: "+listed(unverified, "; ", 5),
			"an origin access control signs requests as one distribution, and a bucket policy usually names the primary's only",
			fmt.Sprintf("let the bucket's owner confirm that its policy lets in AWS:SourceArn %s, then acknowledge %s; or let the workflow's role"+
				" call s3:GetBucketPolicy on the bucket", f.staging.arn, release.CannotVerify)))
	}
	return all
}

func refusal(name string, buckets []bucketAccess, who, arn, why string) release.Finding {
	var texts, statements, seen []string
	for _, b := range buckets {
		text := fmt.Sprintf("origin %s reads %s*, and the policy of bucket %s does not let %s in", b.origin, b.folder, b.bucket, who)
		if b.absence != "" {
			text = fmt.Sprintf("origin %s reads %s*, and bucket %s %s", b.origin, b.folder, b.bucket, b.absence)
		}
		texts = append(texts, text)
		if !slices.Contains(seen, b.folder) {
			seen = append(seen, b.folder)
			statements = append(statements, fmt.Sprintf(
				`{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",`+
					` "Resource": "%s*", "Condition": {"StringEquals": {"AWS:SourceArn": "%s"}}}`, b.folder, arn))
		}
	}
	return finding(release.Block, name, listed(texts, "; ", mostNamed), why,
		"add to the bucket policy, keeping its other statements:\n"+listed(statements, "\n", 3))
}
