package cloudfront_test

import (
	"errors"
	"maps"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/standin/cloudfront"
)

// statuses are the codes of all refusals with their HTTP statuses, from the API's model (botocore 1.43, cloudfront
// 2020-05-31). Those that the model does not have at all are in unmodelled.
func statuses() map[string]int {
	return map[string]int{
		"BatchTooLarge": 413, "CNAMEAlreadyExists": 409, "ContinuousDeploymentPolicyAlreadyExists": 409,
		"ContinuousDeploymentPolicyInUse": 409, "DistributionAlreadyExists": 409, "DistributionNotDisabled": 409,
		"IllegalOriginAccessConfiguration": 400, "IllegalUpdate": 400, "InconsistentQuantities": 400, "InvalidArgument": 400,
		"InvalidDefaultRootObject": 400, "InvalidErrorCode": 400, "InvalidGeoRestrictionParameter": 400,
		"InvalidIfMatchVersion": 400, "InvalidLocationCode": 400, "InvalidMinimumProtocolVersion": 400, "InvalidOrigin": 400,
		"InvalidOriginAccessControl": 400, "InvalidOriginKeepaliveTimeout": 400, "InvalidOriginReadTimeout": 400,
		"InvalidProtocolSettings": 400, "InvalidRelativePath": 400, "InvalidResponseCode": 400, "InvalidTTLOrder": 400,
		"InvalidTagging": 400, "InvalidViewerCertificate": 400, "MissingBody": 400, "MonitoringSubscriptionAlreadyExists": 409,
		"NoSuchCachePolicy": 404, "NoSuchContinuousDeploymentPolicy": 404, "NoSuchDistribution": 404, "NoSuchInvalidation": 404,
		"NoSuchMonitoringSubscription": 404, "NoSuchOrigin": 404, "NoSuchOriginAccessControl": 404,
		"NoSuchOriginRequestPolicy": 404, "NoSuchResource": 404, "NoSuchResponseHeadersPolicy": 404,
		"OriginAccessControlAlreadyExists": 409, "OriginAccessControlInUse": 409, "PreconditionFailed": 412, "ResourceInUse": 409,
		"StagingDistributionInUse": 409, "TooManyCacheBehaviors": 400, "TooManyContinuousDeploymentPolicies": 400,
		"TooManyDistributionCNAMEs": 400, "TooManyDistributions": 400, "TooManyInvalidationsInProgress": 400,
		"TooManyOriginAccessControls": 400, "TooManyOriginGroupsPerDistribution": 400, "TooManyOrigins": 400,
	}
}

func unmodelled() map[string]int {
	return map[string]int{"MalformedInput": 400, "NotImplemented": 501, "RequestEntityTooLarge": 413, "Throttling": 400}
}

// refusal is a request that is refused in a world with a pair whose policy is enabled.
type refusal struct {
	code string
	do   func(t *testing.T, w *world, p cloudfront.Pair) error
}

// TestEveryRefusalHasAWSsCodeAndStatus: each request is refused with its code and AWS's status for it; the operation declares
// that code, which shows in the SDK making a typed error of it; and there is no code without a request.
func TestEveryRefusalHasAWSsCodeAndStatus(t *testing.T) {
	want := statuses()
	maps.Copy(want, unmodelled())
	provoked := map[string]bool{}
	for _, rows := range []map[string]refusal{
		refusedConfigs(), refusedUpdates(), refusedPolicies(), refusedOnAPair(), refusedPromotions(), refusedDeletions(),
		refusedInvalidations(), refusedAliases(), refusedAccessControls(), refusedReads(), refusedOtherwise(),
	} {
		for name, row := range rows {
			provoked[row.code] = true
			t.Run(name, func(t *testing.T) {
				w, pair := newPair(t, byWeight(true))
				err := row.do(t, w, pair)
				wantCode(t, err, row.code, want[row.code])
				_, generic := errors.AsType[*smithy.GenericAPIError](err)
				if _, known := unmodelled()[row.code]; generic != known {
					t.Errorf("the operation does not declare %s: %v", row.code, err)
				}
			})
		}
	}
	for code := range want {
		if !provoked[code] {
			t.Errorf("no request provokes %s", code)
		}
	}
}

// refusedOtherwise is what is not about one kind of resource.
func refusedOtherwise() map[string]refusal {
	tagAll := func(t *testing.T, w *world, keys ...string) error {
		t.Helper()
		_, err := w.client.TagResource(t.Context(), &sdk.TagResourceInput{Resource: aws.String(w.ARN(primaryID)), Tags: tags(keys...)})
		return err
	}
	tag := func(arn func(*world) string, key string) func(*testing.T, *world, cloudfront.Pair) error {
		return func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.TagResource(t.Context(), &sdk.TagResourceInput{Resource: aws.String(arn(w)), Tags: tags(key)})
			return err
		}
	}
	primary := func(w *world) string { return w.ARN(primaryID) }
	return map[string]refusal{
		"a request too many": {"Throttling", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			w.Throttle = cloudfront.Throttle{Burst: 1, PerSecond: 1}
			w.get(t, primaryID)
			_, err := w.client.GetDistribution(t.Context(), &sdk.GetDistributionInput{Id: aws.String(primaryID)})
			return err
		}},
		"an operation that is not implemented": {"NotImplemented", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.ListFunctions(t.Context(), &sdk.ListFunctionsInput{})
			return err
		}},
		"a body of ten megabytes": {"RequestEntityTooLarge", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			cfg := config("large")
			cfg.Comment = aws.String(string(make([]byte, 10<<20)))
			_, err := w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: cfg})
			return err
		}},
		"an update without a body": {"MissingBody", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			got := w.config(t, primaryID)
			_, err := w.client.UpdateDistribution(t.Context(), &sdk.UpdateDistributionInput{
				Id: aws.String(primaryID), IfMatch: got.ETag, DistributionConfig: got.DistributionConfig,
			}, sending(""))
			return err
		}},
		"a body that is no XML": {"MalformedInput", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			_, err := w.client.CreateDistribution(t.Context(),
				&sdk.CreateDistributionInput{DistributionConfig: config("broken")}, sending("<DistributionConfig>"))
			return err
		}},
		"a tag more than fifty": {"InvalidTagging", func(t *testing.T, w *world, p cloudfront.Pair) error {
			t.Helper()
			keys := make([]string, 50)
			for i := range keys {
				keys[i] = strconv.Itoa(i)
			}
			must(t, tagAll(t, w, keys...))
			return tag(primary, "another")(t, w, p)
		}},
		"a tag of AWS's own":                   {"InvalidTagging", tag(primary, "aws:x")},
		"a tag without a key":                  {"InvalidTagging", tag(primary, "")},
		"a tag for what does not exist":        {"NoSuchResource", tag(func(w *world) string { return w.ARN("E0NONE00000000") }, "x")},
		"a tag for what is no resource at all": {"NoSuchResource", tag(func(*world) string { return "x" }, "x")},
		"metrics that are switched on already": {"MonitoringSubscriptionAlreadyExists", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			must(t, w.subscribe(t, primaryID))
			return w.subscribe(t, primaryID)
		}},
		"metrics of what does not exist": {"NoSuchDistribution", func(t *testing.T, w *world, _ cloudfront.Pair) error {
			t.Helper()
			return w.subscribe(t, "E0NONE00000000")
		}},
	}
}
