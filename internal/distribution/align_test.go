package distribution_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/examples"
	"cloudfront-cd/internal/distribution"
)

// TestEveryFieldIsAlignedOrStagingsOwn: also one that a newer SDK adds.
func TestEveryFieldIsAlignedOrStagingsOwn(t *testing.T) {
	t.Parallel()
	own := append(distribution.AllowedFields(), distribution.KeptFields()...)
	for i := range reflect.TypeFor[types.DistributionConfig]().NumField() {
		field := reflect.TypeFor[types.DistributionConfig]().Field(i)
		if !field.IsExported() || field.Name == "Enabled" {
			continue
		}
		var primary, staging types.DistributionConfig
		primary.Enabled, staging.Enabled = aws.Bool(true), aws.Bool(true)
		setSome(reflect.ValueOf(&primary).Elem().Field(i))
		got := reflect.ValueOf(distribution.Aligned(&primary, &staging)).Elem().Field(i)
		if aligned := !got.IsZero(); aligned == slices.Contains(own, field.Name) {
			t.Errorf("%s: taken from the primary %t", field.Name, aligned)
		}
	}
}

// setSome gives a field some value.
func setSome(field reflect.Value) {
	switch field.Kind() {
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
	default:
		field.SetString("other")
	}
}

func TestAnAlignedPairIsLegalAndEnabled(t *testing.T) {
	t.Parallel()
	primary, _, err := distribution.ParseCLI(examples.SPAPrimary)
	if err != nil {
		t.Fatal(err)
	}
	staging, _, err := distribution.ParseCLI(examples.SPAStaging)
	if err != nil {
		t.Fatal(err)
	}
	staging.Enabled, staging.PriceClass, staging.HttpVersion = aws.Bool(false), types.PriceClassPriceClass100, types.HttpVersionHttp11
	staging.WebACLId, staging.Comment = aws.String("arn:aws:wafv2:us-east-1:123456789012:global/webacl/other/1"), aws.String("work")
	got := distribution.Aligned(primary, staging)
	if diff := distribution.Illegal(distribution.Diff(primary, got)); len(diff) > 0 {
		t.Errorf("got a pair that differs in %v", diff)
	}
	if !*got.Enabled || *got.Comment != "work" || !*got.Staging || *got.CallerReference != *staging.CallerReference {
		t.Errorf("got Enabled %t, Comment %q", *got.Enabled, *got.Comment)
	}
	if again := distribution.Aligned(primary, got); !reflect.DeepEqual(distribution.Fingerprint(again), distribution.Fingerprint(got)) {
		t.Error("aligned twice is something else")
	}
}
