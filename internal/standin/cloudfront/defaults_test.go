package cloudfront_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/examples"
)

// bare is a config with no more than the API's model requires, and with the empty Items that Terraform's provider sends.
const bare = `<DistributionConfig ` + namespace + `><CallerReference>bare</CallerReference><Comment></Comment><Enabled>true</Enabled>
	<Origins><Quantity>2</Quantity><Items>
		<Origin><Id>s3</Id><DomainName>b.s3.amazonaws.com</DomainName><S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin>
		<Origin><Id>api</Id><DomainName>api.example.com</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>
			<OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin>
	</Items></Origins>
	<DefaultCacheBehavior><TargetOriginId>s3</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>
		<ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward>
			<WhitelistedNames><Items></Items><Quantity>0</Quantity></WhitelistedNames></Cookies></ForwardedValues></DefaultCacheBehavior>
	<Restrictions><GeoRestriction><Items></Items><Quantity>0</Quantity><RestrictionType>none</RestrictionType></GeoRestriction></Restrictions>
	<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode></CustomErrorResponse></Items></CustomErrorResponses>
</DistributionConfig>`

func TestWhatAClientLeavesOutHasAWSsDefaults(t *testing.T) {
	w := newWorld(t)
	w.NextID(primaryID)
	if got := serve(t, w, http.MethodPost, "/2020-05-31/distribution", bare, ""); got.Code != http.StatusCreated {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	live, _ := w.Live(primaryID)
	for path, want := range map[string]string{
		"Aliases/Quantity": "0", "OriginGroups/Quantity": "0", "CacheBehaviors/Quantity": "0", "DefaultRootObject": "",
		"PriceClass": "PriceClass_All", "HttpVersion": "http2", "IsIPV6Enabled": "false", "WebACLId": "", "Staging": "false",
		"ContinuousDeploymentPolicyId": "", "Logging/Enabled": "false", "Logging/Bucket": "",
		"Restrictions/GeoRestriction/RestrictionType": "none", "Restrictions/GeoRestriction/Quantity": "0",
		"ViewerCertificate/CloudFrontDefaultCertificate": "true", "ViewerCertificate/MinimumProtocolVersion": "TLSv1",
		"ViewerCertificate/CertificateSource": "cloudfront",

		"Origins/s3/OriginPath": "", "Origins/s3/CustomHeaders/Quantity": "0", "Origins/s3/ConnectionAttempts": "3",
		"Origins/s3/ConnectionTimeout": "10", "Origins/s3/OriginShield/Enabled": "false", "Origins/s3/OriginAccessControlId": "",
		"Origins/s3/S3OriginConfig/OriginReadTimeout":      "30",
		"Origins/api/CustomOriginConfig/OriginReadTimeout": "30", "Origins/api/CustomOriginConfig/OriginKeepaliveTimeout": "5",
		"Origins/api/CustomOriginConfig/OriginSslProtocols/Quantity": "3",

		"DefaultCacheBehavior/TrustedSigners/Enabled": "false", "DefaultCacheBehavior/TrustedSigners/Quantity": "0",
		"DefaultCacheBehavior/TrustedKeyGroups/Quantity": "0", "DefaultCacheBehavior/AllowedMethods/Quantity": "2",
		"DefaultCacheBehavior/AllowedMethods/CachedMethods/HEAD": "HEAD", "DefaultCacheBehavior/SmoothStreaming": "false",
		"DefaultCacheBehavior/Compress": "false", "DefaultCacheBehavior/LambdaFunctionAssociations/Quantity": "0",
		"DefaultCacheBehavior/FunctionAssociations/Quantity": "0", "DefaultCacheBehavior/FieldLevelEncryptionId": "",
		"DefaultCacheBehavior/GrpcConfig/Enabled": "false", "DefaultCacheBehavior/MinTTL": "0", "DefaultCacheBehavior/DefaultTTL": "86400",
		"DefaultCacheBehavior/MaxTTL": "31536000", "DefaultCacheBehavior/ForwardedValues/Headers/Quantity": "0",

		"CustomErrorResponses/404/ResponseCode": "", "CustomErrorResponses/404/ErrorCachingMinTTL": "10",
	} {
		if n := live.Tree().At(path); n == nil || n.Text != want {
			t.Errorf("got %v at %s, want %q", n, path, want)
		}
	}
	// Reading, writing and reading it again changes nothing.
	before := serve(t, w, http.MethodGet, "/2020-05-31/distribution/"+primaryID+"/config", "", "").Body.String()
	w.mustUpdate(t, primaryID, func(*types.DistributionConfig) {})
	serve(t, w, http.MethodPut, "/2020-05-31/distribution/"+primaryID+"/config", before, *w.config(t, primaryID).ETag)
	if after := serve(t, w, http.MethodGet, "/2020-05-31/distribution/"+primaryID+"/config", "", "").Body.String(); after != before {
		t.Errorf("got\n%s\nafter\n%s", after, before)
	}
}

// TestAnOlderClientMayLeaveDefaultsOut: what it does not know and does not send back is no change that continuous deployment
// forbids.
func TestAnOlderClientMayLeaveDefaultsOut(t *testing.T) {
	for _, id := range []string{primaryID, stagingID} {
		w, pair := newPair(t, byWeight(true))
		w.mustUpdate(t, id, func(c *types.DistributionConfig) {
			c.IsIPV6Enabled, c.Aliases, c.WebACLId, c.Restrictions, c.Logging, c.PriceClass, c.Staging = nil, nil, nil, nil, nil, "", nil
			c.ViewerCertificate = certificate()
			c.DefaultCacheBehavior.GrpcConfig, c.Origins.Items[0].OriginShield = nil, nil
			if id == stagingID {
				c.ContinuousDeploymentPolicyId = nil
			}
		})
		w.settle()
		live, _ := w.Live(primaryID)
		if live.Text("ContinuousDeploymentPolicyId") != pair.Policy.ID {
			t.Error("the policy is no longer attached")
		}
		_, err := w.promote(t, ",")
		must(t, err)
	}
}

func TestCloudFrontsOwnCertificateHasItsOwnSecurityPolicy(t *testing.T) {
	w := newWorld(t)
	w.create(t, primaryID, config("one"))
	w.mustUpdate(t, primaryID, func(c *types.DistributionConfig) {
		c.ViewerCertificate.CloudFrontDefaultCertificate, c.ViewerCertificate.ACMCertificateArn = aws.Bool(true), nil
	})
	got := w.config(t, primaryID).DistributionConfig.ViewerCertificate
	live, _ := w.Live(primaryID)
	if got.MinimumProtocolVersion != types.MinimumProtocolVersionTLSv1 || live.Text("ViewerCertificate/CertificateSource") != "cloudfront" ||
		live.Text("ViewerCertificate/Certificate") != "" {
		t.Errorf("got %+v", got)
	}
}

// TestExamplesAreAccepted both as worlds and by the API.
func TestExamplesAreAccepted(t *testing.T) {
	names, err := fs.Glob(examples.Files, "*.*.json")
	must(t, err)
	for _, name := range names {
		body, err := examples.Files.ReadFile(name)
		must(t, err)
		var file struct {
			DistributionConfig *types.DistributionConfig `json:"DistributionConfig"`
		}
		must(t, json.Unmarshal(body, &file))
		if file.DistributionConfig == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w, cfg := newWorld(t), file.DistributionConfig
			_, err := w.AddDistribution(primaryID, encode(t, cfg))
			must(t, err)
			w.mustUpdate(t, primaryID, func(*types.DistributionConfig) {})
			cfg.CallerReference, cfg.Aliases, cfg.ContinuousDeploymentPolicyId = aws.String("again"), nil, nil
			_, err = w.client.CreateDistribution(t.Context(), &sdk.CreateDistributionInput{DistributionConfig: cfg})
			must(t, err)
		})
	}
	if !strings.Contains(strings.Join(names, " "), "spa.primary.json") {
		t.Errorf("got examples %v", names)
	}
}
