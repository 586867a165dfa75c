package distribution_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

func TestEveryFieldIsAllowedKeptOrIllegal(t *testing.T) {
	illegal := []string{
		"AnycastIpListId", "CacheTagConfig", "ConnectionFunctionAssociation", "ConnectionMode", "Enabled", "HttpVersion",
		"IsIPV6Enabled", "PriceClass", "TenantConfig", "ViewerCertificate", "ViewerMtlsConfig", "WebACLId",
	}
	all := slices.Concat(illegal, distribution.AllowedFields(), distribution.KeptFields())
	slices.Sort(all)
	var sdk []string
	for f := range reflect.TypeFor[types.DistributionConfig]().Fields() {
		if f.IsExported() {
			sdk = append(sdk, f.Name)
		}
	}
	slices.Sort(sdk)
	wantEqual(t, all, sdk)

	var got []string
	for _, d := range distribution.Illegal(distribution.Diff(&types.DistributionConfig{}, full())) {
		if len(got) == 0 || got[len(got)-1] != d.Field() {
			got = append(got, d.Field())
		}
	}
	wantEqual(t, got, illegal)
}

func TestIllegalNamesTheFieldsAndKeepsItsArgument(t *testing.T) {
	a, b := example(t, "api.primary"), example(t, "api.staging")
	b.CacheBehaviors.Items[0], b.CacheBehaviors.Items[1] = b.CacheBehaviors.Items[1], b.CacheBehaviors.Items[0]
	b.ViewerCertificate.MinimumProtocolVersion = types.MinimumProtocolVersionTLSv1
	b.PriceClass = types.PriceClassPriceClassAll

	diff := distribution.Diff(a, b)
	before := slices.Clone(diff)
	wantEqual(t, distribution.Illegal(diff), []distribution.Difference{
		{"PriceClass", "PriceClass_100", "PriceClass_All"},
		{"ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021", "TLSv1"},
	})
	wantEqual(t, diff, before)
}

func TestDifferencesOutsideOneOrigin(t *testing.T) {
	for name, test := range map[string]struct {
		origin string
		edit   func(c *types.DistributionConfig)
		want   []string
	}{
		"only the origin's path":       {"api", func(c *types.DistributionConfig) { c.Origins.Items[2].OriginPath = nil }, nil},
		"the origin is gone":           {"api", func(c *types.DistributionConfig) { c.Origins.Items = c.Origins.Items[:2] }, nil},
		"another origin":               {"web", func(c *types.DistributionConfig) { c.Origins.Items[0].OriginPath = nil }, []string{"Origins[web-eu].OriginPath"}},
		"a group of the origin's name": {"web", func(c *types.DistributionConfig) { c.OriginGroups = nil }, []string{"OriginGroups[web]"}},
		"something besides": {"api", func(c *types.DistributionConfig) {
			c.Origins.Items[2].DomainName = new("x")
			c.Comment = new("y")
		}, []string{"Comment"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := example(t, "api.primary"), example(t, "api.primary")
			test.edit(b)
			diff := distribution.Diff(a, b)
			if len(diff) == 0 {
				t.Fatal("got no difference, want some")
			}
			var got []string
			for _, d := range distribution.OnlyOriginDiffers(diff, test.origin) {
				got = append(got, d.Path)
			}
			wantEqual(t, got, test.want)
		})
	}
}

func TestWebACLOnOneSideOnly(t *testing.T) {
	for name, test := range map[string]struct {
		primary, staging *string
		want             bool
	}{
		"none":            {nil, new(""), false},
		"both, different": {new("a"), new("b"), false},
		"only primary":    {new("a"), nil, true},
		"only staging":    {new(""), new("b"), true},
	} {
		t.Run(name, func(t *testing.T) {
			got := distribution.WebACLOnOneSideOnly(
				&types.DistributionConfig{WebACLId: test.primary}, &types.DistributionConfig{WebACLId: test.staging})
			wantEqual(t, got, test.want)
		})
	}
}
