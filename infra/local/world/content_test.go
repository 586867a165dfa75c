package world_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// build makes a world of the example's pair, changed, in which everybody who sends the header gets staging.
func build(t *testing.T, change func(primary, staging *types.DistributionConfig)) *world.World {
	t.Helper()
	o := world.Options{Seed: 1, Policy: cloudfront.Policy{Enabled: true, Type: cloudfront.SingleHeader, Header: "aws-cf-cd-test", Value: "yes"}}
	var err error
	if o.Primary, _, err = distribution.ParseCLI(examples.SPAPrimary); err != nil {
		t.Fatal(err)
	}
	if o.Staging, _, err = distribution.ParseCLI(examples.SPAStaging); err != nil {
		t.Fatal(err)
	}
	change(o.Primary, o.Staging)
	w, err := world.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// status is what a viewer of one side gets.
func status(t *testing.T, w *world.World, header string, path, query string) int {
	t.Helper()
	live, _ := w.CloudFront.Live(w.Pair.PrimaryID)
	answers := w.Edge.Serve(edge.Request{
		Host: live.DomainName, Path: path, Query: query, Header: map[string][]string{"Aws-Cf-Cd-Test": {header}},
	})
	if len(answers) != 1 {
		t.Fatalf("got %d answers", len(answers))
	}
	return answers[0].Status
}

// TestABucketIsClosedToWhoForgetsToSign: the world gives the pair what the primary needs, so that a mistake in staging shows.
func TestABucketIsClosedToWhoForgetsToSign(t *testing.T) {
	unsigned := func(c *types.DistributionConfig) { c.Origins.Items[0].OriginAccessControlId = aws.String("") }
	for name, tt := range map[string]struct {
		change           func(primary, staging *types.DistributionConfig)
		primary, staging int
	}{
		"both sign":            {func(_, _ *types.DistributionConfig) {}, 200, 200},
		"staging does not":     {func(_, staging *types.DistributionConfig) { unsigned(staging) }, 200, 403},
		"the primary does not": {func(primary, _ *types.DistributionConfig) { unsigned(primary) }, 200, 200},
		"a new bucket is open to who does not sign": {func(_, staging *types.DistributionConfig) {
			unsigned(staging)
			staging.Origins.Items[0].DomainName = aws.String("another-site.s3.eu-central-1.amazonaws.com")
		}, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := build(t, tt.change)
			if got := status(t, w, "no", "/about.html", ""); got != tt.primary {
				t.Errorf("got %d from the primary, want %d", got, tt.primary)
			}
			if got := status(t, w, "yes", "/about.html", ""); got != tt.staging {
				t.Errorf("got %d from staging, want %d", got, tt.staging)
			}
		})
	}
}

// TestAnAPIWantsWhatEveryOriginOfThePrimaryHas: two origins may point to one host, and both work before the release.
func TestAnAPIWantsWhatEveryOriginOfThePrimaryHas(t *testing.T) {
	secret := func(value string) *types.CustomHeaders {
		return &types.CustomHeaders{Quantity: aws.Int32(1), Items: []types.OriginCustomHeader{
			{HeaderName: aws.String("X-Secret"), HeaderValue: aws.String(value)},
		}}
	}
	for name, second := range map[string]*types.CustomHeaders{"none": nil, "another": secret("b"), "the same": secret("a")} {
		w := build(t, func(primary, staging *types.DistributionConfig) {
			for _, c := range []*types.DistributionConfig{primary, staging} {
				other := c.Origins.Items[1]
				c.Origins.Items[1].CustomHeaders = secret("a")
				other.Id, other.CustomHeaders, other.OriginPath = aws.String("other"), second, aws.String("/v2")
				c.Origins.Items = append(c.Origins.Items, other)
				c.Origins.Quantity = aws.Int32(int32(len(c.Origins.Items)))
			}
			staging.Origins.Items[1].CustomHeaders = nil
		})
		failed := 0
		for range 100 {
			if status(t, w, "no", "/api/session", "build=x") == 401 {
				failed++
			}
		}
		if failed > 20 {
			t.Errorf("%s: got %d of 100 requests of the primary refused", name, failed)
		}
		if got := status(t, w, "yes", "/api/session", "build=x"); (got == 401) != (name == "the same") {
			t.Errorf("%s: got %d from staging without the secret", name, got)
		}
	}
}
