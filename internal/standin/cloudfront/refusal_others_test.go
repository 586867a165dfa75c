package cloudfront_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudfront-cd/internal/standin/cloudfront"
)

// sending makes the SDK send another body than it would.
func sending(body string) func(*sdk.Options) {
	replace := middleware.FinalizeMiddlewareFunc("another body",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			request, ok := in.Request.(*smithyhttp.Request)
			if !ok {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected request %T", in.Request)
			}
			request, err := request.SetStream(strings.NewReader(body))
			if err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			request.ContentLength = int64(len(body))
			in.Request = request
			return next.HandleFinalize(ctx, in)
		})
	return func(o *sdk.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return stack.Finalize.Add(replace, middleware.After) })
	}
}

func refusedInvalidations() map[string]refusal {
	type do = func(*testing.T, *world, cloudfront.Pair) error
	on := func(id, reference string, paths ...string) do {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.invalidate(t, id, reference, paths...)
			return err
		}
	}
	both := func(first, second do) do {
		return func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			must(t, first(t, w, p))
			return second(t, w, p)
		}
	}
	few := func(l *cloudfront.Limits) { l.InvalidationPaths, l.InvalidationWildcards = 2, 1 }
	return map[string]refusal{
		"an invalidation of what does not exist":     {"NoSuchDistribution", on("E0NONE00000000", "r", "/*")},
		"a path that does not begin with a slash":    {"InvalidArgument", on(primaryID, "r", "index.html")},
		"a star in the middle of a path":             {"InvalidArgument", on(primaryID, "r", "/a/*/b")},
		"a path that is not URL-encoded":             {"InvalidArgument", on(primaryID, "r", "/a b")},
		"a path that is too long":                    {"InvalidArgument", on(primaryID, "r", "/"+strings.Repeat("x", 4000))},
		"an invalidation of no path":                 {"InvalidArgument", on(primaryID, "r")},
		"an invalidation without a caller reference": {"InvalidArgument", on(primaryID, "", "/*")},
		"the same caller reference for other paths":  {"InvalidArgument", both(on(primaryID, "r", "/a"), on(primaryID, "r", "/b"))},
		"a batch of too many paths":                  {"BatchTooLarge", limited(few, on(primaryID, "r", "/a", "/b", "/c"))},
		"more files in progress than allowed":        {"TooManyInvalidationsInProgress", limited(few, both(on(primaryID, "r", "/a", "/b"), on(primaryID, "s", "/c")))},
		"more wildcards in progress than allowed":    {"TooManyInvalidationsInProgress", limited(few, on(primaryID, "r", "/a*", "/b*"))},
		"a quantity that is not the number of paths": {"InconsistentQuantities", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.CreateInvalidation(t.Context(), &sdk.CreateInvalidationInput{
				DistributionId: aws.String(primaryID), InvalidationBatch: &types.InvalidationBatch{
					CallerReference: aws.String("r"), Paths: &types.Paths{Quantity: aws.Int32(2), Items: []string{"/*"}},
				},
			})
			return err
		}},
		"an invalidation without a body": {"MissingBody", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.CreateInvalidation(t.Context(), &sdk.CreateInvalidationInput{
				DistributionId: aws.String(primaryID), InvalidationBatch: batch("r", "/*"),
			}, sending(""))
			return err
		}},
		"a marker that is no invalidation": {"InvalidArgument", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.ListInvalidations(t.Context(),
				&sdk.ListInvalidationsInput{DistributionId: aws.String(primaryID), Marker: aws.String("x")})
			return err
		}},
	}
}

func refusedAliases() map[string]refusal {
	associate := func(id, alias string) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.AssociateAlias(t.Context(), &sdk.AssociateAliasInput{TargetDistributionId: &id, Alias: &alias})
			return err
		}
	}
	conflicts := func(id, alias string) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			bare := config("bare")
			bare.ViewerCertificate = nil
			w.create(t, "E6BARE00000000", bare)
			_, err := w.client.ListConflictingAliases(t.Context(), &sdk.ListConflictingAliasesInput{DistributionId: &id, Alias: &alias})
			return err
		}
	}
	return map[string]refusal{
		"an alias for what does not exist":              {"NoSuchDistribution", associate("E0NONE00000000", "www.example.com")},
		"an alias that is no name":                      {"InvalidArgument", associate(primaryID, "www")},
		"an alias moved to a staging distribution":      {"IllegalUpdate", associate(stagingID, "www.example.com")},
		"one alias too many, moved":                     {"TooManyDistributionCNAMEs", limited(func(l *cloudfront.Limits) { l.Aliases = 0 }, associate(primaryID, "www.example.com"))},
		"conflicts of what does not exist":              {"NoSuchDistribution", conflicts("E0NONE00000000", "www.example.com")},
		"conflicts of an alias that is no name":         {"InvalidArgument", conflicts(primaryID, "*.*.com")},
		"conflicts of an alias without its certificate": {"InvalidArgument", conflicts("E6BARE00000000", "www.example.com")},
	}
}

