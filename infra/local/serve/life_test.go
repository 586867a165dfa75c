package serve_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/infra/local/serve"
)

// TestAReleaseOverTheSocket is the life of a pair through the real SDK: made, shifted to, seen by viewers, promoted.
func TestAReleaseOverTheSocket(t *testing.T) {
	s := start(t)
	ctx := t.Context()
	primary, err := s.cloudfront.CreateDistribution(ctx, &cloudfront.CreateDistributionInput{DistributionConfig: s.siteConfig(t)})
	must(t, err)
	id, host := primary.Distribution.Id, *primary.Distribution.DomainName
	if s.status(t, id) != "InProgress" {
		t.Error("a new distribution is Deployed at once")
	}
	s.wall.pass(5 * time.Second) // five minutes there
	if s.status(t, id) != "Deployed" {
		t.Error("after five minutes it is still InProgress")
	}
	s.page(t, host).want(t, http.StatusOK, "<h1>blue</h1>")

	staging, err := s.cloudfront.CopyDistribution(ctx, &cloudfront.CopyDistributionInput{
		PrimaryDistributionId: id, IfMatch: primary.ETag, CallerReference: aws.String("staging"), Staging: aws.Bool(true),
	})
	must(t, err)
	s.edit(t, staging.Distribution.Id, func(c *types.DistributionConfig) { c.Origins.Items[0].OriginPath = aws.String("/green") })
	policy, err := s.cloudfront.CreateContinuousDeploymentPolicy(ctx, &cloudfront.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{
			Enabled: aws.Bool(true),
			StagingDistributionDnsNames: &types.StagingDistributionDnsNames{
				Quantity: aws.Int32(1), Items: []string{*staging.Distribution.DomainName},
			},
			TrafficConfig: &types.TrafficConfig{
				Type:               types.ContinuousDeploymentPolicyTypeSingleWeight,
				SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(0.15)},
			},
		},
	})
	must(t, err)
	s.edit(t, id, func(c *types.DistributionConfig) {
		c.ContinuousDeploymentPolicyId = policy.ContinuousDeploymentPolicy.Id
	})
	s.wall.pass(10 * time.Second)
	green := 0
	const viewers = 1000
	for range viewers {
		if strings.Contains(s.page(t, host).body, "<h1>green</h1>") {
			green++
		}
	}
	if green < 105 || green > 195 { // four standard deviations around 150
		t.Errorf("%d of %d viewers got green, want about 15 %%", green, viewers)
	}

	_, err = s.cloudfront.UpdateDistributionWithStagingConfig(ctx, &cloudfront.UpdateDistributionWithStagingConfigInput{
		Id: id, StagingDistributionId: staging.Distribution.Id,
		IfMatch: aws.String(s.etag(t, id) + ", " + s.etag(t, staging.Distribution.Id)),
	})
	must(t, err)
	s.wall.pass(10 * time.Second)
	for range 20 {
		s.page(t, host).want(t, http.StatusOK, "<h1>green</h1>")
	}
}

func TestS3OverTheSocket(t *testing.T) {
	s := start(t)
	ctx := t.Context()
	_, err := s.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("my-site")})
	must(t, err)
	_, err = s.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String("my-site"), Key: aws.String("a b/ü.html"), Body: strings.NewReader("hello"),
	})
	must(t, err)
	list, err := s.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("my-site")})
	must(t, err)
	if len(list.Contents) != 1 || *list.Contents[0].Key != "a b/ü.html" {
		t.Errorf("got %v, want the one object", list.Contents)
	}
	s.do(t, http.MethodGet, "/a%20b/%C3%BC.html", withHost(signed("s3"), "my-site.localhost:4566"), "").want(t, http.StatusOK, "hello")
	s.do(t, http.MethodGet, "/my-site/a%20b/%C3%BC.html", withHost(signed("s3"), "s3.localhost:4566"), "").want(t, http.StatusOK, "hello")
	presigned := "/my-site/a%20b/%C3%BC.html?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=any%2F20261123%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20261123T090000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
	s.do(t, http.MethodGet, presigned, nil, "").want(t, http.StatusOK, "hello")
	const version2 = "/my-site/a%20b/%C3%BC.html?AWSAccessKeyId=any&Signature=dz0%3D&Expires=1795766381"
	s.do(t, http.MethodGet, version2, nil, "").want(t, http.StatusOK, "hello")
	s.do(t, http.MethodPut, "/my-site/big", signed("s3"), string(make([]byte, 12<<20))).want(t, http.StatusBadRequest, "EntityTooLarge")
}

