package cloudfront_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"
)

// implemented are the operations that are more than named.
const implemented = `AssociateAlias CopyDistribution CreateContinuousDeploymentPolicy CreateDistribution
	CreateDistributionWithTags CreateInvalidation CreateMonitoringSubscription CreateOriginAccessControl
	DeleteContinuousDeploymentPolicy DeleteDistribution DeleteMonitoringSubscription DeleteOriginAccessControl GetCachePolicy
	GetCachePolicyConfig GetContinuousDeploymentPolicy GetContinuousDeploymentPolicyConfig GetDistribution GetDistributionConfig
	GetInvalidation GetMonitoringSubscription GetOriginAccessControl GetOriginAccessControlConfig GetOriginRequestPolicy
	GetOriginRequestPolicyConfig GetResponseHeadersPolicy GetResponseHeadersPolicyConfig ListCachePolicies ListConflictingAliases
	ListContinuousDeploymentPolicies ListDistributions ListInvalidations ListOriginAccessControls ListOriginRequestPolicies
	ListResponseHeadersPolicies ListTagsForResource TagResource UntagResource UpdateContinuousDeploymentPolicy UpdateDistribution
	UpdateDistributionWithStagingConfig UpdateOriginAccessControl`

// TestEveryOtherOperationOfTheSDKIsRefusedByName calls every method of the SDK's client.
func TestEveryOtherOperationOfTheSDKIsRefusedByName(t *testing.T) {
	w := newWorld(t)
	client, answered := reflect.ValueOf(w.client), strings.Fields(implemented)
	refused := 0
	for method := range client.Type().Methods() {
		if method.Type.NumIn() != 4 || method.Name == "Options" || slices.Contains(answered, method.Name) {
			continue
		}
		input := reflect.New(method.Type.In(2).Elem())
		populate(input.Elem(), 0)
		out := client.MethodByName(method.Name).Call([]reflect.Value{reflect.ValueOf(t.Context()), input})
		err, _ := out[1].Interface().(error)
		api, ok := errors.AsType[smithy.APIError](err)
		if !ok || api.ErrorCode() != "NotImplemented" || !strings.Contains(api.ErrorMessage(), " "+method.Name+" (") {
			t.Errorf("got %v for %s", err, method.Name)
		}
		refused++
	}
	if want := 167 - len(answered); refused != want {
		t.Errorf("got %d operations refused, want %d", refused, want)
	}
}

// populate gives every field of an input a value, so that the SDK finds nothing missing.
func populate(v reflect.Value, depth int) {
	const deepest = 12
	if depth > deepest || !v.CanSet() {
		return
	}
	switch v.Kind() { //nolint:exhaustive // an input has no other kinds that are required
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem(), depth+1)
	case reflect.Struct:
		for _, field := range v.Fields() {
			populate(field, depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		populate(v.Index(0), depth+1)
	case reflect.String:
		v.SetString("x")
	case reflect.Interface:
		if bundle := (&types.CaCertificatesBundleSourceMemberCaCertificatesBundleS3Location{}); reflect.TypeOf(bundle).Implements(v.Type()) {
			populate(reflect.ValueOf(&bundle.Value).Elem(), depth+1)
			v.Set(reflect.ValueOf(bundle))
		}
	}
}

func TestWhatIsNoOperationIsNotFound(t *testing.T) {
	w := newWorld(t)
	for _, request := range [][2]string{
		{"PATCH", "/2020-05-31/distribution"},
		{"GET", "/2020-05-31/no-such-thing"},
		{"DELETE", "/2020-05-31/distribution"},
		{"POST", "/2020-05-31/tagging?Operation=Retag"},
	} {
		wantErrorDocument(t, serve(t, w, request[0], request[1], "", ""), "UnknownOperation", 404)
	}
	_, err := w.client.GetDistribution(t.Context(), &sdk.GetDistributionInput{Id: new(string)})
	if err == nil {
		t.Error("got a distribution without an id")
	}
}