func refusedAccessControls() map[string]refusal {
	type do = func(*testing.T, *world, cloudfront.Pair) error
	creating := func(change func(*types.OriginAccessControlConfig)) do {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			w.createAccessControl(t, "taken")
			cfg := accessControl("new")
			change(cfg)
			_, err := w.client.CreateOriginAccessControl(t.Context(), &sdk.CreateOriginAccessControlInput{OriginAccessControlConfig: cfg})
			return err
		}
	}
	updating := func(id, etag *string, name string) do {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			w.createAccessControl(t, "taken")
			made := w.createAccessControl(t, "mine")
			if id == nil {
				id = made.OriginAccessControl.Id
			}
			if etag == nil {
				etag = made.ETag
			}
			_, err := w.client.UpdateOriginAccessControl(t.Context(), &sdk.UpdateOriginAccessControlInput{
				Id: id, IfMatch: etag, OriginAccessControlConfig: accessControl(name),
			})
			return err
		}
	}
	return map[string]refusal{
		"an access control whose name is taken":          {"OriginAccessControlAlreadyExists", creating(func(c *types.OriginAccessControlConfig) { c.Name = aws.String("taken") })},
		"an access control with a name too long":         {"InvalidArgument", creating(func(c *types.OriginAccessControlConfig) { c.Name = aws.String(strings.Repeat("x", 65)) })},
		"an access control for no kind of origin":        {"InvalidArgument", creating(func(c *types.OriginAccessControlConfig) { c.OriginAccessControlOriginType = "x" })},
		"one access control too many":                    {"TooManyOriginAccessControls", limited(func(l *cloudfront.Limits) { l.AccessControls = 1 }, creating(func(*types.OriginAccessControlConfig) {}))},
		"an update of an access control to a taken name": {"OriginAccessControlAlreadyExists", updating(nil, nil, "taken")},
		"an update of no access control":                 {"NoSuchOriginAccessControl", updating(aws.String("E0NONE00000000"), nil, "x")},
		"an update of an access control of another time": {"PreconditionFailed", updating(nil, aws.String("E1A2B3C4D5E6F7"), "x")},
		"an update of an access control with a star":     {"InvalidIfMatchVersion", updating(nil, aws.String("*"), "x")},
		"deletion of an access control that is in use": {"OriginAccessControlInUse", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			made := w.createAccessControl(t, "mine")
			w.mustUpdate(t, primaryID, origin(func(o *types.Origin) { o.OriginAccessControlId = made.OriginAccessControl.Id }))
			_, err := w.client.DeleteOriginAccessControl(t.Context(), &sdk.DeleteOriginAccessControlInput{
				Id: made.OriginAccessControl.Id, IfMatch: made.ETag,
			})
			return err
		}},
	}
}

