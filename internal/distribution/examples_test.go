package distribution_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

func TestExamplesSurviveTheCLIForm(t *testing.T) {
	for _, name := range []string{"spa.primary", "spa.staging", "api.primary", "api.staging"} {
		t.Run(name, func(t *testing.T) {
			c := example(t, name)
			text, err := distribution.MarshalCLI(c, "E1")
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := distribution.ParseCLI(text)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, c)
			wantSame(t, got, c)
			wantQuantities(t, name, reflect.ValueOf(c).Elem())
		})
	}
}

func TestExamplePairsAreFitForContinuousDeployment(t *testing.T) {
	for name, want := range map[string][]distribution.Difference{
		"spa": nil,
		"api": {
			{"CacheBehaviors[/api/*].ResponseHeadersPolicyId", "", "67f7725c-6f97-4210-82d7-5512b31e9d03"},
			{"Origins[api].OriginPath", "/v41", "/v42"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			primary, staging := example(t, name+".primary"), example(t, name+".staging")
			diff := distribution.Diff(primary, staging)
			wantEqual(t, diff, want)
			wantEqual(t, len(distribution.Illegal(diff)), 0)
			wantEqual(t, *primary.Staging, false)
			wantEqual(t, *staging.Staging, true)
			wantEqual(t, len(primary.Aliases.Items), 1)
			wantEqual(t, len(staging.Aliases.Items), 0)
			for _, c := range []*types.DistributionConfig{primary, staging} {
				wantEqual(t, distribution.HTTP3(c) || distribution.MultiTenant(c), false)
			}
			if *primary.CallerReference == *staging.CallerReference {
				t.Error("got one caller reference for both, want two")
			}
		})
	}
}

// A config goes to CloudFront and comes back as XML. The SDK checks on the way that all required members are there.
func TestConfigsSurviveTheWire(t *testing.T) {
	for _, name := range []string{"spa.primary", "spa.staging", "api.primary", "api.staging"} {
		t.Run(name, func(t *testing.T) {
			c := example(t, name)
			wantSame(t, overTheWire(t, c), c)
		})
	}
	t.Run("every field of the SDK", func(t *testing.T) {
		wantEqual(t, overTheWire(t, full()), full())
	})
}

func overTheWire(t *testing.T, c *types.DistributionConfig) *types.DistributionConfig {
	t.Helper()
	got, err := send(t, &wire{}, c).GetDistributionConfig(t.Context(), &cloudfront.GetDistributionConfigInput{Id: new("E1")})
	if err != nil {
		t.Fatal(err)
	}
	return got.DistributionConfig
}

// send puts a config on the wire and returns the client.
func send(t *testing.T, w *wire, c *types.DistributionConfig) *cloudfront.Client {
	t.Helper()
	client := cloudfront.New(cloudfront.Options{
		Region: "us-east-1", HTTPClient: w, Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
	})
	if _, err := client.UpdateDistribution(t.Context(), &cloudfront.UpdateDistributionInput{
		Id: new("E1"), IfMatch: new("E1"), DistributionConfig: c,
	}); err != nil {
		t.Fatal(err)
	}
	return client
}

// wire answers a GET with the config that was PUT last.
type wire struct{ config []byte }

func (w *wire) Do(request *http.Request) (*http.Response, error) {
	body := []byte("<Distribution/>")
	if request.Method == http.MethodPut {
		config, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		w.config = config
	} else {
		body = w.config
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: request,
	}, nil
}

// wantQuantities checks that every Quantity is the number of Items: CloudFront answers InconsistentQuantities otherwise.
func wantQuantities(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			wantQuantities(t, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			wantQuantities(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		if items := v.FieldByName("Items"); items.IsValid() {
			got := v.FieldByName("Quantity").Elem().Int()
			if got != int64(items.Len()) {
				t.Errorf("%s: got Quantity %d, want %d", strings.TrimPrefix(path, "."), got, items.Len())
			}
		}
		for i := range v.NumField() {
			wantQuantities(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	default:
	}
}
