package cloudfront_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// TestManagedPoliciesAreReadAlikeEveryWay: Get, GetConfig, List and the Go accessor agree on each of AWS's policies.
func TestManagedPoliciesAreReadAlikeEveryWay(t *testing.T) {
	w := newWorld(t)
	ctx, count := t.Context(), 0
	check := func(id *string, kind any, listed, got, config any, etag, configETag *string, tree *cloudfront.Node, name *string) {
		count++
		if !reflect.DeepEqual(listed, got) || !reflect.DeepEqual(got, config) || kind != "managed" || *etag != *configETag {
			t.Errorf("%s is read as %+v, %+v and %+v", *id, listed, got, config)
		}
		if tree.Value("Name") != *name {
			t.Errorf("%s is %q for Go", *id, tree.Value("Name"))
		}
	}
	caching, err := w.client.ListCachePolicies(ctx, &sdk.ListCachePoliciesInput{Type: types.CachePolicyTypeManaged})
	must(t, err)
	for _, v := range caching.CachePolicyList.Items {
		id := v.CachePolicy.Id
		got, err := w.client.GetCachePolicy(ctx, &sdk.GetCachePolicyInput{Id: id})
		must(t, err)
		config, err := w.client.GetCachePolicyConfig(ctx, &sdk.GetCachePolicyConfigInput{Id: id})
		must(t, err)
		check(id, string(v.Type), v.CachePolicy.CachePolicyConfig, got.CachePolicy.CachePolicyConfig, config.CachePolicyConfig,
			got.ETag, config.ETag, w.CachePolicy(*id), config.CachePolicyConfig.Name)
	}
	requests, err := w.client.ListOriginRequestPolicies(ctx, &sdk.ListOriginRequestPoliciesInput{})
	must(t, err)
	for _, v := range requests.OriginRequestPolicyList.Items {
		id := v.OriginRequestPolicy.Id
		got, err := w.client.GetOriginRequestPolicy(ctx, &sdk.GetOriginRequestPolicyInput{Id: id})
		must(t, err)
		config, err := w.client.GetOriginRequestPolicyConfig(ctx, &sdk.GetOriginRequestPolicyConfigInput{Id: id})
		must(t, err)
		check(id, string(v.Type), v.OriginRequestPolicy.OriginRequestPolicyConfig, got.OriginRequestPolicy.OriginRequestPolicyConfig,
			config.OriginRequestPolicyConfig, got.ETag, config.ETag, w.OriginRequestPolicy(*id), config.OriginRequestPolicyConfig.Name)
	}
	headers, err := w.client.ListResponseHeadersPolicies(ctx, &sdk.ListResponseHeadersPoliciesInput{})
	must(t, err)
	for _, v := range headers.ResponseHeadersPolicyList.Items {
		id := v.ResponseHeadersPolicy.Id
		got, err := w.client.GetResponseHeadersPolicy(ctx, &sdk.GetResponseHeadersPolicyInput{Id: id})
		must(t, err)
		config, err := w.client.GetResponseHeadersPolicyConfig(ctx, &sdk.GetResponseHeadersPolicyConfigInput{Id: id})
		must(t, err)
		check(id, string(v.Type), v.ResponseHeadersPolicy.ResponseHeadersPolicyConfig,
			got.ResponseHeadersPolicy.ResponseHeadersPolicyConfig, config.ResponseHeadersPolicyConfig, got.ETag, config.ETag,
			w.ResponseHeadersPolicy(*id), config.ResponseHeadersPolicyConfig.Name)
	}
	if count != 7+8+5 {
		t.Errorf("got %d managed policies", count)
	}
}

