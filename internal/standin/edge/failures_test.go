package edge_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
	"cloudfront-cd/internal/standin/s3"
)

// shop is a pair in front of a bucket, which only signed requests of listed distributions may read, and an API that wants a
// secret, a query and a cookie.
type shop struct {
	*edge.Edge

	clock   *simtime.Clock
	account *cloudfront.Server
	files   *s3.Server
	api     *origin.API
	metrics metrics
}

func newShop(t *testing.T, readers []string, staging change) *shop {
	t.Helper()
	clock := simtime.New(start())
	s := &shop{clock: clock, account: cloudfront.New(clock, 1), files: s3.New(clock), api: origin.NewAPI(1), metrics: metrics{}}
	s.api.RequiredHeaders = http.Header{"X-Origin-Verify": {"secret"}}
	s.api.RequiredQuery, s.api.RequiredCookie = "sku", "cart"
	if err := s.files.CreateBucket("shop"); err != nil {
		t.Fatal(err)
	}
	arns := make([]string, 0, len(readers))
	for _, id := range readers {
		arns = append(arns, strconv.Quote("arn:aws:cloudfront::123456789012:distribution/"+id))
	}
	s.files.SetPolicy("shop", fmt.Sprintf(`{"Statement": {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
		"Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*", "Condition": {"StringEquals": {"AWS:SourceArn": [%s]}}}}`, strings.Join(arns, ",")))
	for _, key := range []string{"blue/index.html", "green/index.html"} {
		if err := s.files.Put("shop", key, []byte(key), http.Header{"Content-Type": {"text/html"}}); err != nil {
			t.Fatal(err)
		}
	}
	green := shopConfig()
	if staging != nil {
		staging(green)
	}
	if _, err := s.account.AddPair(cloudfront.Pair{
		PrimaryID: primaryID, StagingID: stagingID, Primary: encode(t, shopConfig()), Staging: encode(t, green), Policy: byHeader(),
	}); err != nil {
		t.Fatal(err)
	}
	s.Edge = edge.New(clock, s.account, func(domain string) edge.Origin {
		switch domain {
		case "shop.s3.us-east-1.amazonaws.com":
			return origin.S3Bucket(s.files, "shop")
		case "api.example.com":
			return s.api
		default:
			return nil
		}
	}, s.metrics, 1)
	return s
}

func shopConfig() *types.DistributionConfig {
	cfg := siteConfig()
	site := &cfg.Origins.Items[0]
	site.CustomOriginConfig = nil
	site.DomainName = aws.String("shop.s3.us-east-1.amazonaws.com")
	site.S3OriginConfig = &types.S3OriginConfig{OriginAccessIdentity: aws.String("")}
	site.OriginAccessControlId = aws.String("E1OAC")
	cfg.Origins.Items[1].CustomHeaders = &types.CustomHeaders{Quantity: aws.Int32(1), Items: []types.OriginCustomHeader{
		{HeaderName: aws.String("X-Origin-Verify"), HeaderValue: aws.String("secret")},
	}}
	return cfg
}

// visit asks both sides for the root document and for something of the API's.
func (s *shop) visit(t *testing.T) (primary, staging [2]int) {
	t.Helper()
	for i, r := range []edge.Request{
		{Host: alias, Path: "/"},
		{Host: alias, Path: "/api/item", Query: "sku=1", Header: http.Header{"Cookie": {"cart=7"}}},
	} {
		primary[i] = s.Serve(r)[0].Status
		h := toStaging()
		h["Cookie"] = r.Header["Cookie"]
		r.Header = h
		staging[i] = s.Serve(r)[0].Status
	}
	return primary, staging
}

// The mistakes in a config that a release is to notice on staging, while the primary's viewers see none of them.
func TestMistakesShowOnStagingAlone(t *testing.T) {
	both := []string{primaryID, stagingID}
	tests := map[string]struct {
		readers []string
		change  change
		want    [2]int
	}{
		"no mistake":   {both, nil, [2]int{200, 200}},
		"a new folder": {both, originPath("/green"), [2]int{200, 200}},
		"the bucket policy does not list staging": {both[:1], nil, [2]int{403, 200}},
		"requests to the bucket are no longer signed": {both, func(cfg *types.DistributionConfig) {
			cfg.Origins.Items[0].OriginAccessControlId = aws.String("")
		}, [2]int{403, 200}},
		"a folder that is not there":  {both, originPath("/gren"), [2]int{403, 200}},
		"a root document of old name": {both, func(cfg *types.DistributionConfig) { cfg.DefaultRootObject = aws.String("home.html") }, [2]int{403, 200}},
		"no root document":            {both, func(cfg *types.DistributionConfig) { cfg.DefaultRootObject = aws.String("") }, [2]int{403, 200}},
		"the API's secret is missing": {both, func(cfg *types.DistributionConfig) { cfg.Origins.Items[1].CustomHeaders = nil }, [2]int{200, 401}},
		"the API is cached like files": {both, func(cfg *types.DistributionConfig) {
			b := &cfg.CacheBehaviors.Items[0]
			b.CachePolicyId, b.OriginRequestPolicyId = aws.String(cachingOptimized), nil
		}, [2]int{200, 401}},
		"the API's cookies get lost": {both, func(cfg *types.DistributionConfig) {
			cfg.CacheBehaviors.Items[0].OriginRequestPolicyId = nil
		}, [2]int{200, 401}},
		"the API's pattern has a typo": {both, func(cfg *types.DistributionConfig) {
			cfg.CacheBehaviors.Items[0].PathPattern = aws.String("/apis/*")
		}, [2]int{200, 403}},
		"the API's host does not exist": {both, func(cfg *types.DistributionConfig) {
			cfg.Origins.Items[1].DomainName = aws.String("api.example.org")
		}, [2]int{200, 502}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, tt.readers, tt.change)
			primary, staging := s.visit(t)
			if primary != [2]int{200, 200} || staging != tt.want {
				t.Errorf("got %v from the primary and %v from staging, want %v", primary, staging, tt.want)
			}
			got, failed := s.metrics[stagingID], int64(0)
			for _, status := range tt.want {
				if status != 200 {
					failed++
				}
			}
			if got.requests != 2 || got.e4xx+got.e5xx != failed || s.metrics[primaryID] != (counts{2, 0, 0}) {
				t.Errorf("got metrics %+v", s.metrics)
			}
		})
	}
}

func TestAnObjectOfABucketIsServedWithItsHeaders(t *testing.T) {
	s := newShop(t, []string{primaryID}, nil)
	a := s.Serve(edge.Request{Host: alias, Path: "/"})[0]
	if string(a.Body) != "blue/index.html" || a.Header.Get("Content-Type") != "text/html" || a.Header.Get("Server") != "AmazonS3" {
		t.Errorf("got %q with %v", a.Body, a.Header)
	}
	h := http.Header{"If-None-Match": {a.Header.Get("Etag")}}
	if a := s.Serve(edge.Request{Host: alias, Path: "/", Header: h})[0]; a.Status != http.StatusNotModified {
		t.Errorf("got %d", a.Status)
	}
	s.clock.Advance(24 * time.Hour) // the default TTL of CachingOptimized
	if a := s.Serve(edge.Request{Host: alias, Path: "/"})[0]; a.Result != "RefreshHit" || string(a.Body) != "blue/index.html" {
		t.Errorf("got %s %q of an object that the bucket has not changed", a.Result, a.Body)
	}
}
