// Package distribution is what we know of a CloudFront DistributionConfig: what identifies it, in what two of them differ,
// which of these differences continuous deployment allows, and the few facts and edits that a release needs. It is pure:
// nothing here calls AWS.
//
// One canonical tree, built by reflection over the SDK's type, is behind Fingerprint and Diff alike, so that the two can
// never disagree and a field added by a newer SDK is covered as soon as the module is upgraded. The tree has what promote
// copies: UpdateDistributionWithStagingConfig overwrites the primary with staging's config except for its Aliases and
// ContinuousDeploymentPolicyId (CloudFront API Reference); CallerReference cannot change and Staging is what a
// distribution is. Lists that AWS treats as sets are sorted, Quantity is left out, and a list that is absent equals an
// empty one.
//
// Limit: a field that this version of the SDK does not know is dropped when the SDK reads a config, so nothing here can
// see it.
package distribution

import (
	"iter"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// KeptFields are the members of a DistributionConfig that a promotion leaves as they are on the primary.
func KeptFields() []string {
	return []string{"Aliases", "CallerReference", "ContinuousDeploymentPolicyId", "Staging"}
}

// Clone returns a copy that shares no memory with c.
func Clone(c *types.DistributionConfig) *types.DistributionConfig {
	if c == nil {
		return nil
	}
	var copied types.DistributionConfig
	deepCopy(reflect.ValueOf(&copied).Elem(), reflect.ValueOf(c).Elem())
	return &copied
}

// Copyable returns what a promotion of from over into would leave: every member of from, except that Aliases,
// ContinuousDeploymentPolicyId, CallerReference and Staging are those of into. It restores a primary from a saved config
// without undoing what others did to its aliases or policy, and rebuilds staging from its primary. The result shares no
// memory with either.
func Copyable(from, into *types.DistributionConfig) *types.DistributionConfig {
	result, kept := Clone(from), Clone(into)
	result.Aliases = kept.Aliases
	result.CallerReference = kept.CallerReference
	result.ContinuousDeploymentPolicyId = kept.ContinuousDeploymentPolicyId
	result.Staging = kept.Staging
	return result
}

func deepCopy(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			deepCopy(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		}
		for i := range from.Len() {
			deepCopy(to.Index(i), from.Index(i))
		}
	case reflect.Struct:
		for i := range exported(from.Type()) {
			deepCopy(to.Field(i), from.Field(i))
		}
	case reflect.Map, reflect.Interface:
		panic("distribution: the SDK has a new kind of field, " + from.Type().String())
	default:
		to.Set(from)
	}
}

func behaviors(c *types.DistributionConfig) []types.CacheBehavior {
	if c == nil || c.CacheBehaviors == nil {
		return nil
	}
	return c.CacheBehaviors.Items
}

func origins(c *types.DistributionConfig) []types.Origin {
	if c == nil || c.Origins == nil {
		return nil
	}
	return c.Origins.Items
}

// exported yields the exported fields of a struct: the SDK's types end in an unexported marker.
func exported(t reflect.Type) iter.Seq2[int, reflect.StructField] {
	return func(yield func(int, reflect.StructField) bool) {
		for i := range t.NumField() {
			if field := t.Field(i); field.IsExported() && !yield(i, field) {
				return
			}
		}
	}
}

func isKept(field string) bool { return slices.Contains(KeptFields(), field) }