// TestTimeIsTheSimulations: answers carry simulated time, which runs at the speed asked for.
func TestTimeIsTheSimulations(t *testing.T) {
	s := start(t)
	s.wall.pass(90 * time.Second)
	got := s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "")
	got.want(t, http.StatusOK, "<Quantity>0</Quantity>")
	if date := got.header.Get("Date"); date != "Mon, 23 Nov 2026 10:30:00 GMT" {
		t.Errorf("got the date %s, want an hour and a half after the start", date)
	}
}

// TestTimeNeitherStopsNorFallsBack: not when the machine slept, not after more simulated time than a duration holds, and not
// when the wall clock was set back.
func TestTimeNeitherStopsNorFallsBack(t *testing.T) {
	s := startAt(t, 100_000)
	created, err := s.cloudfront.CreateDistribution(t.Context(), &cloudfront.CreateDistributionInput{DistributionConfig: s.siteConfig(t)})
	must(t, err)
	before := s.date(t)
	for _, leap := range []time.Duration{8 * time.Hour, 30 * time.Hour, 1000 * time.Hour, -time.Hour, time.Second} {
		s.wall.pass(leap)
		if now := s.date(t); leap > 0 && !now.After(before) || now.Before(before) {
			t.Fatalf("after %s of the wall clock it is %s, from %s", leap, now, before)
		} else {
			before = now
		}
	}
	if s.status(t, created.Distribution.Id) != "Deployed" {
		t.Error("the distribution is still InProgress")
	}
}

func (s *served) date(t *testing.T) time.Time {
	t.Helper()
	at, err := http.ParseTime(s.do(t, http.MethodGet, "/2020-05-31/distribution", nil, "").header.Get("Date"))
	must(t, err)
	return at
}

// siteConfig is a distribution of the example site, and the origin access control that it needs.
func (s *served) siteConfig(t *testing.T) *types.DistributionConfig {
	t.Helper()
	access, err := s.cloudfront.CreateOriginAccessControl(t.Context(), &cloudfront.CreateOriginAccessControlInput{
		OriginAccessControlConfig: &types.OriginAccessControlConfig{
			Name: aws.String("site"), OriginAccessControlOriginType: types.OriginAccessControlOriginTypesS3,
			SigningBehavior: types.OriginAccessControlSigningBehaviorsAlways, SigningProtocol: types.OriginAccessControlSigningProtocolsSigv4,
		},
	})
	must(t, err)
	return &types.DistributionConfig{
		CallerReference: aws.String("test"), Comment: aws.String(""), Enabled: aws.Bool(true), DefaultRootObject: aws.String("index.html"),
		Origins: &types.Origins{Quantity: aws.Int32(1), Items: []types.Origin{{
			Id: aws.String("site"), DomainName: aws.String(serve.SiteBucket + ".s3.us-east-1.amazonaws.com"), OriginPath: aws.String("/blue"),
			OriginAccessControlId: access.OriginAccessControl.Id,
			S3OriginConfig:        &types.S3OriginConfig{OriginAccessIdentity: aws.String("")},
		}}},
		DefaultCacheBehavior: &types.DefaultCacheBehavior{
			TargetOriginId: aws.String("site"), ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll,
			CachePolicyId: aws.String("658327ea-f89d-4fab-a63d-7e88639e58f6"),
		},
	}
}

func (s *served) edit(t *testing.T, id *string, change func(*types.DistributionConfig)) {
	t.Helper()
	got, err := s.cloudfront.GetDistributionConfig(t.Context(), &cloudfront.GetDistributionConfigInput{Id: id})
	must(t, err)
	change(got.DistributionConfig)
	_, err = s.cloudfront.UpdateDistribution(t.Context(), &cloudfront.UpdateDistributionInput{
		Id: id, IfMatch: got.ETag, DistributionConfig: got.DistributionConfig,
	})
	must(t, err)
}

func (s *served) status(t *testing.T, id *string) string {
	t.Helper()
	got, err := s.cloudfront.GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: id})
	must(t, err)
	return *got.Distribution.Status
}

func (s *served) etag(t *testing.T, id *string) string {
	t.Helper()
	got, err := s.cloudfront.GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: id})
	must(t, err)
	return *got.ETag
}

func (s *served) page(t *testing.T, host string) answer {
	t.Helper()
	return s.do(t, http.MethodGet, "/", withHost(http.Header{}, host+".localhost:4566"), "")
}

func withHost(h http.Header, host string) http.Header {
	h.Set("Host", host)
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
