package serve_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestStandardLogsAreDelivered: each distribution of a pair has its own file, and staging's names the primary.
func TestStandardLogsAreDelivered(t *testing.T) {
	s := start(t)
	ctx := t.Context()
	_, err := s.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("my-logs")})
	must(t, err)
	config := s.siteConfig(t)
	config.Logging = &types.LoggingConfig{
		Enabled: aws.Bool(true), IncludeCookies: aws.Bool(false), Bucket: aws.String("my-logs.s3.amazonaws.com"), Prefix: aws.String("site"),
	}
	primary, err := s.cloudfront.CreateDistribution(ctx, &cloudfront.CreateDistributionInput{DistributionConfig: config})
	must(t, err)
	staging, err := s.cloudfront.CopyDistribution(ctx, &cloudfront.CopyDistributionInput{
		PrimaryDistributionId: primary.Distribution.Id, IfMatch: primary.ETag, CallerReference: aws.String("s"), Staging: aws.Bool(true),
	})
	must(t, err)
	policy, err := s.cloudfront.CreateContinuousDeploymentPolicy(ctx, &cloudfront.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{
			Enabled:                     aws.Bool(true),
			StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{*staging.Distribution.DomainName}},
			TrafficConfig: &types.TrafficConfig{
				Type:               types.ContinuousDeploymentPolicyTypeSingleHeader,
				SingleHeaderConfig: &types.ContinuousDeploymentSingleHeaderConfig{Header: aws.String("aws-cf-cd-test"), Value: aws.String("1")},
			},
		},
	})
	must(t, err)
	s.edit(t, primary.Distribution.Id, func(c *types.DistributionConfig) {
		c.ContinuousDeploymentPolicyId = policy.ContinuousDeploymentPolicy.Id
	})
	s.wall.pass(10 * time.Second)
	host := http.Header{"Host": {*primary.Distribution.DomainName}, "Cookie": {"secret=1"}}
	s.do(t, http.MethodGet, "/?a=b", host, "").want(t, http.StatusOK)
	host.Set("Aws-Cf-Cd-Test", "1")
	s.do(t, http.MethodGet, "/missing", host, "").want(t, http.StatusNotFound)
	s.wall.pass(15 * time.Second)

	lines := s.delivered(t, "my-logs")
	if len(lines) != 2 {
		t.Fatalf("got the logs of %d distributions, want two: %v", len(lines), lines)
	}
	id, domain := *primary.Distribution.Id, *primary.Distribution.DomainName
	for _, c := range []struct {
		id   string
		want []string
	}{
		{id, []string{"\tGET\t" + domain + "\t/\t200\t", "\ta=b\t-\t", "\t-\t-"}},
		{*staging.Distribution.Id, []string{"\t/missing\t404\t", "\t" + id + "\t" + domain}},
	} {
		for _, text := range c.want {
			if !strings.Contains(lines[c.id], text) {
				t.Errorf("got %q for %s, want it to contain %q", lines[c.id], c.id, text)
			}
		}
	}
}

// delivered are the log lines in a bucket, by distribution.
func (s *served) delivered(t *testing.T, bucket string) map[string]string {
	t.Helper()
	list, err := s.s3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: aws.String("site/")})
	must(t, err)
	found := map[string]string{}
	for _, o := range list.Contents {
		got, err := s.s3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: o.Key})
		must(t, err)
		plain, err := gzip.NewReader(got.Body)
		must(t, err)
		text, err := io.ReadAll(plain)
		must(t, err)
		id, _, _ := strings.Cut(strings.TrimPrefix(*o.Key, "site/"), ".")
		head, rest, _ := strings.Cut(string(text), "primary-distribution-dns-name\n")
		if !strings.HasPrefix(head, "#Version: 1.0\n#Fields: date time ") {
			t.Errorf("%s begins with %q", *o.Key, head)
		}
		found[id] += rest
	}
	return found
}
