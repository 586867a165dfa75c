package preflight_test

import (
	"strings"
	"testing"
	"time"

	cloudwatchsdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/preflight"
)

// TestFieldsThatTheSDKDropsBlock runs through the real SDK client, because only the XML has what the SDK does not know.
func TestFieldsThatTheSDKDropsBlock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		add  bool
		want string
	}{
		"a field that AWS has added since is named": {true, "primary " + pairtest.Primary + " has DefaultCacheBehavior.QuantumRouting"},
		"a config that the SDK knows is no finding": {false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Calls.Hosts["monitoring.us-east-1.amazonaws.com"] = cloudwatch.New(w.Clock)
			w.Calls.Hosts["s3.eu-central-1.amazonaws.com"] = w.S3
			if c.add {
				if err := w.CloudFront.Edit(pairtest.Primary, func(n *cloudfront.Node) { n.Set("DefaultCacheBehavior/QuantumRouting", "on") }); err != nil {
					t.Fatal(err)
				}
				w.Clock.Advance(10 * time.Minute)
			}
			got, err := preflight.Handler{
				CloudFront: w.API, CloudWatch: cloudwatchsdk.NewFromConfig(transport.Config(w.Calls)),
				BucketPolicies: w.Records, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now,
			}.Handle(t.Context(), w.Input(""))
			w.Must(err)
			fact := ""
			for _, f := range got.Findings {
				if f.Name == release.UnknownFields && f.Level == release.Block {
					fact = f.Fact
				}
			}
			if !strings.HasPrefix(fact, c.want) || c.want == "" && fact != "" {
				t.Errorf("got %q, want %q", fact, c.want)
			}
		})
	}
}