func TestManagedPoliciesHaveAWSsSettings(t *testing.T) {
	w := newWorld(t)
	const keys = "ParametersInCacheKeyAndForwardedToOrigin/"
	for _, tt := range []struct {
		policy *cloudfront.Node
		want   map[string]string
	}{
		{w.CachePolicy(cachingOptimized), map[string]string{
			"Name": "Managed-CachingOptimized", "MinTTL": "1", "DefaultTTL": "86400", "MaxTTL": "31536000",
			keys + "EnableAcceptEncodingBrotli": "true", keys + "HeadersConfig/HeaderBehavior": "none",
		}},
		{w.CachePolicy("4135ea2d-6df8-44a3-9df3-4b5a84be39ad"), map[string]string{
			"Name": "Managed-CachingDisabled", "MinTTL": "0", "DefaultTTL": "0", "MaxTTL": "0", keys + "EnableAcceptEncodingGzip": "false",
		}},
		{w.CachePolicy("4cc15a8a-d715-48a4-82b8-cc0b614638fe"), map[string]string{
			"Name": "UseOriginCacheControlHeaders-QueryStrings", keys + "CookiesConfig/CookieBehavior": "all",
			keys + "HeadersConfig/Headers/x-method-override": "x-method-override", keys + "QueryStringsConfig/QueryStringBehavior": "all",
		}},
		{w.OriginRequestPolicy("b689b0a8-53d0-40ab-baf2-68738e2966ac"), map[string]string{
			"Name": "Managed-AllViewerExceptHostHeader", "HeadersConfig/HeaderBehavior": "allExcept", "HeadersConfig/Headers/Host": "Host",
		}},
		{w.OriginRequestPolicy("33f36d7e-f396-46d9-90e0-52428a34d9dc"), map[string]string{
			"HeadersConfig/HeaderBehavior": "allViewerAndWhitelistCloudFront", "HeadersConfig/Headers/Quantity": "21",
		}},
		{w.ResponseHeadersPolicy("67f7725c-6f97-4210-82d7-5512b31e9d03"), map[string]string{
			"SecurityHeadersConfig/StrictTransportSecurity/AccessControlMaxAgeSec": "31536000",
			"SecurityHeadersConfig/FrameOptions/FrameOption":                       "SAMEORIGIN",
			"SecurityHeadersConfig/ContentTypeOptions/Override":                    "true",
		}},
		{w.ResponseHeadersPolicy("5cc3b908-e619-4b99-88e5-2cf7f45965bd"), map[string]string{
			"CorsConfig/AccessControlAllowMethods/Quantity": "7", "CorsConfig/AccessControlExposeHeaders/*": "*", "CorsConfig/OriginOverride": "false",
		}},
	} {
		for path, want := range tt.want {
			if got := tt.policy.Value(path); got != want {
				t.Errorf("got %q at %s of %s, want %q", got, path, tt.policy.Value("Name"), want)
			}
		}
	}
	if w.CachePolicy("x") != nil || w.OriginRequestPolicy(cachingOptimized) != nil || w.ResponseHeadersPolicy("") != nil {
		t.Error("got a policy that does not exist")
	}
}

func TestManagedPoliciesArePagedAndThereAreNoOthers(t *testing.T) {
	w := newWorld(t)
	ids, in := map[string]bool{}, &sdk.ListCachePoliciesInput{MaxItems: aws.Int32(3)}
	for {
		page, err := w.client.ListCachePolicies(t.Context(), in)
		must(t, err)
		if int(*page.CachePolicyList.Quantity) != len(page.CachePolicyList.Items) {
			t.Errorf("got quantity %d of %d", *page.CachePolicyList.Quantity, len(page.CachePolicyList.Items))
		}
		for _, v := range page.CachePolicyList.Items {
			ids[*v.CachePolicy.Id] = true
		}
		if in.Marker = page.CachePolicyList.NextMarker; in.Marker == nil {
			break
		}
	}
	custom, err := w.client.ListResponseHeadersPolicies(t.Context(), &sdk.ListResponseHeadersPoliciesInput{Type: types.ResponseHeadersPolicyTypeCustom})
	must(t, err)
	if len(ids) != 7 || len(custom.ResponseHeadersPolicyList.Items) != 0 {
		t.Errorf("got %d managed and %d custom ones", len(ids), len(custom.ResponseHeadersPolicyList.Items))
	}
}

// TestAWorldMayNameCustomPolicies: they can be kept and copied, but not read.
func TestAWorldMayNameCustomPolicies(t *testing.T) {
	w := newWorld(t)
	cfg := config("one")
	cfg.DefaultCacheBehavior.CachePolicyId = aws.String("custom")
	_, err := w.AddDistribution(primaryID, encode(t, cfg))
	must(t, err)
	w.mustUpdate(t, primaryID, to("/green"))
	cfg.CallerReference = aws.String("two")
	w.create(t, "", cfg)
	_, err = w.client.GetCachePolicy(t.Context(), &sdk.GetCachePolicyInput{Id: aws.String("custom")})
	wantCode(t, err, "NoSuchCachePolicy", 404)
}
