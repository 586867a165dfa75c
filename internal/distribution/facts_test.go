package distribution_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

func TestHTTP3(t *testing.T) {
	for _, version := range types.HttpVersion("").Values() {
		want := version == "http3" || version == "http2and3"
		wantEqual(t, distribution.HTTP3(&types.DistributionConfig{HttpVersion: version}), want)
	}
	wantEqual(t, distribution.HTTP3(nil), false)
}

func TestMultiTenant(t *testing.T) {
	for mode, want := range map[types.ConnectionMode]bool{"": false, "direct": false, "tenant-only": true} {
		wantEqual(t, distribution.MultiTenant(&types.DistributionConfig{ConnectionMode: mode}), want)
	}
}

func TestCustomErrorCodesAreSorted(t *testing.T) {
	c := example(t, "api.primary")
	c.CustomErrorResponses.Items[0], c.CustomErrorResponses.Items[3] = c.CustomErrorResponses.Items[3], c.CustomErrorResponses.Items[0]
	wantEqual(t, distribution.CustomErrorCodes(c), []int32{403, 404, 502, 504})
	c.CustomErrorResponses = nil
	wantEqual(t, distribution.CustomErrorCodes(c), nil)
}

func TestPathPatternsOnlyOnStaging(t *testing.T) {
	for name, test := range map[string]struct {
		primary, staging []string
		want             []string
	}{
		"the same":              {[]string{"/a", "/b"}, []string{"/b", "/a"}, nil},
		"a subset":              {[]string{"/a", "/b"}, []string{"/a"}, nil},
		"more, in their order":  {[]string{"/a"}, []string{"/z", "/a", "/b"}, []string{"/z", "/b"}},
		"a primary without any": {nil, []string{"/a"}, []string{"/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantEqual(t, distribution.PathPatternsOnlyOnStaging(patterns(test.primary), patterns(test.staging)), test.want)
		})
	}
}

func patterns(all []string) *types.DistributionConfig {
	c := &types.DistributionConfig{CacheBehaviors: &types.CacheBehaviors{}}
	for _, p := range all {
		c.CacheBehaviors.Items = append(c.CacheBehaviors.Items, types.CacheBehavior{PathPattern: new(p)})
	}
	return c
}

const (
	lambdaV1 = "arn:aws:lambda:us-east-1:111122223333:function:auth:1"
	lambdaV2 = "arn:aws:lambda:us-east-1:111122223333:function:auth:2"
	function = "arn:aws:cloudfront::111122223333:function/canonical-urls"
)

func withLambda(c *types.DistributionConfig, arn string, body bool) *types.DistributionConfig {
	c.CacheBehaviors.Items[0].LambdaFunctionAssociations = &types.LambdaFunctionAssociations{
		Items: []types.LambdaFunctionAssociation{{EventType: "origin-request", LambdaFunctionARN: new(arn), IncludeBody: new(body)}},
	}
	return c
}

func TestDifferingFunctions(t *testing.T) {
	const at = "CacheBehaviors[/api/*].LambdaFunctionAssociations[origin-request]"
	for name, test := range map[string]struct {
		primary, staging *types.DistributionConfig
		want             []distribution.Difference
	}{
		"none differs": {example(t, "api.primary"), example(t, "api.staging"), nil},
		"another version": {
			withLambda(example(t, "api.primary"), lambdaV1, false), withLambda(example(t, "api.staging"), lambdaV2, false),
			[]distribution.Difference{{at, lambdaV1, lambdaV2}},
		},
		"the body included": {
			withLambda(example(t, "api.primary"), lambdaV1, false), withLambda(example(t, "api.staging"), lambdaV1, true),
			[]distribution.Difference{{at, lambdaV1, lambdaV1 + " (IncludeBody)"}},
		},
		"on the primary only, in a behavior that staging lacks": {
			withLambda(example(t, "api.primary"), lambdaV1, false), patterns(nil),
			[]distribution.Difference{
				{at, lambdaV1, ""}, {"DefaultCacheBehavior.FunctionAssociations[viewer-request]", function, ""},
			},
		},
		"on staging only": {
			nil, example(t, "api.staging"),
			[]distribution.Difference{{"DefaultCacheBehavior.FunctionAssociations[viewer-request]", "", function}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			wantEqual(t, distribution.DifferingFunctions(test.primary, test.staging), test.want)
		})
	}
}

func TestSharedFunctions(t *testing.T) {
	primary := withLambda(example(t, "api.primary"), lambdaV1, false)
	staging := withLambda(example(t, "api.staging"), lambdaV1, true)
	staging.CacheBehaviors.Items[1].FunctionAssociations = staging.DefaultCacheBehavior.FunctionAssociations

	const onDefault = "DefaultCacheBehavior.FunctionAssociations[viewer-request]"
	const onAPI = "CacheBehaviors[/api/*].LambdaFunctionAssociations[origin-request]"
	wantEqual(t, distribution.SharedFunctions(primary, staging), []distribution.SharedFunction{
		{
			ARN: function, Primary: []string{onDefault},
			Staging: []string{onDefault, "CacheBehaviors[/static/*].FunctionAssociations[viewer-request]"},
		},
		{ARN: lambdaV1, Lambda: true, Primary: []string{onAPI}, Staging: []string{onAPI}},
	})
	wantEqual(t, distribution.SharedFunctions(primary, withLambda(patterns([]string{"/x"}), lambdaV2, false)), nil)
}