// refusedReads are reads and deletions of what does not exist.
func refusedReads() map[string]refusal {
	id, etag := aws.String("E0NONE00000000"), aws.String("E1A2B3C4D5E6F7")
	on := func(code string, do func(context.Context, *sdk.Client) error) refusal {
		return refusal{code, func(t *testing.T, w *world, _ cloudfront.Pair) error { t.Helper(); return do(t.Context(), w.client) }}
	}
	const distribution, policy = "NoSuchDistribution", "NoSuchContinuousDeploymentPolicy"
	return map[string]refusal{
		"GetDistribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetDistribution(ctx, &sdk.GetDistributionInput{Id: id})
			return err
		}),
		"GetDistributionConfig": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetDistributionConfig(ctx, &sdk.GetDistributionConfigInput{Id: id})
			return err
		}),
		"UpdateDistribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.UpdateDistribution(ctx, &sdk.UpdateDistributionInput{Id: id, IfMatch: etag, DistributionConfig: config("x")})
			return err
		}),
		"CopyDistribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.CopyDistribution(ctx, &sdk.CopyDistributionInput{PrimaryDistributionId: id, IfMatch: etag, CallerReference: id, Staging: aws.Bool(true)})
			return err
		}),
		"DeleteDistribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.DeleteDistribution(ctx, &sdk.DeleteDistributionInput{Id: id, IfMatch: etag})
			return err
		}),
		"GetContinuousDeploymentPolicy": on(policy, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetContinuousDeploymentPolicy(ctx, &sdk.GetContinuousDeploymentPolicyInput{Id: id})
			return err
		}),
		"GetContinuousDeploymentPolicyConfig": on(policy, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetContinuousDeploymentPolicyConfig(ctx, &sdk.GetContinuousDeploymentPolicyConfigInput{Id: id})
			return err
		}),
		"UpdateContinuousDeploymentPolicy": on(policy, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.UpdateContinuousDeploymentPolicy(ctx, &sdk.UpdateContinuousDeploymentPolicyInput{
				Id: id, IfMatch: etag, ContinuousDeploymentPolicyConfig: weightPolicy("x", 0.1),
			})
			return err
		}),
		"DeleteContinuousDeploymentPolicy": on(policy, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.DeleteContinuousDeploymentPolicy(ctx, &sdk.DeleteContinuousDeploymentPolicyInput{Id: id, IfMatch: etag})
			return err
		}),
		"GetMonitoringSubscription": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetMonitoringSubscription(ctx, &sdk.GetMonitoringSubscriptionInput{DistributionId: id})
			return err
		}),
		"GetMonitoringSubscription of one without": on("NoSuchMonitoringSubscription", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetMonitoringSubscription(ctx, &sdk.GetMonitoringSubscriptionInput{DistributionId: aws.String(primaryID)})
			return err
		}),
		"DeleteMonitoringSubscription of one without": on("NoSuchMonitoringSubscription", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.DeleteMonitoringSubscription(ctx, &sdk.DeleteMonitoringSubscriptionInput{DistributionId: aws.String(primaryID)})
			return err
		}),
		"GetInvalidation": on("NoSuchInvalidation", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetInvalidation(ctx, &sdk.GetInvalidationInput{DistributionId: aws.String(primaryID), Id: id})
			return err
		}),
		"GetInvalidation of no distribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetInvalidation(ctx, &sdk.GetInvalidationInput{DistributionId: id, Id: id})
			return err
		}),
		"ListInvalidations of no distribution": on(distribution, func(ctx context.Context, c *sdk.Client) error {
			_, err := c.ListInvalidations(ctx, &sdk.ListInvalidationsInput{DistributionId: id})
			return err
		}),
		"ListTagsForResource": on("NoSuchResource", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{Resource: id})
			return err
		}),
		"GetCachePolicy": on("NoSuchCachePolicy", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetCachePolicy(ctx, &sdk.GetCachePolicyInput{Id: id})
			return err
		}),
		"GetOriginRequestPolicyConfig": on("NoSuchOriginRequestPolicy", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetOriginRequestPolicyConfig(ctx, &sdk.GetOriginRequestPolicyConfigInput{Id: id})
			return err
		}),
		"GetResponseHeadersPolicy": on("NoSuchResponseHeadersPolicy", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetResponseHeadersPolicy(ctx, &sdk.GetResponseHeadersPolicyInput{Id: id})
			return err
		}),
		"GetOriginAccessControl": on("NoSuchOriginAccessControl", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetOriginAccessControl(ctx, &sdk.GetOriginAccessControlInput{Id: id})
			return err
		}),
		"GetOriginAccessControlConfig": on("NoSuchOriginAccessControl", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.GetOriginAccessControlConfig(ctx, &sdk.GetOriginAccessControlConfigInput{Id: id})
			return err
		}),
		"DeleteOriginAccessControl": on("NoSuchOriginAccessControl", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.DeleteOriginAccessControl(ctx, &sdk.DeleteOriginAccessControlInput{Id: id, IfMatch: etag})
			return err
		}),
		"ListDistributions of no items at most": on("InvalidArgument", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.ListDistributions(ctx, &sdk.ListDistributionsInput{MaxItems: aws.Int32(0)})
			return err
		}),
		"ListCachePolicies of a type that does not exist": on("InvalidArgument", func(ctx context.Context, c *sdk.Client) error {
			_, err := c.ListCachePolicies(ctx, &sdk.ListCachePoliciesInput{Type: "x"})
			return err
		}),
	}
}
